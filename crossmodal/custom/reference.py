"""Reference features as they ship: pooled states of the frozen encoders for labelled clips and sentences.

With them phi and theta train in seconds, without the data and without the encoders. A row is a clip or a sentence: no
sound, no words, only pooled states, reduced by principal components that were fitted on training rows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from crossmodal.errors import ModelError
from crossmodal.modalities import SPEECH, TEXT
from crossmodal.model.folder import MODELS, ModelFolder
from crossmodal.pretrained import verify
from crossmodal.types import FloatArray

SPLITS = ("train", "dev", "test")
DIMENSIONS = {SPEECH: 256, TEXT: 128}
"""Principal components that are kept of each modality."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows of one modality in one split: features (N, K), class numbers (N,), origins (N,): actors, or row numbers."""

    features: FloatArray
    labels: NDArray[np.int64]
    origins: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """Projects a pooled vector into the features: (x - centre) / spread @ basis, with (F,), (F,) and (F, K)."""

    centre: FloatArray
    spread: FloatArray
    basis: FloatArray

    def project(self, pooled: FloatArray) -> FloatArray:
        """Pooled vectors (N, F) -> features (N, K)."""
        return ((pooled - self.centre) / self.spread @ self.basis).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """All features: ``rows`` modality -> split -> Rows, ``bases`` modality -> Basis, ``about`` the JSON beside them."""

    rows: Mapping[str, Mapping[str, Rows]]
    bases: Mapping[str, Basis]
    about: Mapping[str, Any]


def load_reference(models: Path = MODELS) -> Reference:
    """The reference features in a models folder. Raises ModelError where they are missing or altered."""
    folder = ModelFolder(models)
    if not folder.reference.is_file():
        name = folder.reference.relative_to(models).as_posix()
        raise ModelError("model_missing", file=name, expected="reference features")
    about = json.loads(folder.reference.read_text(encoding="utf-8"))
    tensors = load_file(verify(folder.reference_features, about["sha256"]))
    rows, bases = {}, {}
    for name in DIMENSIONS:
        columns = {key.removeprefix(f"{name}."): value for key, value in tensors.items() if key.startswith(f"{name}.")}
        bases[name] = Basis(*(columns[key].astype(np.float32) for key in ("centre", "spread", "basis")))
        rows[name] = {split: _rows(columns, columns["split"] == number) for number, split in enumerate(SPLITS)}
    return Reference(rows, bases, about)


def _rows(columns: Mapping[str, NDArray[Any]], chosen: NDArray[np.bool_]) -> Rows:
    return Rows(*(columns[key][chosen].astype(kind) for key, kind in _COLUMNS.items()))


_COLUMNS = {"features": np.float32, "labels": np.int64, "origins": np.int64}
