"""What the learned rules share: their inputs, their prior, and one forward pass for training and for use.

A network is written once, for arrays of numpy and for tensors of torch alike: ``scores`` is given the library that its
arrays are of. numpy runs it in the app, torch trains it (``training/fusion.py``), and the two cannot part ways.

A weight enters as a_i = w_i / max_j w_j, which scales what the modality says. So a weight of zero is exactly a missing
modality, and a modality alone always speaks at full length, whatever its weight.
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
"""Largest exponent that a gate or an attention may see; trained ones stay far below."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """The present modalities by name: ``share`` a_i (..., 1), ``z`` (..., D), ``sequences`` (..., S, D).

    In the sequences rows of zeros are padding; a rule that is not sequential is given none.
    """

    share: Tensors
    z: Tensors
    sequences: Tensors


class LearnedRule(FusionRule):
    """A network over the z_i. Its weights are no part of it: they come with the problem.

    The tensors ``input.<modality>...`` are those of one modality, ``output.<task>.weight`` (C, K) and ``.bias`` (C,)
    read the fused state, and ``temperature.<task>`` (1,) is fitted after training. The network is trained on balanced
    classes, so its softmax q is a reading at an even prior; the rule returns p proportional to q pi.
    """

    learned = True
    order = 10

    def pool(self, problem: FusionInputs) -> Array:
        """See FusionRule.pool. Raises InputError ``rule_untrained`` or ``rule_modalities``."""
        self.check(problem.trained, problem.modalities)
        scores = self.scores(np, problem.trained, inputs_of(problem, sequential=self.sequential), problem.task)
        balanced = softmax(scores / problem.trained[f"temperature.{problem.task}"])
        weighed = balanced * np.maximum(problem.prior, EPS)
        pooled: Array = weighed / weighed.sum(-1, keepdims=True)
        return pooled

    def check(self, trained: Mapping[str, Array], modalities: Sequence[str]) -> None:
        """Raise InputError: ``rule_untrained`` without weights, ``rule_modalities`` where it was trained on others."""
        if not trained:
            raise InputError("rule_untrained", rule=self.name)
        known = trained_modalities(trained)
        unknown = [name for name in modalities if name not in known]
        if unknown:
            raise InputError("rule_modalities", rule=self.name, modality=unknown[0], allowed=", ".join(known))

    def scores(self, xp: Any, trained: Tensors, inputs: Inputs, task: str) -> Any:
        """Class scores (..., C) before temperature; ``xp`` is numpy or torch, of which all arrays are."""
        state = self.state(xp, trained, inputs)
        return state @ trained[f"output.{task}.weight"].T + trained[f"output.{task}.bias"]

    @abstractmethod
    def state(self, xp: Any, trained: Tensors, inputs: Inputs) -> Any:
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


def inputs_of(problem: FusionInputs, *, sequential: bool) -> Inputs:
    """The problem as a network takes it."""
    relative = problem.alpha / problem.alpha.max(-1, keepdims=True)
    share = {name: relative[..., i, None] for i, name in enumerate(problem.modalities)}
    z = {name: problem.embeddings[..., i, :] for i, name in enumerate(problem.modalities)}
    return Inputs(share, z, _sequences(problem) if sequential else {})


def _sequences(problem: FusionInputs) -> dict[str, Array]:
    """Each modality's parts; where there are none its z is the only one."""
    given = problem.sequences or [problem.embeddings[..., i, None, :] for i in range(len(problem.modalities))]
    return dict(zip(problem.modalities, given, strict=True))
