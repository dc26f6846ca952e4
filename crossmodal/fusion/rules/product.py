"""Product of experts with prior correction: p proportional to pi^(1 - sum b_i) prod_i p_i^b_i (Hinton 2002).

With every b_i = 1 this is Bayes' rule for modalities that are independent given the emotion: the prior, which each
prediction already contains once, is divided out n - 1 times.
"""

import numpy as np

from crossmodal.fusion.base import FusionInputs, FusionRule, LinearScores
from crossmodal.numerics import clipped_log, softmax
from crossmodal.types import Array


class Product(FusionRule):
    """Evidence adds up: two predictions that agree give a fused one that is more certain than either.

    The exponents are the weights relative to the strongest one, b_i = w_i / max_j w_j: equal weights are Bayes' rule,
    and a single weight gives back the prediction of that modality.
    """

    name = "product"
    order = 2
    formula = r"p \propto \pi^{1-\sum_i b_i}\prod_i p_i^{\,b_i},\quad b_i = w_i/\max_j w_j"

    def pool(self, inputs: FusionInputs) -> Array:
        """See FusionRule.pool."""
        exponents = inputs.alpha / inputs.alpha.max(-1, keepdims=True)
        evidence = (exponents[..., None, :] @ clipped_log(inputs.probabilities))[..., 0, :]
        return softmax(evidence + (1 - exponents.sum(-1))[..., None] * clipped_log(inputs.prior))

    def linear_scores(self, probabilities: Array, prior: Array, divisor: Array) -> tuple[LinearScores, ...]:
        """See FusionRule.linear_scores. The log scores times m = max(a, 1 - a) are linear up to a kink at a = 1/2.

        As b_i = w_i / m, m log p = sum_i w_i log p_i + (m - 1) log pi, less m log divisor.
        """
        log_prior, logs = clipped_log(prior), clipped_log(probabilities)
        alone = logs - np.log(divisor)  # at either end m = 1, and one modality speaks alone
        middle = logs.mean(-2) - 0.5 * (log_prior + np.log(divisor))
        return (
            LinearScores(0.0, 0.5, alone[..., 1, :], middle, logarithmic=True, scale=(1.0, 0.5)),
            LinearScores(0.5, 1.0, middle, alone[..., 0, :], logarithmic=True, scale=(0.5, 1.0)),
        )


RULE = Product()
