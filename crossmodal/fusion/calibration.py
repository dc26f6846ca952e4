"""From logits to probabilities that mean what they say. Plain arrays: nothing here waits for an encoder to load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from crossmodal.fusion import FusionRule, fusion_rules, registry
from crossmodal.fusion.base import softmax
from crossmodal.fusion.learned import trained_modalities
from crossmodal.model.folder import HEAD, ModelFolder, rule_file, weights_file
from crossmodal.types import TASKS, Array, ModalityPrediction


@dataclass(frozen=True, slots=True)
class Calibration:
    """What stands between logits and probabilities, as plain numbers.

    ``weight`` (C, D) and ``bias`` (C,) of theta per task, scale included; ``temperature`` modality -> task -> T;
    ``prior`` task -> (C,); ``learned`` rule -> its trained tensors.
    """

    weight: Mapping[str, Array]
    bias: Mapping[str, Array]
    temperature: Mapping[str, Mapping[str, float]]
    prior: Mapping[str, Array]
    learned: Mapping[str, Mapping[str, Array]] = field(default_factory=dict)

    def rules(self) -> Mapping[str, FusionRule]:
        """The rules that these models offer: every pool, and those learned on all of their modalities."""
        own = set(self.temperature)
        return fusion_rules([name for name, state in self.learned.items() if own <= set(trained_modalities(state))])

    def logits(self, task: str, z: Array) -> Array:
        """theta(z) of one task: z (..., D) -> (..., C)."""
        return z @ self.weight[task].T + self.bias[task]

    def predict(self, modality: str, z: Array, parts: Array | None = None) -> ModalityPrediction:
        """The reading of one embedding z (D,), each task at the modality's own temperature, with those of its parts."""
        logits = {task: self.logits(task, z) for task in TASKS}
        own = self.temperature[modality]
        return ModalityPrediction(
            modality, z, logits, {task: softmax(logits[task] / own[task]) for task in TASKS}, parts
        )


def load_calibration(folder: Path, manifest: Mapping[str, Any]) -> Calibration:
    """Theta as plain arrays, the temperatures, the prior and the learned rules, from a models folder."""
    state = ModelFolder(folder).load_tensors(weights_file(HEAD), manifest)
    scale = {task: float(state[f"scale.{task}"]) for task in TASKS}
    weight = {task: scale[task] * state[f"linear.{task}.weight"].astype(np.float64) for task in TASKS}
    bias = {task: scale[task] * state[f"linear.{task}.bias"].astype(np.float64) for task in TASKS}
    prior = {task: np.array(values) for task, values in manifest["prior"].items()}
    return Calibration(weight, bias, manifest["temperatures"], prior, load_rules(folder, manifest))


def load_rules(folder: Path, manifest: Mapping[str, Any]) -> dict[str, dict[str, Array]]:
    """Rule -> its trained tensors, for those that the manifest names."""
    files = {name: rule_file(name) for name in registry() if rule_file(name) in manifest["files"]}
    return {
        name: {key: value.astype(np.float64) for key, value in ModelFolder(folder).load_tensors(file, manifest).items()}
        for name, file in files.items()
    }
