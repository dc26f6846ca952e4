"""What every training run does with its files: write whole or not at all, lay trained tensors over a model, average."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from crossmodal.errors import CrossmodalError

DATA = "data.json"
"""File of a run folder that says which data its caches and checkpoints are of."""


def save(tensors: Mapping[str, Tensor], path: Path, metadata: dict[str, str] | None = None) -> None:
    """Write safetensors so that a reader finds the old file or the new one, never half of it."""
    fresh = path.with_suffix(".partial")
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, fresh, metadata)
    os.replace(fresh, path)


def write_json(content: Mapping[str, Any], path: Path) -> None:
    """Write JSON, whole or not at all."""
    fresh = path.with_suffix(".json.partial")
    fresh.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    os.replace(fresh, path)


def claim(run_dir: Path, data: Mapping[str, str]) -> None:
    """Mark a run folder as holding work on ``data``, corpus -> digest, so that no cache outlives the data it is of.

    Raises CrossmodalError ``run_data`` where the folder holds work on other data.
    """
    run_dir.mkdir(parents=True, exist_ok=True)
    path = run_dir / DATA
    if not path.is_file():
        write_json(data, path)
    known = json.loads(path.read_text(encoding="utf-8"))
    changed = sorted(name for name in {*known, *data} if known.get(name) != data.get(name))
    if changed:
        raise CrossmodalError("run_data", folder=run_dir.name, corpus=changed[0])


def trained_state(model: nn.Module) -> dict[str, Tensor]:
    """The parameters that training changes, by name."""
    return {name: value.detach() for name, value in model.named_parameters() if value.requires_grad}


def load_trained(model: nn.Module, path: Path) -> None:
    """Lay the tensors of a run's file over a model in place.

    Raises CrossmodalError ``run_shape`` where they do not fit.
    """
    try:
        found = model.load_state_dict({name: value.float() for name, value in load_file(path).items()}, strict=False)
    except RuntimeError as error:
        raise CrossmodalError("run_shape", file=path.name) from error
    lacking = set(found.missing_keys) & set(trained_state(model))
    if found.unexpected_keys or lacking:
        raise CrossmodalError("run_shape", file=path.name, tensor=sorted({*found.unexpected_keys, *lacking})[0])


def average_weights(files: Sequence[Path]) -> dict[str, Tensor]:
    """The mean of the tensors of several runs that began alike (a model soup, Wortsman et al. 2022).

    A tensor that some runs left alone, as theta, is taken from those that trained it.
    """
    states = [load_file(path) for path in files]
    names = {name: None for state in states for name in state}
    return {name: torch.stack([state[name].float() for state in states if name in state]).mean(0) for name in names}


def native_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 natively."""
    return "avx512_bf16" in torch.backends.cpu.get_cpu_capability().lower() or (
        hasattr(torch.cpu, "_is_avx512_bf16_supported") and bool(torch.cpu._is_avx512_bf16_supported())
    )
