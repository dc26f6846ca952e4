"""Pretrained Whisper tensors out of CTranslate2's model file, under the names that transformers gives them.

CTranslate2's binary is plain data: a version, the name and the revision of the specification, then for each variable
its name, shape, type and bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from crossmodal.errors import ModelError
from crossmodal.pretrained import WHISPER, pretrained
from crossmodal.types import FloatArray

_DTYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}


def _unpack(file: BinaryIO, layout: str) -> tuple[Any, ...]:
    layout = "<" + layout
    return struct.unpack(layout, file.read(struct.calcsize(layout)))


def _read_name(file: BinaryIO) -> str:
    (length,) = _unpack(file, "H")
    return file.read(length).rstrip(b"\0").decode()


def read_ctranslate2(path: Path) -> Iterator[tuple[str, NDArray[Any]]]:
    """The variables of a CTranslate2 model file (version 6), as (name, array) in file order."""
    with path.open("rb") as file:
        (version,) = _unpack(file, "I")
        if version != 6:
            raise ModelError("model_format", file=path.name, expected="CTranslate2 version 6", found=version)
        _read_name(file)
        _, count = _unpack(file, "II")
        for _ in range(count):
            name = _read_name(file)
            (rank,) = _unpack(file, "B")
            shape = _unpack(file, f"{rank}I")
            kind, size = _unpack(file, "BI")
            yield name, np.frombuffer(file.read(size), _DTYPES[kind]).reshape(shape)


_WHISPER_PARTS = {
    "self_attention/layer_norm": "self_attn_layer_norm",
    "attention/layer_norm": "encoder_attn_layer_norm",
    "ffn/layer_norm": "final_layer_norm",
    "ffn/linear_0": "fc1",
    "ffn/linear_1": "fc2",
    "self_attention/linear_0": ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
    "self_attention/linear_1": "self_attn.out_proj",
    "attention/linear_0": "encoder_attn.q_proj",
    "attention/linear_1": ("encoder_attn.k_proj", "encoder_attn.v_proj"),
    "attention/linear_2": "encoder_attn.out_proj",
    "layer_norm": "layer_norm",
    "conv1": "conv1",
    "conv2": "conv2",
}
_WHISPER_PLAIN = {
    "position_encodings/encodings": "embed_positions.weight",
    "embeddings/weight": "embed_tokens.weight",
}
_LEAVES = {"gamma": "weight", "beta": "bias", "weight": "weight", "bias": "bias"}


def _whisper_entries(name: str, value: NDArray[Any]) -> Iterator[tuple[str, FloatArray]]:
    """One CTranslate2 variable as the entries of transformers' Whisper that it holds; q, k and v lie stacked."""
    side, _, rest = name.partition("/")
    tensor = value.astype(np.float32)
    if rest in _WHISPER_PLAIN:
        yield f"{side}.{_WHISPER_PLAIN[rest]}", tensor
        return
    prefix = f"{side}."
    if rest.startswith("layer_") and rest.split("/")[0] != "layer_norm":
        layer, _, rest = rest.partition("/")
        prefix += f"layers.{layer.removeprefix('layer_')}."
    part, _, leaf = rest.rpartition("/")
    if part not in _WHISPER_PARTS:
        return  # a setting such as the number of heads, which transformers keeps in its configuration
    names = _WHISPER_PARTS[part]
    names = (names,) if isinstance(names, str) else names
    for target, piece in zip(names, np.array_split(tensor, len(names)), strict=True):
        if not (target.endswith("k_proj") and leaf == "bias"):  # Whisper's keys have no bias; zeros stand there
            yield f"{prefix}{target}.{_LEAVES[leaf]}", np.ascontiguousarray(piece)


def whisper_state(side: str = "encoder") -> dict[str, FloatArray]:
    """Pretrained Whisper tiny.en as a float32 state (arrays) of transformers' WhisperEncoder or WhisperDecoder."""
    path = pretrained(WHISPER) / "model.bin"
    state: dict[str, FloatArray] = {}
    for name, value in read_ctranslate2(path):
        if name.startswith(f"{side}/"):
            state |= dict(_whisper_entries(name, value))
    return {key.removeprefix(f"{side}."): tensor for key, tensor in state.items()}
