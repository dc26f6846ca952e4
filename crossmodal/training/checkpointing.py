"""What every training run does with its files: write whole or not at all, lay trained tensors over a model, average.

A checkpoint holds all that an interrupted run needs to go on the same way.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from crossmodal.errors import CrossmodalError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

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


def plain_config(config: DataclassInstance) -> dict[str, Any]:
    """The configuration of a run as JSON keeps it."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(config)))
    return plain


def save_checkpoint(  # noqa: PLR0913, one argument for each thing that a run is made of
    path: Path,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    config: DataclassInstance,
    position: Mapping[str, Any],
    more: Mapping[str, Tensor],
) -> None:
    """Write a checkpoint: parameters, optimiser, configuration and position in one file; ``more`` is the run's own."""
    tensors = {f"model.{name}": value for name, value in trained_state(model).items()} | dict(more)
    for index, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{name}": value for name, value in state.items()}
    save(tensors, path, {"note": json.dumps({"config": plain_config(config), "position": position})})


def take_up(
    path: Path, model: nn.Module, optimizer: torch.optim.Optimizer, config: DataclassInstance
) -> tuple[dict[str, Any], dict[str, Tensor]] | None:
    """Lay a checkpoint over model and optimiser in place; returns its position and the run's own.

    Raises CrossmodalError ``run_config`` if it is of another configuration.
    """
    if not path.is_file():
        return None
    with safe_open(path, framework="pt") as file:
        note = json.loads(file.metadata()["note"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118, not a mapping
    if note["config"] != plain_config(config):
        raise CrossmodalError("run_config", folder=path.parent.name)
    named, state, own = dict(model.named_parameters()), optimizer.state_dict(), {}
    for key, value in tensors.items():
        kind, _, name = key.partition(".")
        if kind == "model":
            named[name].data.copy_(value)
        elif kind == "optimizer":
            index, _, slot = name.partition(".")
            state["state"].setdefault(int(index), {})[slot] = value
        else:
            own[key] = value
    optimizer.load_state_dict(state)
    return note["position"], own


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
