"""The linear opinion pool, the formula of the project: p = sum_i w_i p_i (Stone 1961)."""

from crossmodal.fusion.rule import FusionRule, Problem
from crossmodal.types import Array


class Linear(FusionRule):
    """A weighted average of the readings: robust, as no single modality can rule a class out."""

    name = "linear"
    order = 0
    formula = r"p = \sum_i w_i\, p_i"

    def pool(self, problem: Problem) -> Array:
        """See FusionRule.pool."""
        fused: Array = (problem.alpha[..., None, :] @ problem.probabilities)[..., 0, :]
        return fused


RULE = Linear()
