"""What the strips of a timeline show: every reading of every line, what they come to, and how far they disagree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from crossmodal.fusion.calibration import Calibration
from crossmodal.fusion.fuse import fuse
from crossmodal.numerics import entropy
from crossmodal.timeline.types import UtteranceLine
from crossmodal.types import MAIN_TASK, TASKS, Array, FusionResult, FusionSettings


@dataclass(frozen=True, slots=True)
class Tracks:
    """The main task over N lines: ``predictions`` modality -> (N, C), ``fused`` (N, C), ``disagreement`` (N,).

    Rows are NaN where a line has no such reading, or nothing to fuse; the disagreement is NaN below two readings.
    ``results`` are the fused readings whole, None where there is nothing to fuse.
    """

    predictions: Mapping[str, Array]
    fused: Array
    disagreement: Array
    results: tuple[FusionResult | None, ...]


def fuse_tracks(
    lines: Sequence[UtteranceLine], settings: FusionSettings, calibration: Calibration, without: Sequence[str] = ()
) -> Tracks:
    """All lines at the same settings, with the modalities in ``without`` left out of the fusion. Encodes nothing.

    Raises InputError, see ``crossmodal.fusion.fuse.fuse``.
    """
    classes = len(TASKS[MAIN_TASK])
    predictions = {
        name: _rows([_probabilities(line, name) for line in lines], classes) for name in calibration.temperature
    }
    results = tuple(_fused(line, settings, calibration, without) for line in lines)
    fused = _rows([None if result is None else result.probabilities[MAIN_TASK] for result in results], classes)
    return Tracks(predictions, fused, disagreement(np.stack(list(predictions.values()), axis=1)), results)


def _probabilities(line: UtteranceLine, modality: str) -> Array | None:
    reading = line.evidence.predictions.get(modality)
    return None if reading is None else reading.probabilities[MAIN_TASK]


def _rows(found: Sequence[Array | None], classes: int) -> Array:
    empty = np.full(classes, np.nan)
    return np.stack([empty if row is None else row for row in found]) if found else np.empty((0, classes))


def _fused(
    line: UtteranceLine, settings: FusionSettings, calibration: Calibration, without: Sequence[str]
) -> FusionResult | None:
    used = {name: reading for name, reading in line.evidence.predictions.items() if name not in without}
    return fuse(replace(line.evidence, predictions=used), settings, calibration) if used else None


def disagreement(probabilities: Array) -> Array:
    """Jensen-Shannon divergence of n readings (..., n, C), as a share of the most that it can be: 0 alike, 1 apart.

    H(mean of p_i) - mean of H(p_i), over log n (Lin 1991, with equal weights). NaN where a reading is missing.
    """
    count = probabilities.shape[-2]
    if count < 2:
        return np.full(probabilities.shape[:-2], np.nan)
    spread = entropy(probabilities.mean(-2)) - entropy(probabilities).mean(-1)
    share: Array = np.clip(spread / np.log(count), 0.0, 1.0)
    return share
