"""The label-matched pairs that ``evaluate`` measured fusion on: what they hold, and their file in a models folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossmodal.limits import MAX_CACHED_MODELS
from crossmodal.metrics import Labels
from crossmodal.modalities import SPEECH, TEXT
from crossmodal.model.folder import ModelFolder
from crossmodal.types import MAIN_TASK, TASKS, Array

GRID = np.linspace(0.0, 1.0, 21)
"""Alphas at which ``evaluate`` fuses the pairs by the learned rules; readers interpolate linearly between them."""
_GRID = "grid."
"""Prefix of the name of a tensor that holds a rule's fused probabilities."""


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """N label-matched pairs of predictions, a clip and a sentence each: numbers alone, no sound and no text.

    ``probabilities`` (N, 2, C) and ``embeddings`` (N, 2, D) in the order of ``modalities``; class numbers ``labels``
    (N,); ``groups`` (N,) number the speakers: a bootstrap draws all pairs of a speaker together.

    Rules that read sequences need those of either modality, padded, (N, S, D), in ``sequences``; they are too large to
    store. Learned rules take longer than a page can wait: ``grids`` holds their precomputed output, rule -> fused
    probabilities (G, N, C) at GRID alphas.
    """

    probabilities: Array
    embeddings: Array
    labels: Labels
    groups: NDArray[np.int64]
    modalities: tuple[str, str] = (SPEECH, TEXT)
    sequences: tuple[Array, ...] = ()
    grids: Mapping[str, Array] = field(default_factory=dict)


def save_pairs(pairs: Pairs, models: Path, about: dict[str, Any]) -> None:
    """Write the pairs into a models folder; ``about`` says what they are and holds the ``model_hash`` they are of."""
    tensors: dict[str, NDArray[Any]] = {
        "probabilities": pairs.probabilities.astype(np.float32),
        "embeddings": pairs.embeddings.astype(np.float16),
        "labels": pairs.labels.astype(np.uint8),
        "groups": pairs.groups.astype(np.uint16),
    }
    tensors |= {f"{_GRID}{rule}": _to_bytes(fused) for rule, fused in pairs.grids.items()}
    meaning = about | {"modalities": pairs.modalities, "labels": TASKS[MAIN_TASK]}
    ModelFolder(models).pairs.write(tensors, json.dumps(meaning, indent=1))


def _to_bytes(probabilities: Array) -> NDArray[np.uint8]:
    """Probabilities quantised to a byte each by their square roots: the error is at most .004, least near zero."""
    return np.rint(255 * np.sqrt(probabilities)).astype(np.uint8)


def _from_bytes(roots: NDArray[np.uint8]) -> Array:
    """The reverse of ``_to_bytes``, (..., C), normalised to sum to 1."""
    probabilities: Array = (roots / 255.0) ** 2
    return probabilities / probabilities.sum(-1, keepdims=True)


@lru_cache(maxsize=MAX_CACHED_MODELS)
def load_pairs(models: Path, model_hash: str) -> Pairs | None:
    """The pairs in a models folder; None where there are none or they are of other models. The last few are cached."""
    stored = ModelFolder(models).pairs.read(model_hash)
    if stored is None:
        return None
    about, tensors = stored
    first, second = about["modalities"]
    return Pairs(
        probabilities=tensors["probabilities"].astype(np.float64),
        embeddings=tensors["embeddings"].astype(np.float64),
        labels=tensors["labels"].astype(np.int64),
        groups=tensors["groups"].astype(np.int64),
        modalities=(first, second),
        grids={key.removeprefix(_GRID): _from_bytes(tensors[key]) for key in tensors if key.startswith(_GRID)},
    )
