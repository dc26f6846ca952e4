"""The map of the shared space: reference points of both modalities, and the place of any new point among them.

PCA places a new point by a formula. The maps of t-SNE and UMAP have none: there a new point lies among its neighbours.
Those two are made without the mean of each modality, or else the gap between the modalities is all that they show.
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
from crossmodal.metrics import Labels
from crossmodal.modalities import SPEECH, TEXT
from crossmodal.model.folder import ModelFolder
from crossmodal.types import TASKS, Array

EXACT = "pca"
"""The projection with a formula."""
PROJECTIONS = (EXACT, "tsne", "umap")
FOLDERS = 4
"""Of how many folders the map is kept: the shipped models', and those that visitors trained, which come and go."""


@dataclass(frozen=True, eq=False)
class EmbeddingMap:
    """N reference points: figures alone, no sound.

    ``z`` (N, D) of unit length; numbers of ``modalities`` in ``modality`` (N,), class numbers in ``labels`` (N,);
    ``origins`` (N,) name the actor or the phrase that a point is of, ``splits`` (N,) the fold whose model, trained
    without that actor, read it, or "ours". ``mean`` (D,) and ``components`` (2, D) are of PCA, ``explained`` the share
    of the variance that its plane shows; ``layouts`` are the coordinates (N, 2) of the other projections.
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
        """Where the reference points lie, (N, 2)."""
        if projection == EXACT:
            return neighbours.project(self.z, self.mean, self.components)
        return self.layouts[projection]

    def place(self, projection: str, z: Mapping[str, Array], weights: Array) -> Array:
        """Where mixes of new points lie, (..., 2): modality -> z (D,), ``weights`` (..., n) in that order.

        A modality that the map does not hold has no mean there, so only PCA places it.
        """
        points = np.stack(list(z.values()))
        if projection == EXACT:
            return neighbours.project(neighbours.fused_point(points, weights), self.mean, self.components)
        reference, means = self._centred
        moved = points - means[[self.modalities.index(name) for name in z]]
        return neighbours.place(neighbours.fused_point(moved, weights), reference, self.layouts[projection])

    def nearest(self, z: Array, modality: str, count: int) -> list[tuple[int, float]]:
        """The rows of one modality closest to a z (D,), the closest first, each with its cosine."""
        rows = self.rows(modality)
        found, similarity = neighbours.nearest(z, self.z[rows], count)
        return list(zip(rows[found].tolist(), similarity.tolist(), strict=True))


def phrasebook_digest() -> str:
    """Twelve hex digits that name the lines of the phrasebook."""
    return hashlib.sha256(LINES.read_bytes()).hexdigest()[:12]


def save_space(space: EmbeddingMap, models: Path, about: Mapping[str, Any]) -> None:
    """Write the map into a models folder; ``about`` says what it is and which models read it."""
    tensors: dict[str, NDArray[Any]] = {
        "z": space.z.astype(np.float16),
        "modality": space.modality.astype(np.uint8),
        "labels": space.labels.astype(np.uint8),
        "mean": space.mean.astype(np.float32),
        "components": space.components.astype(np.float32),
    }
    tensors |= {f"layout.{name}": values.astype(np.float32) for name, values in space.layouts.items()}
    meaning = dict(about) | {
        "phrasebook": phrasebook_digest(),
        "modalities": space.modalities,
        "labels": TASKS[next(iter(TASKS))],
        "explained": round(space.explained, 4),
        "origins": _in_runs(space.origins),
        "splits": _in_runs(space.splits),
    }
    ModelFolder(models).embedding_map.write(tensors, json.dumps(meaning, ensure_ascii=False))


def _in_runs(names: Sequence[str]) -> list[tuple[str, int]]:
    """Names as runs of equal ones, (name, how often)."""
    return [(name, len(list(run))) for name, run in groupby(names)]


@lru_cache(maxsize=FOLDERS)
def load_space(models: Path, model_hash: str) -> EmbeddingMap | None:
    """The map in a models folder, kept for the last few; None where there is none, or other models or lines made it."""
    kept = ModelFolder(models).embedding_map.read(model_hash)
    if kept is None or kept[0]["phrasebook"] != phrasebook_digest():
        return None
    about, found = kept
    return EmbeddingMap(
        z=neighbours.unit(found["z"].astype(np.float64)),
        modality=found["modality"].astype(np.int64),
        labels=found["labels"].astype(np.int64),
        origins=tuple(name for name, count in about["origins"] for _ in range(count)),
        splits=tuple(name for name, count in about["splits"] for _ in range(count)),
        mean=found["mean"].astype(np.float64),
        components=found["components"].astype(np.float64),
        explained=about["explained"],
        layouts={name: found[f"layout.{name}"].astype(np.float64) for name in PROJECTIONS if name != EXACT},
        modalities=tuple(about["modalities"]),
    )
