"""Calibration after training: temperatures by temperature scaling, and the class prior that the modalities share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from crossmodal import metrics
from crossmodal.data.text import implied_sentiment
from crossmodal.numerics import softmax
from crossmodal.types import TASKS, Array


def one_hot_targets(rows: list[dict[str, Any]], task: str) -> Array:
    """Targets (N, C) of scored clips for a task; zeros where an emotion implies no sentiment."""
    emotions = [row["emotion"] or "neutral" for row in rows]
    if task == "sentiment":
        return np.array([implied_sentiment([emotion]) for emotion in emotions])
    return np.array([[float(name == emotion) for name in TASKS[task]] for emotion in emotions])


def fit_temperatures(logits: Mapping[str, Array], targets: Mapping[str, Array]) -> dict[str, float]:
    """Task -> the temperature with the least log-loss of logits (N, C) against targets (N, C); rows of zeros left out.

    Targets are brought to sum to 1 row by row.
    """
    fitted = {}
    for task in TASKS:
        mass = targets[task].sum(1, keepdims=True)
        known = mass[:, 0] > 0
        fitted[task] = metrics.fit_temperature(logits[task][known], targets[task][known] / mass[known])
    return fitted


def fit_speech_temperatures(logits: Mapping[str, Array], rows: list[dict[str, Any]]) -> dict[str, float]:
    """Task -> temperature with the least log-loss over scored clips."""
    return fit_temperatures(logits, {task: one_hot_targets(rows, task) for task in TASKS})


def mean_prior(logits: Sequence[Array], temperatures: Sequence[float]) -> list[float]:
    """The class prior (C,) that modalities share: the mean of what each predicts on average, to six digits.

    ``logits`` holds those of each modality, (N_i, C), at its temperature.
    """
    means = [softmax(values / temperature).mean(0) for values, temperature in zip(logits, temperatures, strict=True)]
    return [round(float(value), 6) for value in np.mean(means, axis=0)]
