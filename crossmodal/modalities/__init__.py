"""The kinds of input. A modality is one file of this folder, entered below; everything else asks ``MODALITIES``.

A further one needs its file and its line here, a name in the messages, a control in ``ui/sections/inputs.py``, and a
models folder whose manifest gives it temperatures and a file of weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crossmodal.errors import ModelError
from crossmodal.modalities import speech, text
from crossmodal.modalities.base import ADAPTED, POOLED, Modality
from crossmodal.modalities.speech import SPEECH
from crossmodal.modalities.text import TEXT
from crossmodal.model.folder import MANIFEST, ModelFolder, weights_file

if TYPE_CHECKING:
    from crossmodal.model.towers import Tower

__all__ = ["ADAPTED", "MODALITIES", "POOLED", "SPEECH", "TEXT", "Modality", "load_tower", "load_towers"]

MODALITIES: dict[str, Modality] = {modality.name: modality for modality in (speech.MODALITY, text.MODALITY)}
"""Every modality by its name, in the order of charts and sliders."""


def load_tower(name: str, folder: Path, manifest: Mapping[str, Any]) -> Tower:
    """The tower of one modality with the tensors of a models folder. Raises ModelError where they do not fit."""
    file = weights_file(name)
    tensors = ModelFolder(folder).load_tensors(file, manifest)
    kind = manifest.get("towers", {}).get(name, ADAPTED)
    load = MODALITIES[name].towers.get(kind)
    if load is None:
        raise ModelError("model_shape", file=MANIFEST, tensor=str(kind))
    try:
        return load(tensors)
    except RuntimeError as error:
        raise ModelError("model_shape", file=file) from error
    except KeyError as error:
        raise ModelError("model_shape", file=file, tensor=str(error.args[0])) from error


def load_towers(folder: Path, manifest: Mapping[str, Any]) -> dict[str, Tower]:
    """Every tower that the manifest names, in the order in which modalities are shown."""
    return {name: load_tower(name, folder, manifest) for name in MODALITIES if name in manifest["temperatures"]}
