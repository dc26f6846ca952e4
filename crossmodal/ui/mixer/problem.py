"""The evidence as the browser takes it: all the numbers that fusing needs, and no embedding."""

from __future__ import annotations

from typing import Any

import numpy as np

from crossmodal.calibration import Calibration
from crossmodal.types import TASKS, Evidence, FusionResult


def problem(evidence: Evidence, calibration: Calibration) -> dict[str, Any]:
    """The readings of the present modalities for ``arithmetic.js``, as lists.

    Per task: probabilities and logits (n, C), temperatures (n,), bias and prior (C,). ``gram`` (n, n) holds the
    products z_i z_j: with the logits they give theta at any weighted sum of the z_i.
    """
    readings = evidence.readings
    embeddings = np.stack([reading.embedding for reading in readings.values()]) if readings else np.zeros((0, 0))
    tasks = [
        {
            "probabilities": [reading.probabilities[task].tolist() for reading in readings.values()],
            "logits": [reading.logits[task].tolist() for reading in readings.values()],
            "temperatures": [calibration.temperature[name][task] for name in readings],
            "bias": calibration.bias[task].tolist(),
            "prior": calibration.prior[task].tolist(),
        }
        for task in TASKS
    ]
    return {"tasks": tasks, "gram": (embeddings @ embeddings.T).tolist()}


def result(fused: FusionResult | None) -> dict[str, Any] | None:
    """A fused reading in the form that ``arithmetic.js`` gives."""
    if fused is None:
        return None
    return {"weights": list(fused.alpha_used.values()), "tasks": [fused.probabilities[task].tolist() for task in TASKS]}
