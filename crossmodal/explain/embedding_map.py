"""The map of the shared space: reference points of both modalities, and the coordinates of new points among them.

PCA projects a new point by a formula. t-SNE and UMAP have none: there it is interpolated between its neighbours. Those
two are made without the mean of each modality, or else they would show little but the gap between the modalities.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossmodal.data.phrasebook import LINES
from crossmodal.explain import neighbours
from crossmodal.limits import MAX_CACHED_MODELS
from crossmodal.metrics import Labels
from crossmodal.modalities import SPEECH, TEXT
from crossmodal.model.folder import ModelFolder
from crossmodal.numerics import unit_length
from crossmodal.types import MAIN_TASK, TASKS, Array

EXACT = "pca"
"""The projection with a formula."""
PROJECTIONS = (EXACT, "tsne", "umap")


@dataclass(frozen=True, eq=False)
class EmbeddingMap:
    """N reference points: numbers alone, no sound.

    ``z`` (N, D) of unit length; numbers of ``modalities`` in ``modality`` (N,), class numbers in ``labels`` (N,);
    ``origins`` (N,) name the actor or the phrase of a point, ``splits`` (N,) the fold whose model, trained without
    that actor, embedded it, or "ours". ``mean`` (D,) and ``components`` (2, D) are of PCA, ``explained`` the fraction
    of the variance in its plane; ``layouts`` are the coordinates (N, 2) of the other projections.
    """

    z: Array
    modality: NDArray[np.int64]
    labels: Labels
    origins: tuple[str, ...]
    splits: tuple[str, ...]
    mean: Array
    components: Array
    explained: float
    layouts: Mapping[str, Array]
    modalities: tuple[str, ...] = (SPEECH, TEXT)

    @cached_property
    def _centred(self) -> tuple[Array, Array]:
        return neighbours.centred(self.z, self.modality)

    def rows(self, modality: str) -> NDArray[np.int64]:
        """The rows of one modality."""
        return np.flatnonzero(self.modality == self.modalities.index(modality))

    def coordinates(self, projection: str) -> Array:
        """The coordinates of the reference points, (N, 2)."""
        if projection == EXACT:
            return neighbours.project(self.z, self.mean, self.components)
        return self.layouts[projection]

    def locate(self, projection: str, z: Mapping[str, Array], weights: Array) -> Array:
        """The coordinates (..., 2) of mixes of new points: modality -> z (D,), ``weights`` (..., n) in that order.

        A modality that the map does not hold has no mean there, so only PCA can project it.
        """
        points = np.stack(list(z.values()))
        if projection == EXACT:
            return neighbours.project(neighbours.fused_point(points, weights), self.mean, self.components)
        reference, means = self._centred
        centred = points - means[[self.modalities.index(name) for name in z]]
        return neighbours.interpolate(neighbours.fused_point(centred, weights), reference, self.layouts[projection])

    def nearest(self, z: Array, modality: str, count: int) -> list[tuple[int, float]]:
        """The rows of one modality closest to a z (D,), the closest first, each with its cosine."""
        rows = self.rows(modality)
        order, similarity = neighbours.nearest(z, self.z[rows], count)
        return list(zip(rows[order].tolist(), similarity.tolist(), strict=True))


def phrasebook_digest() -> str:
    """Twelve hex digits that name the lines of the phrasebook."""
    return hashlib.sha256(LINES.read_bytes()).hexdigest()[:12]


def save_map(embedding_map: EmbeddingMap, models: Path, about: Mapping[str, Any]) -> None:
    """Write the map into a models folder; ``about`` describes it and names the models that made it."""
    tensors: dict[str, NDArray[Any]] = {
        "z": embedding_map.z.astype(np.float16),
        "modality": embedding_map.modality.astype(np.uint8),
        "labels": embedding_map.labels.astype(np.uint8),
        "mean": embedding_map.mean.astype(np.float32),
        "components": embedding_map.components.astype(np.float32),
    }
    tensors |= {f"layout.{name}": values.astype(np.float32) for name, values in embedding_map.layouts.items()}
    meaning = dict(about) | {
        "phrasebook": phrasebook_digest(),
        "modalities": embedding_map.modalities,
        "labels": TASKS[MAIN_TASK],
        "explained": round(embedding_map.explained, 4),
        "origins": _in_runs(embedding_map.origins),
        "splits": _in_runs(embedding_map.splits),
    }
    ModelFolder(models).embedding_map.write(tensors, json.dumps(meaning, ensure_ascii=False))


def _in_runs(names: Sequence[str]) -> list[tuple[str, int]]:
    """Names as runs of equal ones, (name, how often)."""
    return [(name, len(list(run))) for name, run in groupby(names)]


@lru_cache(maxsize=MAX_CACHED_MODELS)
def load_map(models: Path, model_hash: str) -> EmbeddingMap | None:
    """The map in a models folder, cached; None where there is none, or where other models or phrases made it."""
    stored = ModelFolder(models).embedding_map.read(model_hash)
    if stored is None or stored[0]["phrasebook"] != phrasebook_digest():
        return None
    about, tensors = stored
    return EmbeddingMap(
        z=unit_length(tensors["z"].astype(np.float64)),
        modality=tensors["modality"].astype(np.int64),
        labels=tensors["labels"].astype(np.int64),
        origins=tuple(name for name, count in about["origins"] for _ in range(count)),
        splits=tuple(name for name, count in about["splits"] for _ in range(count)),
        mean=tensors["mean"].astype(np.float64),
        components=tensors["components"].astype(np.float64),
        explained=about["explained"],
        layouts={name: tensors[f"layout.{name}"].astype(np.float64) for name in PROJECTIONS if name != EXACT},
        modalities=tuple(about["modalities"]),
    )
