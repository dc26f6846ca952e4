"""What a fused reading would be, had one modality been read otherwise: arithmetic on many z of that modality at once.

A variant is one changed input, read by its tower beforehand: words without one of them, a voice without a moment.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from crossmodal.fusion.calibration import Calibration
from crossmodal.fusion.fuse import MAIN, fuse, fuse_counterfactuals
from crossmodal.types import TASKS, Array, Evidence, FusionSettings


def pulls(  # noqa: PLR0913, what is read, how it is fused, and what is changed
    evidence: Evidence, settings: FusionSettings, calibration: Calibration, modality: str, z: Array, label: str
) -> Array:
    """How much the fused probability of ``label`` falls with each variant ``z`` (M, D) of a modality: (M,).

    Above 0 what was left out speaks for the label, below 0 against it. Zeros where the modality is not present, or
    switched off. Raises InputError, see ``fuse``.
    """
    if modality not in evidence.predictions:
        return np.zeros(len(z))
    fused = _with_own(evidence, settings, calibration, modality, z)[:, TASKS[MAIN].index(label)]
    found: Array = fused[0] - fused[1:]
    return found


@dataclass(frozen=True, slots=True)
class Flip:
    """A variant by its number, the label that it brings and that label's fused probability."""

    variant: int
    label: str
    probability: float


def nearest_flip(
    evidence: Evidence, settings: FusionSettings, calibration: Calibration, modality: str, z: Array
) -> Flip | None:
    """Of the variants ``z`` (M, D) of a modality that change the fused label, the one whose z is nearest its own.

    Nearest by cosine; None where no variant changes the label. Raises InputError, see ``fuse``.
    """
    if modality not in evidence.predictions:
        return None
    fused = _with_own(evidence, settings, calibration, modality, z)
    winners = fused.shape[1] - 1 - fused[:, ::-1].argmax(1)  # of equal ones the last, as ``fuse`` has it
    shown = TASKS[MAIN].index(fuse(evidence, settings, calibration).label)
    turned = np.flatnonzero((winners[1:] != winners[0]) & (winners[1:] != shown))
    if not len(turned):
        return None
    variant = int(turned[(z[turned] @ evidence.predictions[modality].embedding).argmax()])
    return Flip(variant, TASKS[MAIN][int(winners[variant + 1])], float(fused[variant + 1].max()))


def _with_own(evidence: Evidence, settings: FusionSettings, calibration: Calibration, modality: str, z: Array) -> Array:
    """Fused probabilities (1 + M, C): with the modality's own z, then with each variant."""
    own = evidence.predictions[modality].embedding
    return fuse_counterfactuals(evidence, settings, calibration, modality, np.concatenate([own[None], z]))


# --- time ------------------------------------------------------------------------------------------------------------

WINDOW_SECONDS = 0.3
"""Length of what is left out of a voice at a time, unless that is more than a third of it."""


def windows(seconds: float) -> tuple[tuple[float, float], ...]:
    """Windows (start, end) over a clip, half a window apart; the last one may be shorter, but not than half of one."""
    step = min(WINDOW_SECONDS, seconds / 3) / 2
    count = math.ceil(seconds / step - 1e-6) - 1
    return tuple((round(i * step, 6), round(min((i + 2) * step, seconds), 6)) for i in range(count))


def by_moment(values: Array) -> Array:
    """Values of M windows (M,) as those of the M + 1 half windows: the mean of the windows over each."""
    return np.concatenate([values[:1], (values[1:] + values[:-1]) / 2, values[-1:]])


def moments(intervals: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """The half windows (start, end) that go with ``by_moment``."""
    starts = [start for start, _ in intervals]
    edges = [*starts, starts[-1] + starts[1] - starts[0], intervals[-1][1]]
    return tuple(pairwise(edges))
