"""A trained model written as a models folder: files of tensors, and the manifest that names their hashes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from crossmodal.modalities import MODALITIES
from crossmodal.model.folder import HEAD, SCHEMA, ModelFolder, weights_file
from crossmodal.types import TASKS


def _stored(value: torch.Tensor, stem: str) -> torch.Tensor:
    """Matrices in half precision; the head, and vectors, whose size does not matter, in single precision."""
    half = value.ndim > 1 and stem != HEAD
    return value.detach().to(torch.float16 if half else torch.float32).contiguous()


def write_models(  # noqa: PLR0913, one argument for each part of a manifest
    folder: Path,
    tensors: Mapping[str, Mapping[str, torch.Tensor]],
    temperatures: Mapping[str, Mapping[str, float]],
    prior: Mapping[str, list[float]],
    about: Mapping[str, Any],
    towers: Mapping[str, str] | None = None,
) -> str:
    """Write one safetensors file per entry of ``tensors`` and the manifest; returns the model hash.

    ``tensors`` maps a file's stem (each modality, and ``head``) to its tensors. ``about`` says how the run was made:
    configuration, seed, data. ``towers`` names the kind of each tower that is not ADAPTED (see
    ``crossmodal.modalities.base``).
    """
    target = ModelFolder(folder)
    manifest: dict[str, Any] = {
        "schema": SCHEMA,
        "files": {
            weights_file(stem): target.save_weights(
                weights_file(stem), {key: _stored(value, stem).numpy() for key, value in state.items()}
            )
            for stem, state in tensors.items()
        },
        "encoders": {
            name: {"requirement": modality.source.requirement, "sha256": dict(modality.source.hashes)}
            for name, modality in MODALITIES.items()
            if modality.source
        },
        "labels": {task: list(names) for task, names in TASKS.items()},
        "temperatures": temperatures,
        "prior": prior,
        "about": about,
    }
    if towers:
        manifest["towers"] = towers
    return target.write_manifest(manifest)
