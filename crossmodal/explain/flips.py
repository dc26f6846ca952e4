"""Where the decision flips: the winner of the main task over the mix a of two modalities.

The first modality weighs a, the second 1 - a. Where a rule's class scores are lines in a (see ``FusionRule.lines``) the
winner is their upper envelope, found exactly; for the others a dense grid is searched and each change in it bisected.
Temperature moves no winner, so it plays no part here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossmodal.fusion import normalize_alpha
from crossmodal.fusion.base import LinearScores
from crossmodal.fusion.calibration import Calibration
from crossmodal.fusion.fuse import fuse_many, linear_scores
from crossmodal.fusion.rules import gmu
from crossmodal.fusion.rules.confidence import LEAST, confidence
from crossmodal.numerics import winner
from crossmodal.types import MAIN_TASK, TASKS, Array, Evidence, FusionSettings

GRID = 1_001
"""Points of the grid for rules without lines: a winner on less than a thousandth of [0, 1] may be missed."""

_HALVINGS = 20
"""Halvings of a grid step of 1e-3, down to 1e-9."""


@dataclass(frozen=True, slots=True)
class Segment:
    """The weights of the first modality, from ``start`` to ``end`` in [0, 1], at which ``label`` wins."""

    start: float
    end: float
    label: str


@dataclass(frozen=True, slots=True)
class Flips:
    """The winner over [0, 1]: segments from left to right without gaps, neighbours with different labels.

    ``modalities`` are the one that weighs a and the one that weighs 1 - a; ``exact`` tells the closed form from the
    search on a grid.
    """

    segments: tuple[Segment, ...]
    exact: bool
    modalities: tuple[str, str]

    @property
    def points(self) -> tuple[float, ...]:
        """The weights at which the winner changes."""
        return tuple(segment.start for segment in self.segments[1:])

    def at(self, a: float) -> Segment:
        """The segment that holds the weight a; on a flip, the one to its right."""
        return next(segment for segment in reversed(self.segments) if a >= segment.start or segment.start == 0.0)

    def nearest(self, a: float) -> float | None:
        """The flip closest to a, or None where the winner never changes."""
        return min(self.points, key=lambda point: abs(point - a), default=None)

    def distance(self, a: float) -> float | None:
        """How far a may move before the winner may change; None where it never changes."""
        point = self.nearest(a)
        return None if point is None else abs(point - a)


def flips(evidence: Evidence, settings: FusionSettings, calibration: Calibration) -> Flips | None:
    """The winner over the mix of two modalities, by the rule and prior of the settings; None unless two are present.

    Raises InputError ``unknown_rule`` or ``unknown_prior``.
    """
    names = tuple(evidence.predictions)
    if len(names) != 2:
        return None
    predictions = np.stack([reading.probabilities[MAIN_TASK] for reading in evidence.predictions.values()])
    stretches = linear_scores(predictions, settings, calibration)
    if stretches:
        starts = [start for lines in stretches for start in _envelope(lines)]
    else:
        starts = _search(lambda a: winner(fuse_many(evidence, settings, calibration, np.stack([a, 1 - a], axis=-1))))
    return Flips(_segments(starts), bool(stretches), (names[0], names[1]))


def mix(evidence: Evidence, settings: FusionSettings) -> float:
    """The weight a of the first modality present, as ``flips`` counts it: in [0, 1], with the others it sums to 1."""
    return float(normalize_alpha(settings.alpha, list(evidence.predictions))[0])


def confidence_share(evidence: Evidence) -> float | None:
    """c_1 / (c_1 + c_2): the mix at which each of two modalities counts as much as it is sure.

    None unless two are present; one half where neither is sure of anything.
    """
    if len(evidence.predictions) != 2:
        return None
    first, second = (float(confidence(reading.probabilities[MAIN_TASK])) for reading in evidence.predictions.values())
    return first / (first + second) if first + second > LEAST else 0.5


def gate_share(evidence: Evidence, calibration: Calibration) -> float | None:
    """The share of the first of two modalities that the gated unit lets through at equal weights (see ``mean_gates``).

    None unless two are present and the unit is among the rules that the models offer.
    """
    if len(evidence.predictions) != 2 or gmu.RULE.name not in calibration.rules():
        return None
    z = {name: reading.embedding for name, reading in evidence.predictions.items()}
    return gmu.mean_gates(calibration.learned[gmu.RULE.name], z)[next(iter(z))]


def _segments(starts: Sequence[tuple[float, int]]) -> tuple[Segment, ...]:
    """Pairs of start and winner, from left to right, as segments; repeated winners and empty stretches drop out."""
    distinct: list[tuple[float, int]] = []
    for start, label in starts:
        if start >= 1.0:
            break  # a tie at the right end alone
        if distinct and start <= distinct[-1][0]:
            distinct.pop()
        if not distinct or distinct[-1][1] != label:
            distinct.append((start, label))
    ends = [start for start, _ in distinct[1:]] + [1.0]
    return tuple(
        Segment(start, end, TASKS[MAIN_TASK][label]) for (start, label), end in zip(distinct, ends, strict=True)
    )


def _envelope(lines: LinearScores) -> Iterator[tuple[float, int]]:
    """The upper envelope: where each line begins to be the highest, and its class, from left to right.

    Along an upper envelope slopes only grow, so from the line on top the next one is, of the steeper lines, that which
    it meets first: at t = (s_k - s_j) / (g_j - g_k) for the line k on top and scores s, growths g.
    """
    growth = (lines.last - lines.first).tolist()
    score = lines.first.tolist()
    classes = range(len(score))
    top, place = max(classes, key=lambda k: (score[k], growth[k], k)), 0.0
    while place < 1.0:
        yield lines.start + place * (lines.end - lines.start), top
        meetings = [
            ((score[top] - score[k]) / (growth[k] - growth[top]), -growth[k], -k)
            for k in classes
            if growth[k] > growth[top]
        ]
        if not meetings:
            return
        place, _, negative = min(meetings)
        top = -negative


def _search(winner_at: Callable[[Array], NDArray[np.int64]]) -> list[tuple[float, int]]:
    """The same by a grid of GRID points whose changes are halved until they are known to 1e-9."""
    grid = np.linspace(0.0, 1.0, GRID)
    winners = winner_at(grid)
    changes = np.flatnonzero(winners[1:] != winners[:-1])
    edges = np.stack([grid[changes], grid[changes + 1]])  # (2, number of changes)
    sides = np.stack([winners[changes], winners[changes + 1]])
    for _ in range(_HALVINGS):
        if not edges.size:
            break
        middle = edges.mean(0)
        between = winner_at(middle)
        edges = np.concatenate([np.stack([edges[0], middle]), np.stack([middle, edges[1]])], axis=1)
        sides = np.concatenate([np.stack([sides[0], between]), np.stack([between, sides[1]])], axis=1)
        edges, sides = edges[:, sides[0] != sides[1]], sides[:, sides[0] != sides[1]]
    order = edges[0].argsort(kind="stable")
    return [(0.0, int(winners[0])), *zip(edges[1, order].tolist(), sides[1, order].tolist(), strict=True)]
