"""From a finished run to ``models/``: the shipped tensors and the manifest that names every hash."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from crossmodal.model import checkpoints
from crossmodal.types import TASKS


def _stored(value: torch.Tensor, stem: str) -> torch.Tensor:
    """Matrices in half precision; vectors, which cost nothing, and the head as they are."""
    half = value.ndim > 1 and stem != "head"
    return value.to(torch.float16 if half else torch.float32).contiguous()


def write_models(  # noqa: PLR0913, all that a manifest tells of
    folder: Path,
    tensors: Mapping[str, Mapping[str, torch.Tensor]],
    temperatures: Mapping[str, Mapping[str, float]],
    prior: Mapping[str, list[float]],
    about: Mapping[str, Any],
    towers: Mapping[str, str] | None = None,
) -> str:
    """Write one safetensors file per entry of ``tensors`` and the manifest; returns the model hash.

    ``tensors`` maps a file's stem (each modality, and ``head``) to its tensors. ``about``
    says how the run was made: configuration, seed, data. ``towers`` names the kind of each tower that is not the
    usual one (see ``crossmodal.model.towers.KINDS``).
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for stem, state in tensors.items():
        path = folder / f"{stem}.safetensors"
        save_file({key: _stored(value, stem) for key, value in state.items()}, path)
        files[path.name] = {"sha256": checkpoints.sha256(path), "bytes": path.stat().st_size}
    manifest: dict[str, Any] = {
        "schema": checkpoints.SCHEMA,
        "files": files,
        "encoders": {
            name: {"requirement": source.requirement, "sha256": dict(source.hashes)}
            for name, source in (("speech", checkpoints.WHISPER), ("text", checkpoints.MINILM))
        },
        "labels": {task: list(names) for task, names in TASKS.items()},
        "temperatures": temperatures,
        "prior": prior,
        "about": about,
    }
    if towers:
        manifest["towers"] = towers
    (folder / checkpoints.MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return checkpoints.model_hash(manifest)
