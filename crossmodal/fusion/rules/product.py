"""Product of experts with prior correction: p proportional to pi^(1 - sum b_i) prod_i p_i^b_i (Hinton 2002).

With every b_i = 1 this is Bayes' rule for modalities that are independent given the emotion: the prior, which each
reading already contains once, is divided out n - 1 times.
"""

import numpy as np

from crossmodal.fusion.base import FusionRule, Lines, Problem, log_floor, softmax
from crossmodal.types import Array


class Product(FusionRule):
    """Evidence adds up: two readings that agree make the fused one surer than either.

    The exponents are the weights relative to the strongest one, b_i = w_i / max_j w_j: equal weights are Bayes' rule,
    and a single weight gives back that modality's own reading.
    """

    name = "product"
    order = 2
    formula = r"p \propto \pi^{1-\sum_i b_i}\prod_i p_i^{\,b_i},\quad b_i = w_i/\max_j w_j"

    def pool(self, problem: Problem) -> Array:
        """See FusionRule.pool."""
        exponents = problem.alpha / problem.alpha.max(-1, keepdims=True)
        evidence = (exponents[..., None, :] @ log_floor(problem.probabilities))[..., 0, :]
        return softmax(evidence + (1 - exponents.sum(-1))[..., None] * log_floor(problem.prior))

    def lines(self, probabilities: Array, prior: Array, divisor: Array) -> tuple[Lines, ...]:
        """See FusionRule.lines. The log scores times m = max(a, 1 - a) are lines, with one kink where a = 1/2.

        As b_i = w_i / m, m log p = sum_i w_i log p_i + (m - 1) log pi, less m log divisor.
        """
        log_prior, logs = log_floor(prior), log_floor(probabilities)
        alone = logs - np.log(divisor)  # at either end m = 1, and one modality speaks alone
        middle = logs.mean(-2) - 0.5 * (log_prior + np.log(divisor))
        return (
            Lines(0.0, 0.5, alone[..., 1, :], middle, logarithmic=True, scale=(1.0, 0.5)),
            Lines(0.5, 1.0, middle, alone[..., 0, :], logarithmic=True, scale=(0.5, 1.0)),
        )


RULE = Product()
