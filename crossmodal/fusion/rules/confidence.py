"""The confidence-weighted pool: a linear pool whose weights also follow how sure each modality is."""

import numpy as np

from crossmodal.fusion.base import LinearScores
from crossmodal.fusion.rules.linear import Linear
from crossmodal.numerics import entropy
from crossmodal.types import Array


def confidence(probabilities: Array) -> Array:
    """1 - H(p) / log C over the last dimension: 0 for a flat reading, 1 for a certain one."""
    return np.clip(1 - entropy(probabilities) / np.log(probabilities.shape[-1]), 0.0, 1.0)


LEAST = 1e-9
"""Confidence below which a reading counts as flat."""


class Confidence(Linear):
    """Whoever is surer counts for more: w_i proportional to alpha_i c_i, with c_i from the entropy of the reading."""

    name = "confidence"
    order = 3
    formula = r"p = \sum_i w_i\, p_i,\quad w_i \propto \alpha_i\,\bigl(1 - H(p_i)/\log C\bigr)"

    def weights(self, alpha: Array, probabilities: Array) -> Array:
        """alpha_i c_i, normalised; where no weighted modality is sure of anything, alpha itself."""
        raw = alpha * confidence(probabilities)
        total = raw.sum(-1, keepdims=True)
        usable = total > LEAST
        return np.where(usable, raw / np.where(usable, total, 1.0), alpha)

    def lines(self, probabilities: Array, prior: Array, divisor: Array) -> tuple[LinearScores, ...]:
        """See FusionRule.lines. The weights are a c_1 and (1 - a) c_2 over their sum, and a sum moves no winner.

        With c at least LEAST this is also what ``weights`` does where nobody is sure: alpha itself counts.
        """
        sure = np.maximum(confidence(probabilities), LEAST)[..., None]
        return super().lines(sure * probabilities, prior, divisor)


RULE = Confidence()
