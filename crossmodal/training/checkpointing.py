"""Files of every training run: atomic writing, loading of trained tensors into a model, averages of weights.

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
    """Write safetensors atomically: a reader finds the old file or the new one, never half of it."""
    fresh = path.with_suffix(".partial")
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, fresh, metadata)
    os.replace(fresh, path)


def write_json(content: Mapping[str, Any], path: Path) -> None:
    """Write JSON atomically."""
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
    """Load the tensors of a run's file into a model in place.

    Raises CrossmodalError ``run_shape`` where they do not fit.
    """
    try:
        keys = model.load_state_dict({name: value.float() for name, value in load_file(path).items()}, strict=False)
    except RuntimeError as error:
        raise CrossmodalError("run_shape", file=path.name) from error
    missing = set(keys.missing_keys) & set(trained_state(model))
    if keys.unexpected_keys or missing:
        raise CrossmodalError("run_shape", file=path.name, tensor=sorted({*keys.unexpected_keys, *missing})[0])


def plain_config(config: DataclassInstance) -> dict[str, Any]:
    """The configuration of a run as JSON keeps it."""
    values: dict[str, Any] = json.loads(json.dumps(asdict(config)))
    return values


def save_checkpoint(  # noqa: PLR0913, one argument for each thing that a run is made of
    path: Path,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    config: DataclassInstance,
    position: Mapping[str, Any],
    extra: Mapping[str, Tensor],
) -> None:
    """Write parameters, optimiser, configuration, position and the run's ``extra`` tensors into one file."""
    tensors = {f"model.{name}": value for name, value in trained_state(model).items()} | dict(extra)
    for index, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{name}": value for name, value in state.items()}
    save(tensors, path, {"note": json.dumps({"config": plain_config(config), "position": position})})


def load_checkpoint(
    path: Path, model: nn.Module, optimizer: torch.optim.Optimizer, config: DataclassInstance
) -> tuple[dict[str, Any], dict[str, Tensor]] | None:
    """Load a checkpoint into model and optimiser in place; returns its position and its extra tensors.

    None where there is no file. Raises CrossmodalError ``run_config`` if it is of another configuration.
    """
    if not path.is_file():
        return None
    with safe_open(path, framework="pt") as file:
        note = json.loads(file.metadata()["note"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118, not a mapping
    if note["config"] != plain_config(config):
        raise CrossmodalError("run_config", folder=path.parent.name)
    parameters, state, extra = dict(model.named_parameters()), optimizer.state_dict(), {}
    for key, value in tensors.items():
        kind, _, name = key.partition(".")
        if kind == "model":
            parameters[name].data.copy_(value)
        elif kind == "optimizer":
            index, _, slot = name.partition(".")
            state["state"].setdefault(int(index), {})[slot] = value
        else:
            extra[key] = value
    optimizer.load_state_dict(state)
    return note["position"], extra


def average_weights(files: Sequence[Path]) -> dict[str, Tensor]:
    """The mean of the tensors of several runs with the same start (a model soup, Wortsman et al. 2022).

    A tensor that some runs kept frozen, as theta, is averaged over those that trained it.
    """
    states = [load_file(path) for path in files]
    names = {name: None for state in states for name in state}
    return {name: torch.stack([state[name].float() for state in states if name in state]).mean(0) for name in names}
