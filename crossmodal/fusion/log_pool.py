"""The logarithmic opinion pool: p proportional to prod_i p_i^w_i (Genest & Zidek 1986)."""

from crossmodal.fusion.rule import FusionRule, Problem, log_floor, softmax
from crossmodal.types import Array


class LogPool(FusionRule):
    """A weighted geometric mean: sharper than the linear pool, and one firm "no" weighs heavily."""

    name = "log_pool"
    order = 1
    formula = r"p \propto \prod_i p_i^{\,w_i}"

    def pool(self, problem: Problem) -> Array:
        """See FusionRule.pool."""
        return softmax((problem.alpha[..., None, :] @ log_floor(problem.probabilities))[..., 0, :])


RULE = LogPool()
