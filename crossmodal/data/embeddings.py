"""Embeddings with class labels: what rules are trained on and heads are measured on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossmodal.metrics import Labels
from crossmodal.types import Array


@dataclass(frozen=True, slots=True)
class LabelledEmbeddings:
    """N inputs of one modality: embeddings (N, D), class numbers (N,), origins (N,).

    Rows of the same origin, a speaker or a text, are not independent. ``parts`` (N, S, D) are segment embeddings,
    padded with zeros, for rules that look at sequences; ``probabilities`` (N, C) calibrated ones, for pairs that are
    fused.
    """

    embeddings: Array
    labels: Labels
    origins: NDArray[Any]
    parts: Array | None = None
    probabilities: Array | None = None

    def keep(self, rows: NDArray[np.bool_]) -> LabelledEmbeddings:
        """The rows of a flag (N,)."""
        return LabelledEmbeddings(
            self.embeddings[rows],
            self.labels[rows],
            self.origins[rows],
            None if self.parts is None else self.parts[rows],
            None if self.probabilities is None else self.probabilities[rows],
        )


def pad_parts(parts: Sequence[Array]) -> Array:
    """Segment embeddings (S, D) of several lengths as one array (N, longest, D), zeros behind."""
    padded = np.zeros((len(parts), max(len(rows) for rows in parts), parts[0].shape[1]))
    for index, rows in enumerate(parts):
        padded[index, : len(rows)] = rows
    return padded
