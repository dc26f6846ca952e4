"""The contract of a fusion rule, its inputs, and the only place where alpha is normalised."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from crossmodal.errors import InputError
from crossmodal.numerics import EPS, clipped_log, softmax
from crossmodal.types import Array


@dataclass(frozen=True, slots=True)
class FusionInputs:
    """The inputs of a rule for one task; all but ``prior`` may have leading dimensions.

    ``probabilities`` (..., n, C) are calibrated, ``alpha`` (..., n) the weights in use, >= 0 with sum 1, ``prior`` (C,)
    the class prior that the predictions share, ``embeddings`` (..., n, D) the z_i, and ``head`` maps a z (..., D) and
    weights (..., n) to calibrated probabilities (..., C).

    For learned rules alone: the name of the ``task``, the names of the ``modalities`` in their order, for each of them
    in ``sequences`` its segment embeddings (..., S, D), padded with rows of zeros, and the ``trained`` tensors of the
    rule. Without sequences the only segment of a modality is its z.
    """

    probabilities: Array
    alpha: Array
    prior: Array
    embeddings: Array
    head: Callable[[Array, Array], Array]
    task: str = ""
    modalities: Sequence[str] = ()
    sequences: Sequence[Array] = ()
    trained: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LinearScores:
    """Class scores of two modalities that are linear in the weight a of the first, for a in [start, end].

    ``first`` and ``last`` (..., C) are the scores at either end. They rank the classes as the fused probabilities do,
    which are softmax(scores / scale) where ``logarithmic``, else scores over their sum. ``scale`` is linear too, given
    by its values at either end.
    """

    start: float
    end: float
    first: Array
    last: Array
    logarithmic: bool
    scale: tuple[float, float] = (1.0, 1.0)


class FusionRule(ABC):
    """One way to fuse. Subclasses are stateless; ``name`` is stable, as it stands in shared links."""

    name: str
    order: int = 100
    formula: str
    """The rule in LaTeX, with p_i for the predictions and w_i for the weights in use."""
    learned: bool = False
    """Whether the rule is a trained network, usable only with its weights."""
    sequential: bool = False
    """Whether the rule uses ``FusionInputs.sequences``."""

    def weights(self, alpha: Array, probabilities: Array) -> Array:
        """The effective weights: ``alpha`` (..., n), unless they also depend on the predictions (..., n, C)."""
        return alpha

    def linear_scores(self, probabilities: Array, prior: Array, divisor: Array) -> tuple[LinearScores, ...]:
        """The rule for two modalities as piecewise linear scores over [0, 1]; () for a rule without such a form.

        ``probabilities`` (..., 2, C), ``prior`` (C,) as in FusionInputs; the fused probabilities are divided by
        ``divisor`` (C,), all ones unless the uniform prior is asked for.
        """
        return ()

    @abstractmethod
    def pool(self, inputs: FusionInputs) -> Array:
        """The fused probabilities (..., C), summing to one."""


def normalize_alpha(alpha: Mapping[str, float], present: Sequence[str]) -> Array:
    """Weights in the order of ``present``, shape (n,), >= 0 with sum 1. The only place where alpha is normalised.

    Weights of absent modalities are dropped and the rest scaled up; a present modality without a weight counts as 1;
    if all weights are zero, all present modalities get the same. Raises InputError ``alpha_invalid`` for a weight
    that is negative or not finite.
    """
    for name, value in alpha.items():
        if not (np.isfinite(value) and value >= 0):
            raise InputError("alpha_invalid", modality=name, value=value)
    raw = np.array([alpha.get(name, 1.0) for name in present], dtype=np.float64)
    if raw.max(initial=0.0) == 0.0:
        return np.full(len(present), 1 / len(present))
    raw /= raw.max()  # so that neither huge nor tiny weights overflow in the sum
    return raw / raw.sum()


def correct_prior(probabilities: Array, prior: Array) -> Array:
    """Divide (..., C) by the prior and normalise: the prediction at a uniform prior (Saerens et al. 2002)."""
    corrected = probabilities / np.maximum(prior, EPS)
    total: Array = corrected.sum(-1, keepdims=True)
    return corrected / total


def scale_temperature(probabilities: Array, temperature: float) -> Array:
    """p^(1/T), normalised: T below 1 sharpens a distribution (..., C), above 1 flattens it."""
    return probabilities if temperature == 1.0 else softmax(clipped_log(probabilities) / temperature)
