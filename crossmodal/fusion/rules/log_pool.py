"""The logarithmic opinion pool: p proportional to prod_i p_i^w_i (Genest & Zidek 1986)."""

import numpy as np

from crossmodal.fusion.base import FusionInputs, FusionRule, LinearScores
from crossmodal.numerics import clipped_log, softmax
from crossmodal.types import Array


class LogPool(FusionRule):
    """A weighted geometric mean: sharper than the linear pool, as one low probability weighs heavily."""

    name = "log_pool"
    order = 1
    formula = r"p \propto \prod_i p_i^{\,w_i}"

    def pool(self, inputs: FusionInputs) -> Array:
        """See FusionRule.pool."""
        return softmax((inputs.alpha[..., None, :] @ clipped_log(inputs.probabilities))[..., 0, :])

    def linear_scores(self, probabilities: Array, prior: Array, divisor: Array) -> tuple[LinearScores, ...]:
        """See FusionRule.linear_scores. A divisor shifts the scores of a class as a whole."""
        scores = clipped_log(probabilities) - np.log(divisor)
        return (LinearScores(0.0, 1.0, scores[..., 1, :], scores[..., 0, :], logarithmic=True),)


RULE = LogPool()
