"""Decision flips: the winning class of the main task over the mix a of two modalities.

The first modality weighs a, the second 1 - a. Where a rule's class scores are linear in a (see
``FusionRule.linear_scores``) the winner is given exactly by their upper envelope; for the other rules a dense grid is
searched and each change bisected. Temperature changes no winner, so it is ignored here.
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
from crossmodal.fusion.rules.confidence import MIN_CONFIDENCE, confidence
from crossmodal.numerics import winner
from crossmodal.types import MAIN_TASK, TASKS, Array, Evidence, FusionSettings

GRID = 1_001
"""Grid points for rules without linear scores: a class that wins on less than 1/1000 of [0, 1] may be missed."""

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

    ``modalities`` are the one that weighs a and the one that weighs 1 - a; ``exact`` is True for the closed form
    and False for the grid search.
    """

    segments: tuple[Segment, ...]
    exact: bool
    modalities: tuple[str, str]

    @property
    def points(self) -> tuple[float, ...]:
        """The weights at which the winner changes."""
        return tuple(segment.start for segment in self.segments[1:])

    def at(self, a: float) -> Segment:
        """The segment that contains the weight a; at a flip, the one to its right."""
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
    predictions = np.stack([prediction.probabilities[MAIN_TASK] for prediction in evidence.predictions.values()])
    intervals = linear_scores(predictions, settings, calibration)
    if intervals:
        starts = [start for scores in intervals for start in _envelope(scores)]
    else:
        starts = _search(lambda a: winner(fuse_many(evidence, settings, calibration, np.stack([a, 1 - a], axis=-1))))
    return Flips(_segments(starts), bool(intervals), (names[0], names[1]))


def mix(evidence: Evidence, settings: FusionSettings) -> float:
    """The weight a of the first modality present, as ``flips`` counts it: in [0, 1], with the others it sums to 1."""
    return float(normalize_alpha(settings.alpha, list(evidence.predictions))[0])


def confidence_share(evidence: Evidence) -> float | None:
    """c_1 / (c_1 + c_2): the mix at which each of two modalities is weighted by its confidence.

    None unless two are present; one half where both predictions are uniform.
    """
    if len(evidence.predictions) != 2:
        return None
    first, second = (
        float(confidence(prediction.probabilities[MAIN_TASK])) for prediction in evidence.predictions.values()
    )
    return first / (first + second) if first + second > MIN_CONFIDENCE else 0.5


def gate_share(evidence: Evidence, calibration: Calibration) -> float | None:
    """The mean gate of the first of two modalities in the gated multimodal unit at equal weights (``mean_gates``).

    None unless two are present and the unit is among the rules that the models offer.
    """
    if len(evidence.predictions) != 2 or gmu.RULE.name not in calibration.rules():
        return None
    z = {name: prediction.embedding for name, prediction in evidence.predictions.items()}
    return gmu.mean_gates(calibration.learned[gmu.RULE.name], z)[next(iter(z))]


def _segments(starts: Sequence[tuple[float, int]]) -> tuple[Segment, ...]:
    """Pairs of start and winner, from left to right, as segments; repeated winners and empty intervals are dropped."""
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


def _envelope(scores: LinearScores) -> Iterator[tuple[float, int]]:
    """The upper envelope: where each line becomes the highest, and its class, from left to right.

    Slopes only increase along an upper envelope, so the next line is, of the steeper ones, the one that the highest
    line meets first: at t = (s_k - s_j) / (g_j - g_k) for the highest line k, scores s and slopes g.
    """
    slope = (scores.last - scores.first).tolist()
    score = scores.first.tolist()
    classes = range(len(score))
    top, at = max(classes, key=lambda k: (score[k], slope[k], k)), 0.0
    while at < 1.0:
        yield scores.start + at * (scores.end - scores.start), top
        meetings = [
            ((score[top] - score[k]) / (slope[k] - slope[top]), -slope[k], -k) for k in classes if slope[k] > slope[top]
        ]
        if not meetings:
            return
        at, _, negative = min(meetings)
        top = -negative


def _search(winner_at: Callable[[Array], NDArray[np.int64]]) -> list[tuple[float, int]]:
    """The same by a grid of GRID points, with each change bisected down to 1e-9."""
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
