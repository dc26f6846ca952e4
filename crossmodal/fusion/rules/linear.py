"""The linear opinion pool, the formula of the project: p = sum_i w_i p_i (Stone 1961)."""

from crossmodal.fusion.base import FusionInputs, FusionRule, LinearScores
from crossmodal.types import Array


class Linear(FusionRule):
    """A weighted average of the readings: robust, as no single modality can rule a class out."""

    name = "linear"
    order = 0
    formula = r"p = \sum_i w_i\, p_i"

    def pool(self, problem: FusionInputs) -> Array:
        """See FusionRule.pool."""
        fused: Array = (problem.alpha[..., None, :] @ problem.probabilities)[..., 0, :]
        return fused

    def lines(self, probabilities: Array, prior: Array, divisor: Array) -> tuple[LinearScores, ...]:
        """See FusionRule.lines. A divisor scales each line as a whole."""
        scores = probabilities / divisor
        return (LinearScores(0.0, 1.0, scores[..., 1, :], scores[..., 0, :], logarithmic=False),)


RULE = Linear()
