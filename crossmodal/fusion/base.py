"""What every fusion rule shares: its contract, its inputs, and the one place where alpha is normalised."""

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
    """What a rule gets to decide one task; leading dimensions may be added to all but ``prior``.

    ``probabilities`` (..., n, C) are the calibrated readings, ``alpha`` (..., n) the weights in use, >= 0 with sum 1,
    ``prior`` (C,) the class prior that the readings share, ``embeddings`` (..., n, D) the z_i, and ``head`` maps a z
    (..., D) and weights (..., n) to calibrated probabilities (..., C).

    What a learned rule needs besides: the name of the ``task``, those of the ``modalities`` in their order, for each of
    them in ``sequences`` the z of its parts (..., S, D), rows of zeros being padding, and its own ``trained`` tensors.
    Without sequences a modality is the sequence of its z alone.
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
    """Class scores of two modalities that are straight lines in the weight a of the first, for a in [start, end].

    ``first`` and ``last`` (..., C) are the scores at either end. They rank the classes as the fused reading does, and
    they give it: softmax(scores / scale) where ``logarithmic``, else scores over their sum. ``scale`` is a line too,
    given by its values at either end.
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
    """The rule in LaTeX, with p_i for the readings and w_i for the weights in use."""
    learned: bool = False
    """Whether the rule is a trained network: it can be asked for only where its weights are."""
    sequential: bool = False
    """Whether the rule looks at ``FusionInputs.sequences``."""

    def weights(self, alpha: Array, probabilities: Array) -> Array:
        """The weights really used: ``alpha`` (..., n) unless the rule looks at the readings (..., n, C) first."""
        return alpha

    def lines(self, probabilities: Array, prior: Array, divisor: Array) -> tuple[LinearScores, ...]:
        """The rule for two modalities as lines over [0, 1], stretch by stretch; () for a rule without such a form.

        ``probabilities`` (..., 2, C), ``prior`` (C,) as in Problem; the fused reading is divided by ``divisor`` (C,),
        which is all ones unless another prior is asked for.
        """
        return ()

    @abstractmethod
    def pool(self, problem: FusionInputs) -> Array:
        """The fused probabilities (..., C), summing to one."""


def normalize_alpha(alpha: Mapping[str, float], present: Sequence[str]) -> Array:
    """Weights in the order of ``present``, shape (n,), >= 0 with sum 1. The only place where alpha is normalised.

    A modality that is not present drops out and the rest are scaled up; a present one without a weight counts as 1;
    all weights zero means no preference, so all present count alike. Raises InputError ``alpha_invalid`` for a weight
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
    """Divide by the prior and normalise: a reading (..., C) as if classes were alike common (Saerens et al. 2002)."""
    levelled = probabilities / np.maximum(prior, EPS)
    total: Array = levelled.sum(-1, keepdims=True)
    return levelled / total


def scale_temperature(probabilities: Array, temperature: float) -> Array:
    """p^(1/T), normalised: T below 1 sharpens a distribution (..., C), above 1 flattens it."""
    return probabilities if temperature == 1.0 else softmax(clipped_log(probabilities) / temperature)
