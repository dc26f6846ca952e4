"""The confidence-weighted pool: a linear pool whose weights also depend on the entropy of each prediction."""

import numpy as np

from crossmodal.fusion.base import LinearScores
from crossmodal.fusion.rules.linear import Linear
from crossmodal.numerics import entropy
from crossmodal.types import Array


def confidence(probabilities: Array) -> Array:
    """1 - H(p) / log C over the last dimension: 0 for a uniform prediction, 1 for a certain one."""
    return np.clip(1 - entropy(probabilities) / np.log(probabilities.shape[-1]), 0.0, 1.0)


MIN_CONFIDENCE = 1e-9
"""Confidence below which a prediction counts as uniform."""


class Confidence(Linear):
    """More confident modalities weigh more: w_i proportional to alpha_i c_i, with c_i from the entropy of p_i."""

    name = "confidence"
    order = 3
    formula = r"p = \sum_i w_i\, p_i,\quad w_i \propto \alpha_i\,\bigl(1 - H(p_i)/\log C\bigr)"

    def weights(self, alpha: Array, probabilities: Array) -> Array:
        """alpha_i c_i, normalised; alpha itself where every weighted prediction is uniform."""
        raw = alpha * confidence(probabilities)
        total = raw.sum(-1, keepdims=True)
        usable = total > MIN_CONFIDENCE
        return np.where(usable, raw / np.where(usable, total, 1.0), alpha)

    def linear_scores(self, probabilities: Array, prior: Array, divisor: Array) -> tuple[LinearScores, ...]:
        """See FusionRule.linear_scores. The weights are a c_1 and (1 - a) c_2 over their sum, which changes no winner.

        With c at least MIN_CONFIDENCE this also holds where all predictions are uniform: then alpha itself counts.
        """
        certainty = np.maximum(confidence(probabilities), MIN_CONFIDENCE)[..., None]
        return super().linear_scores(certainty * probabilities, prior, divisor)


RULE = Confidence()
