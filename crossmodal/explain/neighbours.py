"""Nearness in the shared space: nearest neighbours, the coordinates of new points on a map, and retrieval metrics.

Arithmetic on plain arrays: N reference points and Q queries in D dimensions. Points are z_i of unit length, so that
their products are cosines.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crossmodal.metrics import Labels
from crossmodal.numerics import unit_length
from crossmodal.types import Array

NEIGHBOURS = 8
"""Reference points that a new point is interpolated from on a map without a formula."""

_MIN_DISTANCE = 1e-9


def fused_point(z: Array, weights: Array) -> Array:
    """The weighted sum (..., D) of z (n, D) at ``weights`` (..., n), scaled to unit length."""
    return unit_length(weights @ z)


def centred(points: Array, groups: NDArray[np.int64]) -> tuple[Array, Array]:
    """Points (N, D) less the mean of their group, scaled to unit length, and the means (G, D).

    This removes the modality gap: the distance between modalities regardless of meaning (Liang et al. 2022).
    """
    means = np.stack([points[groups == group].mean(0) for group in range(int(groups.max()) + 1)])
    return unit_length(points - means[groups]), means


def nearest(query: Array, points: Array, count: int) -> tuple[NDArray[np.int64], Array]:
    """The rows of ``points`` (N, D) closest to ``query`` (D,), the closest first, and their cosines."""
    similarity = points @ query
    rows = np.argsort(-similarity, kind="stable")[:count]
    return rows, similarity[rows]


def project(points: Array, mean: Array, components: Array) -> Array:
    """Points (..., D) projected onto the plane of the components (2, D) through ``mean`` (D,): (..., 2)."""
    projected: Array = (points - mean) @ components.T
    return projected


def interpolate(query: Array, points: Array, coordinates: Array, count: int = NEIGHBOURS) -> Array:
    """Coordinates (..., 2) of queries (..., D) on a map with ``points`` (N, D) at ``coordinates`` (N, 2).

    The mean of the nearest coordinates, weighted by the inverse square of their distance (Shepard 1968), so that a
    point of the map keeps its coordinates.
    """
    distances = np.maximum(2.0 - 2.0 * (query @ points.T), _MIN_DISTANCE)  # squared distance of points of unit length
    rows = np.argpartition(distances, count - 1, axis=-1)[..., :count]
    weights = 1.0 / np.take_along_axis(distances, rows, axis=-1)
    weights /= weights.sum(-1, keepdims=True)
    mean: Array = (weights[..., None] * coordinates[rows]).sum(-2)
    return mean


# --- retrieval -------------------------------------------------------------------------------------------------------


def average_precision(similarity: Array, relevant: NDArray[np.bool_], barred: NDArray[np.bool_]) -> Array:
    """Average precision of every query (Q,): ``similarity``, ``relevant`` and ``barred`` are (Q, N).

    The mean of the precision at each relevant point, ranked by similarity; points barred from a query, such as
    the query itself, are not ranked. NaN for a query without a relevant point.
    """
    order = np.argsort(np.where(barred, np.inf, -similarity), axis=1, kind="stable")
    hits = np.take_along_axis(relevant & ~barred, order, axis=1)
    precision = hits.cumsum(1) / np.arange(1, hits.shape[1] + 1)
    total = hits.sum(1)
    return np.where(total > 0, (precision * hits).sum(1) / np.maximum(total, 1), np.nan)


def chance_precision(relevant: Labels, total: Labels) -> Array:
    """The expected average precision of a random order, of ``relevant`` (Q,) points among ``total`` (Q,).

    The point at rank k is relevant with probability R / N, and then the precision there is
    (1 + (k - 1) (R - 1) / (N - 1)) / k in the mean; summed over k.
    """
    harmonic = np.array([np.sum(1.0 / np.arange(1, count + 1)) for count in total])
    others = (relevant - 1) / np.maximum(total - 1, 1)
    expected: Array = (harmonic + others * (total - harmonic)) / total
    return expected


def mean_by_class(values: Array, labels: Labels) -> dict[int, float]:
    """Class number -> the mean of the values (Q,) of its queries; classes without a query are left out."""
    return {int(label): float(values[labels == label].mean()) for label in np.unique(labels)}
