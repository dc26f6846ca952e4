"""Figures in a models folder: tensors as safetensors, and as JSON beside them what they mean and who made them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

Tensors = Mapping[str, NDArray[Any]]


def write_figures(stem: Path, tensors: Tensors, about: str) -> None:
    """Write the tensors and the JSON text about them, under one name with two endings."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    weights = stem.with_suffix(".safetensors")
    save_file({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}, weights)
    weights.chmod(0o644)  # safetensors lets the writer alone read
    stem.with_suffix(".json").write_text(about + "\n", encoding="utf-8")


def read_figures(stem: Path, model_hash: str) -> tuple[dict[str, Any], Tensors] | None:
    """What is said about the tensors, and these; None where none lie there or other models made them."""
    described, weights = stem.with_suffix(".json"), stem.with_suffix(".safetensors")
    if not (described.is_file() and weights.is_file()):
        return None
    about: dict[str, Any] = json.loads(described.read_text(encoding="utf-8"))
    return (about, load_file(weights)) if about["model_hash"] == model_hash else None
