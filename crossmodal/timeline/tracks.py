"""The tracks of a timeline: the predictions of every line, their fusion, and their disagreement."""

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

    Rows are NaN where a line has no such prediction, or nothing to fuse; the disagreement is NaN below two of them.
    ``results`` are the complete fusion results, None where there is nothing to fuse.
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
    prediction = line.evidence.predictions.get(modality)
    return None if prediction is None else prediction.probabilities[MAIN_TASK]


def _rows(rows: Sequence[Array | None], classes: int) -> Array:
    empty = np.full(classes, np.nan)
    return np.stack([empty if row is None else row for row in rows]) if rows else np.empty((0, classes))


def _fused(
    line: UtteranceLine, settings: FusionSettings, calibration: Calibration, without: Sequence[str]
) -> FusionResult | None:
    used = {name: prediction for name, prediction in line.evidence.predictions.items() if name not in without}
    return fuse(replace(line.evidence, predictions=used), settings, calibration) if used else None


def disagreement(probabilities: Array) -> Array:
    """Jensen-Shannon divergence of n predictions (..., n, C) over its maximum: 0 for equal, 1 for disjoint ones.

    H(mean of p_i) - mean of H(p_i), over log n (Lin 1991, with equal weights). NaN where a prediction is missing.
    """
    count = probabilities.shape[-2]
    if count < 2:
        return np.full(probabilities.shape[:-2], np.nan)
    spread = entropy(probabilities.mean(-2)) - entropy(probabilities).mean(-1)
    normalised: Array = np.clip(spread / np.log(count), 0.0, 1.0)
    return normalised
