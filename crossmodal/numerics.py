"""Array arithmetic that several layers share: probabilities, unit vectors, and the rule that breaks ties.

Depends on numpy alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

EPS = 1e-6
"""Lowest probability whose logarithm is taken, so that no single modality can veto a class for ever."""
MIN_LENGTH = 1e-9
"""Shorter vectors are not scaled to unit length."""


def softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Softmax over the last dimension."""
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    total: NDArray[np.float64] = powers.sum(-1, keepdims=True)
    return powers / total


def clipped_log(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Natural logarithm, element-wise, of probabilities that are raised to at least EPS."""
    return np.log(np.maximum(probabilities, EPS))


def entropy(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shannon entropy in nats of distributions (..., C): (...,)."""
    nats: NDArray[np.float64] = -(probabilities * clipped_log(probabilities)).sum(-1)
    return nats


def unit_length(vectors: NDArray[np.float64], min_length: float = MIN_LENGTH) -> NDArray[np.float64]:
    """Vectors (..., D) over their Euclidean length, or over ``min_length`` where they are shorter.

    So the zero vector stays as it is; with ``min_length`` 0 it becomes NaN.
    """
    length = np.sqrt((vectors * vectors).sum(-1, keepdims=True))
    scaled: NDArray[np.float64] = vectors / np.maximum(length, min_length)
    return scaled


def ranking(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Classes (..., C) from the highest score (..., C) to the lowest; of equal ones the last comes first."""
    return scores.argsort(-1, kind="stable")[..., ::-1]


def winner(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """The class (...,) with the highest score (..., C); of equal ones the last, the first of ``ranking``."""
    last: NDArray[np.int64] = scores.shape[-1] - 1 - scores[..., ::-1].argmax(-1)
    return last
