"""The evidence for the browser: all numbers that fusion needs, without embeddings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from crossmodal.fusion.calibration import Calibration
from crossmodal.fusion.fuse import fuse_tasks
from crossmodal.types import PRIORS, TASKS, Evidence, FusionResult, FusionSettings


def mixer_inputs(evidence: Evidence, calibration: Calibration) -> dict[str, Any]:
    """The predictions of the present modalities for ``arithmetic.js``, as lists.

    Per task: probabilities and logits (n, C), temperatures (n,), bias and prior (C,). ``gram`` (n, n) holds the
    products z_i z_j: with the logits they give theta at any weighted sum of the z_i.
    """
    predictions = evidence.predictions
    embeddings = (
        np.stack([prediction.embedding for prediction in predictions.values()]) if predictions else np.zeros((0, 0))
    )
    tasks = [
        {
            "probabilities": [prediction.probabilities[task].tolist() for prediction in predictions.values()],
            "logits": [prediction.logits[task].tolist() for prediction in predictions.values()],
            "temperatures": [calibration.temperature[name][task] for name in predictions],
            "bias": calibration.bias[task].tolist(),
            "prior": calibration.prior[task].tolist(),
        }
        for task in TASKS
    ]
    return {"tasks": tasks, "gram": (embeddings @ embeddings.T).tolist()}


TABLE = 101
"""Mixes of two at which a rule that the browser does not know is fused beforehand."""


def table(evidence: Evidence, settings: FusionSettings, calibration: Calibration) -> dict[str, Any]:
    """A rule as numbers alone: per task the fused probabilities (M, C) as the first weight grows from 0 to 1.

    At temperature 1 and the models' prior. M is TABLE for two modalities and 1 for one; for others there are no tasks.
    """
    count = len(evidence.predictions)
    if count not in (1, 2):
        return {"tasks": []}
    first_weight = np.linspace(0.0, 1.0, TABLE)
    alpha = np.ones((1, 1)) if count == 1 else np.stack([first_weight, 1 - first_weight], axis=-1)
    fused = fuse_tasks(evidence, replace(settings, prior=PRIORS[0]), calibration, alpha)
    return {"tasks": [fused[task].round(5).tolist() for task in TASKS]}


def result(fused: FusionResult | None) -> dict[str, Any] | None:
    """A fused result in the form that ``arithmetic.js`` returns."""
    if fused is None:
        return None
    return {"weights": list(fused.alpha_used.values()), "tasks": [fused.probabilities[task].tolist() for task in TASKS]}
