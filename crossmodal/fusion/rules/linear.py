"""The linear opinion pool, the formula of the project: p = sum_i w_i p_i (Stone 1961)."""

from crossmodal.fusion.base import FusionInputs, FusionRule, LinearScores
from crossmodal.types import Array


class Linear(FusionRule):
    """A weighted average of the predictions: robust, as no single modality can rule a class out."""

    name = "linear"
    order = 0
    formula = r"p = \sum_i w_i\, p_i"

    def pool(self, inputs: FusionInputs) -> Array:
        """See FusionRule.pool."""
        fused: Array = (inputs.alpha[..., None, :] @ inputs.probabilities)[..., 0, :]
        return fused

    def linear_scores(self, probabilities: Array, prior: Array, divisor: Array) -> tuple[LinearScores, ...]:
        """See FusionRule.linear_scores. A divisor scales the scores of a class as a whole."""
        scores = probabilities / divisor
        return (LinearScores(0.0, 1.0, scores[..., 1, :], scores[..., 0, :], logarithmic=False),)


RULE = Linear()
