"""The map of the shared space that the page shows after every epoch."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from crossmodal.metrics import Labels
from crossmodal.types import EMOTIONS, Array

SHOWN = 20
"""Dev rows of each emotion and modality on the map."""


class PcaTracker:
    """The same dev rows on a map after every epoch: the first two principal components of their z.

    Each map is rotated and reflected onto the previous one (orthogonal Procrustes), so that a movement on it is one in
    the shared space. ``labels`` modality -> class numbers (N,) of all dev rows.
    """

    def __init__(self, labels: Mapping[str, Labels]) -> None:
        self.rows = {name: _first_of_each(classes, SHOWN) for name, classes in labels.items()}
        self.labels = {name: labels[name][rows].tolist() for name, rows in self.rows.items()}
        self._previous: Array | None = None

    def draw(self, z: Mapping[str, Tensor]) -> dict[str, list[list[float]]]:
        """Z (N, D) of all dev rows -> modality -> coordinates (M, 2) of those shown."""
        shown = {name: z[name].double().numpy()[rows] for name, rows in self.rows.items()}
        points = np.concatenate(list(shown.values()))
        centred = points - points.mean(0)
        _, _, axes = np.linalg.svd(centred, full_matrices=False)
        flat = centred @ axes[:2].T
        if self._previous is not None:
            left, _, right = np.linalg.svd(flat.T @ self._previous)
            flat = flat @ left @ right
        self._previous = flat
        cut = np.cumsum([len(rows) for rows in shown.values()])[:-1]
        return {name: part.round(3).tolist() for name, part in zip(shown, np.split(flat, cut), strict=True)}


def _first_of_each(labels: Labels, count: int) -> NDArray[np.int64]:
    return np.concatenate([np.flatnonzero(labels == label)[:count] for label in range(len(EMOTIONS))])
