"""Product of experts with prior correction: p proportional to pi^(1 - sum b_i) prod_i p_i^b_i (Hinton 2002).

With every b_i = 1 this is Bayes' rule for modalities that are independent given the emotion: the prior, which each
reading already contains once, is divided out n - 1 times.
"""

from crossmodal.fusion.rule import FusionRule, Problem, log_floor, softmax
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


RULE = Product()
