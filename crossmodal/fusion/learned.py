"""What the learned rules share: their inputs, their prior, and one forward pass for training and inference.

A network is written once, for arrays of numpy and for tensors of torch: ``scores`` gets the library of its
arrays. numpy runs it in the app and torch trains it (``training/fusion_rules.py``), by the same code.

A weight enters as the gain a_i = w_i / max_j w_j of the modality's input. So a weight of zero is exactly a missing
modality, and a modality alone always has gain 1, whatever its weight.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from crossmodal.errors import InputError
from crossmodal.fusion.base import FusionInputs, FusionRule
from crossmodal.numerics import EPS, softmax
from crossmodal.types import Array

Tensors = Mapping[str, Any]
"""Named arrays, of numpy or of torch."""

LIMIT = 30.0
"""Bound of the exponents of gates and attention; trained ones stay far below."""


@dataclass(frozen=True, slots=True)
class NetworkInputs:
    """The present modalities by name: ``gain`` a_i (..., 1), ``z`` (..., D), ``sequences`` (..., S, D).

    In the sequences rows of zeros are padding; a rule that is not sequential gets none.
    """

    gain: Tensors
    z: Tensors
    sequences: Tensors


class LearnedRule(FusionRule):
    """A network over the z_i. Its weights are not part of it: they come with its inputs.

    The tensors ``input.<modality>...`` are those of one modality, ``output.<task>.weight`` (C, K) and ``.bias`` (C,)
    read the fused state, and ``temperature.<task>`` (1,) is fitted after training. The network is trained on balanced
    classes, so its softmax q is a prediction at the uniform prior; the rule returns p proportional to q pi.
    """

    learned = True
    order = 10

    def pool(self, inputs: FusionInputs) -> Array:
        """See FusionRule.pool. Raises InputError ``rule_untrained`` or ``rule_modalities``."""
        self.check(inputs.trained, inputs.modalities)
        scores = self.scores(np, inputs.trained, network_inputs(inputs, sequential=self.sequential), inputs.task)
        balanced = softmax(scores / inputs.trained[f"temperature.{inputs.task}"])
        weighted = balanced * np.maximum(inputs.prior, EPS)
        pooled: Array = weighted / weighted.sum(-1, keepdims=True)
        return pooled

    def check(self, trained: Mapping[str, Array], modalities: Sequence[str]) -> None:
        """Raise InputError: ``rule_untrained`` without weights, ``rule_modalities`` where it was trained on others."""
        if not trained:
            raise InputError("rule_untrained", rule=self.name)
        known = trained_modalities(trained)
        unknown = [name for name in modalities if name not in known]
        if unknown:
            raise InputError("rule_modalities", rule=self.name, modality=unknown[0], allowed=", ".join(known))

    def scores(self, xp: Any, trained: Tensors, inputs: NetworkInputs, task: str) -> Any:
        """Class scores (..., C) before temperature; ``xp`` is numpy or torch, of which all arrays are."""
        state = self.state(xp, trained, inputs)
        return state @ trained[f"output.{task}.weight"].T + trained[f"output.{task}.bias"]

    @abstractmethod
    def state(self, xp: Any, trained: Tensors, inputs: NetworkInputs) -> Any:
        """The fused state (..., K)."""

    @abstractmethod
    def shapes(self, modalities: Sequence[str], dim: int) -> Mapping[str, tuple[int, ...]]:
        """Name -> shape of the tensors that ``state`` needs, for training to begin with."""

    @property
    @abstractmethod
    def width(self) -> int:
        """K, the width of the fused state."""


def trained_modalities(trained: Mapping[str, Any]) -> tuple[str, ...]:
    """The modalities that a rule was trained on, by the names of its tensors."""
    return tuple(dict.fromkeys(key.split(".")[1] for key in trained if key.startswith("input.")))


def network_inputs(inputs: FusionInputs, *, sequential: bool) -> NetworkInputs:
    """The inputs of a rule in the form that its network takes."""
    relative_weights = inputs.alpha / inputs.alpha.max(-1, keepdims=True)
    gain = {name: relative_weights[..., i, None] for i, name in enumerate(inputs.modalities)}
    z = {name: inputs.embeddings[..., i, :] for i, name in enumerate(inputs.modalities)}
    return NetworkInputs(gain, z, _sequences(inputs) if sequential else {})


def _sequences(inputs: FusionInputs) -> dict[str, Array]:
    """Segment embeddings of each modality; without them its z is the only one."""
    sequences = inputs.sequences or [inputs.embeddings[..., i, None, :] for i in range(len(inputs.modalities))]
    return dict(zip(inputs.modalities, sequences, strict=True))
