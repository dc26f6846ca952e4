"""From logits to probabilities that mean what they say. Plain arrays: nothing here waits for an encoder to load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from crossmodal import checkpoints
from crossmodal.fusion.rule import softmax
from crossmodal.types import TASKS, Array, Reading


@dataclass(frozen=True, slots=True)
class Calibration:
    """What stands between logits and probabilities, as plain numbers.

    ``weight`` (C, D) and ``bias`` (C,) of theta per task, scale included; ``temperature`` modality -> task -> T;
    ``prior`` task -> (C,).
    """

    weight: Mapping[str, Array]
    bias: Mapping[str, Array]
    temperature: Mapping[str, Mapping[str, float]]
    prior: Mapping[str, Array]

    def logits(self, task: str, z: Array) -> Array:
        """theta(z) of one task: z (..., D) -> (..., C)."""
        return z @ self.weight[task].T + self.bias[task]

    def read(self, modality: str, z: Array) -> Reading:
        """The reading of one embedding z (D,), each task at the modality's own temperature."""
        logits = {task: self.logits(task, z) for task in TASKS}
        own = self.temperature[modality]
        return Reading(modality, z, logits, {task: softmax(logits[task] / own[task]) for task in TASKS})


def load_calibration(folder: Path, manifest: Mapping[str, Any]) -> Calibration:
    """Theta as plain arrays, the temperatures and the prior, from a models folder."""
    state = checkpoints.load_tensors(folder, "head.safetensors", manifest)
    scale = {task: float(state[f"scale.{task}"]) for task in TASKS}
    weight = {task: scale[task] * state[f"linear.{task}.weight"].astype(np.float64) for task in TASKS}
    bias = {task: scale[task] * state[f"linear.{task}.bias"].astype(np.float64) for task in TASKS}
    prior = {task: np.array(values) for task, values in manifest["prior"].items()}
    return Calibration(weight, bias, manifest["temperatures"], prior)
