"""The layout of a models folder: the one place that names its files, and reads and writes them.

    manifest.json                        schema, sha256 of every file of weights, temperatures, prior, how it was made
    head.safetensors                     theta
    MODALITY.safetensors                 the trained tensors of a modality's tower
    fusion/RULE.safetensors              the weights of a learned rule
    scores/STEM.safetensors, STEM.json   predictions of the folds' models, and the label-matched pairs
    space/map.safetensors, map.json      the map of the shared space
    reference/                           reference features of "train your own", and its example run
    prosody.json                         prosody of the reference speakers
    metrics.json, README.md              what ``evaluate`` measured, and the model card

Every file of weights is hashed before it is opened, and a wrong hash is an error, never a warning. Only safetensors and
JSON are read: neither can carry code.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from crossmodal.errors import ModelError
from crossmodal.pretrained import sha256, verify
from crossmodal.types import FloatArray

Tensors = Mapping[str, NDArray[Any]]

SCHEMA = 1
MANIFEST = "manifest.json"
METRICS = "metrics.json"
CARD = "README.md"
HEAD = "head"
"""Stem of theta's file; those of the towers are named after their modality."""
WEIGHTS = ".safetensors"
DESCRIPTION = ".json"

FOLDS = "ravdess_by_folds"
"""Stem of the scores of RAVDESS's clips, each by the model of a fold that never heard its actor."""
ALONE = "emodb_by_ravdess_alone"
"""Stem of the scores of EmoDB's clips by a model of RAVDESS alone."""
WINDOWS = "ravdess_parts"
"""Stem of the same clips as FOLDS window by window, clean and in noise."""

MODELS_VARIABLE = "CROSSMODAL_MODELS"
"""Environment variable: the folder of trained models to use instead of those that the project ships."""
INSTALLED = "crossmodal_models"
"""What a checkout keeps in ``models/`` is installed under this name: another package could be called ``models``."""


def _package_folder(name: str) -> Path | None:
    """The folder of an importable package, with or without an ``__init__.py``; None where there is none."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations))).resolve()


def default_models() -> Path:
    """The folder that MODELS_VARIABLE names, else the checkout's ``models/``, else the installed one.

    Where there is none, the checkout's is returned: training writes it, and reading it raises ``models_missing``.
    """
    named = os.environ.get(MODELS_VARIABLE)
    if named:
        return Path(named).resolve()
    package = _package_folder(__name__.partition(".")[0])
    assert package is not None  # this module was imported from it
    checkout = package.parent / "models"
    installed = None if (checkout / MANIFEST).is_file() else _package_folder(INSTALLED)
    return installed or checkout


MODELS = default_models()
"""The trained parts that are used where no other folder is named."""


def weights_file(stem: str) -> str:
    """Name of a file of weights within a models folder: ``stem`` is HEAD or a modality."""
    return f"{stem}{WEIGHTS}"


def rule_file(rule: str) -> str:
    """Name of the weights of a learned rule within a models folder."""
    return f"fusion/{rule}{WEIGHTS}"


def save_tensors(tensors: Tensors, path: Path) -> None:
    """Write tensors as safetensors, readable by every user as other files are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: np.asarray(tensor, order="C") for name, tensor in tensors.items()}, path)
    path.chmod(0o644)  # safetensors lets the writer alone read


@dataclass(frozen=True, slots=True)
class DescribedTensors:
    """Tensors as safetensors, and beside them, under the same stem, JSON that says what they mean and who made them."""

    stem: Path

    @property
    def weights(self) -> Path:
        """The file of tensors."""
        return self.stem.with_suffix(WEIGHTS)

    @property
    def description(self) -> Path:
        """The file of JSON."""
        return self.stem.with_suffix(DESCRIPTION)

    def write(self, tensors: Tensors, description: str) -> None:
        """Write the tensors and the JSON text that describes them."""
        save_tensors(tensors, self.weights)
        self.description.write_text(description + "\n", encoding="utf-8")

    def read(self, model_hash: str) -> tuple[dict[str, Any], Tensors] | None:
        """The description and the tensors; None where there are none or the models of another hash made them."""
        if not (self.description.is_file() and self.weights.is_file()):
            return None
        description: dict[str, Any] = json.loads(self.description.read_text(encoding="utf-8"))
        return (description, load_file(self.weights)) if description["model_hash"] == model_hash else None


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A models folder: where each of its files lies, its manifest and its weights."""

    path: Path = MODELS

    # --- where each file lies

    @property
    def manifest_file(self) -> Path:
        """Schema, hashes, temperatures, prior and how the models were made."""
        return self.path / MANIFEST

    @property
    def metrics(self) -> Path:
        """What ``evaluate`` measured."""
        return self.path / METRICS

    @property
    def card(self) -> Path:
        """The model card."""
        return self.path / CARD

    @property
    def prosody(self) -> Path:
        """Prosody of the reference speakers."""
        return self.path / "prosody.json"

    def scores(self, stem: str) -> Path:
        """Stem of the scores FOLDS, ALONE or WINDOWS, a file of tensors and one of JSON."""
        return self.path / "scores" / stem

    @property
    def pairs(self) -> DescribedTensors:
        """The label-matched pairs."""
        return DescribedTensors(self.scores("pairs"))

    @property
    def embedding_map(self) -> DescribedTensors:
        """The map of the shared space."""
        return DescribedTensors(self.path / "space" / "map")

    @property
    def reference(self) -> Path:
        """What the reference features mean, and their sha256."""
        return self.path / "reference" / "reference.json"

    @property
    def reference_features(self) -> Path:
        """The reference features."""
        return self.path / "reference" / "features.safetensors"

    @property
    def training_example(self) -> Path:
        """The events of one training run on the reference features."""
        return self.path / "reference" / "example.json"

    # --- the manifest and the weights

    def read_manifest(self) -> dict[str, Any]:
        """The manifest. Raises ModelError where it is missing, not JSON or of another schema."""
        if not self.manifest_file.is_file():
            raise ModelError("models_missing", file=MANIFEST, folder=str(self.path), variable=MODELS_VARIABLE)
        try:
            manifest: dict[str, Any] = json.loads(self.manifest_file.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ModelError("manifest_unreadable", file=MANIFEST) from error
        if manifest.get("schema") != SCHEMA:
            raise ModelError("manifest_schema", file=MANIFEST, expected=SCHEMA, found=manifest.get("schema"))
        return manifest

    def write_manifest(self, manifest: Mapping[str, Any]) -> str:
        """Write the manifest; returns the model hash."""
        self.manifest_file.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
        return model_hash(manifest)

    def load_tensors(self, name: str, manifest: Mapping[str, Any]) -> dict[str, FloatArray]:
        """The tensors of one file of weights as float32, after its hash was compared with the manifest's."""
        entry = manifest["files"].get(name)
        if entry is None:
            raise ModelError("model_missing", file=name, expected="an entry in the manifest")
        tensors = load_file(verify(self.path / name, entry["sha256"]))
        return {key: tensor.astype(np.float32) for key, tensor in tensors.items()}

    def save_weights(self, name: str, tensors: Tensors) -> dict[str, Any]:
        """Write one file of weights; returns its entry in the manifest's ``files``."""
        path = self.path / name
        save_tensors(tensors, path)
        return {"sha256": sha256(path), "bytes": path.stat().st_size}

    def verify(self) -> None:
        """Compare every file of weights with its hash. Raises ModelError as ``read_manifest`` and ``verify``."""
        for name, entry in self.read_manifest()["files"].items():
            verify(self.path / name, entry["sha256"])


def model_hash(manifest: Mapping[str, Any]) -> str:
    """Twelve hex digits that name all that decides a number: every weight file and every calibration value."""
    decisive = {key: manifest[key] for key in ("schema", "files", "temperatures", "prior")}
    decisive |= {key: manifest[key] for key in ("towers",) if key in manifest}
    text = json.dumps(decisive, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
