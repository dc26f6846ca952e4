"""Fused predictions for counterfactual inputs of one modality: arithmetic on many z of that modality at once.

A counterfactual is one changed input, embedded by its tower beforehand: text without one word, speech without a window.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from crossmodal.fusion.calibration import Calibration
from crossmodal.fusion.fuse import fuse, fuse_counterfactuals
from crossmodal.numerics import winner
from crossmodal.types import MAIN_TASK, TASKS, Array, Evidence, FusionSettings


def occlusion_scores(  # noqa: PLR0913, the evidence, how it is fused, and the changed inputs
    evidence: Evidence, settings: FusionSettings, calibration: Calibration, modality: str, z: Array, label: str
) -> Array:
    """How much the fused probability of ``label`` falls with each counterfactual ``z`` (M, D) of a modality: (M,).

    Above 0 the occluded part supports the label, below 0 it opposes it. Zeros where the modality is not
    present. Raises InputError, see ``fuse``.
    """
    if modality not in evidence.predictions:
        return np.zeros(len(z))
    fused = _fused_rows(evidence, settings, calibration, modality, z)[:, TASKS[MAIN_TASK].index(label)]
    scores: Array = fused[0] - fused[1:]
    return scores


@dataclass(frozen=True, slots=True)
class Flip:
    """A counterfactual by its row, the label that it leads to and the fused probability of that label."""

    row: int
    label: str
    probability: float


def nearest_flip(
    evidence: Evidence, settings: FusionSettings, calibration: Calibration, modality: str, z: Array
) -> Flip | None:
    """Of the counterfactuals ``z`` (M, D) of a modality that change the fused label, the one nearest to its z.

    Nearest by cosine; None where none changes the label. Raises InputError, see ``fuse``.
    """
    if modality not in evidence.predictions:
        return None
    fused = _fused_rows(evidence, settings, calibration, modality, z)
    winners = winner(fused)
    label = TASKS[MAIN_TASK].index(fuse(evidence, settings, calibration).label)
    changed = np.flatnonzero((winners[1:] != winners[0]) & (winners[1:] != label))
    if not len(changed):
        return None
    row = int(changed[(z[changed] @ evidence.predictions[modality].embedding).argmax()])
    return Flip(row, TASKS[MAIN_TASK][int(winners[row + 1])], float(fused[row + 1].max()))


def _fused_rows(
    evidence: Evidence, settings: FusionSettings, calibration: Calibration, modality: str, z: Array
) -> Array:
    """Fused probabilities (1 + M, C): with the modality's original z, then with each counterfactual."""
    original = evidence.predictions[modality].embedding
    return fuse_counterfactuals(evidence, settings, calibration, modality, np.concatenate([original[None], z]))


# --- windows ---------------------------------------------------------------------------------------------------------

WINDOW_SECONDS = 0.3
"""Length of an occluded window of speech, unless that is more than a third of the clip."""


def windows(seconds: float) -> tuple[tuple[float, float], ...]:
    """Windows (start, end) over a clip, half a window apart; the last one may be shorter, by at most half a window."""
    step = min(WINDOW_SECONDS, seconds / 3) / 2
    count = math.ceil(seconds / step - 1e-6) - 1
    return tuple((round(i * step, 6), round(min((i + 2) * step, seconds), 6)) for i in range(count))


def to_half_windows(values: Array) -> Array:
    """Values of M windows (M,) for the M + 1 half windows: the mean over the windows that cover each."""
    return np.concatenate([values[:1], (values[1:] + values[:-1]) / 2, values[-1:]])


def half_windows(intervals: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """The half windows (start, end) of windows, to which ``to_half_windows`` gives values."""
    starts = [start for start, _ in intervals]
    edges = [*starts, starts[-1] + starts[1] - starts[0], intervals[-1][1]]
    return tuple(pairwise(edges))
