"""A custom model as a zip archive: written for download, and validated as untrusted input where it is uploaded.

An archive is a models folder with pooled towers: ``manifest.json``, three files of safetensors, and ``run.json`` with
the events of its training run. Only these names are accepted, each within its size and at the hash of the manifest;
tensors must have exactly the names, types and shapes of such a model. Nothing in an archive can carry code.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors

from crossmodal import limits
from crossmodal.errors import InputError
from crossmodal.modalities import MODALITIES, POOLED, SPEECH, TEXT
from crossmodal.modalities.base import TensorShapes
from crossmodal.model.folder import HEAD, MANIFEST, SCHEMA, WEIGHTS, weights_file
from crossmodal.types import TASKS

RUN = "run.json"
TOWERS = dict.fromkeys((SPEECH, TEXT), POOLED)
_OPTIONAL = {RUN}
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
"""Compression that can be decompressed incrementally: zipfile lets bzip2 and LZMA fill the memory."""
_DAMAGED = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    ArithmeticError,
    LookupError,
    struct.error,
    zlib.error,
)
"""What zipfile raises for a file that is no zip archive, or whose headers are false."""
_UNFIT = (
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    ArithmeticError,
    RecursionError,
    SafetensorError,
)
"""What validation raises where a key, a type, a number or a shape of the manifest or of a tensor is wrong."""
_EPOCH_OF_ZIP = (2020, 1, 1, 0, 0, 0)


def pack(folder: Path, run: Mapping[str, Any]) -> bytes:
    """A models folder and the record of its training run as a zip; the same content gives the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(limits.MAX_ARCHIVE_FILE_BYTES):
            data = _json(run) if name == RUN else (folder / name).read_bytes()
            entry = zipfile.ZipInfo(name, _EPOCH_OF_ZIP)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, data)
    return buffer.getvalue()


def _json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, separators=(",", ":"), allow_nan=False) + "\n").encode()


def unpack(data: bytes, folder: Path) -> dict[str, Any]:
    """Validate an archive and write its files into ``folder``; returns the record of its run, empty if it has none.

    Raises InputError: ``bundle_size``, ``bundle_unreadable``, ``bundle_name``, ``bundle_missing``, ``bundle_altered``
    or ``bundle_content``. Nothing is written unless everything is valid.
    """
    if len(data) > limits.MAX_ARCHIVE_BYTES:
        raise InputError("bundle_size", megabytes=round(len(data) / 1e6, 1), most=limits.MAX_ARCHIVE_BYTES // 1024**2)
    files = _read(data)
    try:
        manifest = json.loads(files[MANIFEST])
        run = json.loads(files.get(RUN, b"{}"))
        _check_manifest(manifest)
        _check_hashes(files, manifest)
        _check_tensors(files)
    except _UNFIT as error:
        raise InputError("bundle_content") from error
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return run if isinstance(run, dict) else {}


def _read(data: bytes) -> dict[str, bytes]:
    """Name -> content of the files of an archive, none read beyond its maximum size."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_names([entry.filename for entry in entries])
            return {entry.filename: _bounded(archive, entry) for entry in entries}
    except _DAMAGED as error:
        raise InputError("bundle_unreadable") from error


def _check_names(names: list[str]) -> None:
    for name in names:
        if name not in limits.MAX_ARCHIVE_FILE_BYTES or names.count(name) > 1:
            raise InputError("bundle_name", allowed=", ".join(limits.MAX_ARCHIVE_FILE_BYTES))
    for name in limits.MAX_ARCHIVE_FILE_BYTES:
        if name not in names and name not in _OPTIONAL:
            raise InputError("bundle_missing", file=name)


def _bounded(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """One file, decompressed up to its maximum size whatever its header claims. Raises BadZipFile, InputError."""
    if entry.compress_type not in _METHODS:
        raise zipfile.BadZipFile("compression")
    most = limits.MAX_ARCHIVE_FILE_BYTES[entry.filename]
    _check_size(entry.file_size, most)
    with archive.open(entry) as file:
        content = file.read(most + 1)
    _check_size(len(content), most)
    return content


def _check_size(size: int, most: int) -> None:
    if size > most:
        raise InputError("bundle_size", megabytes=round(size / 1e6, 1), most=round(most / 1e6, 1))


# --- validation of the content ---------------------------------------------------------------------------------------


def _check_manifest(manifest: dict[str, Any]) -> None:
    """Raises any of _UNFIT."""
    if manifest["schema"] != SCHEMA or manifest["towers"] != TOWERS:
        raise ValueError("not a model of this kind")
    if set(manifest["temperatures"]) != set(TOWERS) or set(manifest["prior"]) != set(TASKS):
        raise ValueError("calibration")
    for temperatures in manifest["temperatures"].values():
        if set(temperatures) != set(TASKS):
            raise ValueError("temperatures")
        _check_numbers(list(temperatures.values()), 0.01, 100.0)
    for task, classes in TASKS.items():
        prior = manifest["prior"][task]
        _check_numbers(prior, 0.0, 1.0)
        if len(prior) != len(classes) or abs(sum(prior) - 1) > 0.01:
            raise ValueError("prior")


def _check_numbers(values: list[Any], low: float, high: float) -> None:
    for value in values:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise TypeError("no number")
        if not low <= value <= high:
            raise ValueError("out of range")


def _check_hashes(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> None:
    """Compare every file of tensors with its hash. Raises InputError ``bundle_altered``."""
    for name, content in files.items():
        if name.endswith(WEIGHTS):
            expected = str(manifest["files"][name]["sha256"])
            if hashlib.sha256(content).hexdigest() != expected:
                raise InputError("bundle_altered", file=name)
    if set(manifest["files"]) != {name for name in files if name.endswith(WEIGHTS)}:
        raise ValueError("files")


def _check_tensors(files: Mapping[str, bytes]) -> None:
    """The tensors of a model with pooled towers, all of one width, and nothing else. Raises any of _UNFIT."""
    tensors_of = {name: load_tensors(content) for name, content in files.items() if name.endswith(WEIGHTS)}
    dim = tensors_of[weights_file(HEAD)][f"linear.{next(iter(TASKS))}.weight"].shape[1]
    if not 2 <= dim <= limits.MAX_ARCHIVE_WIDTH:
        raise ValueError("width")
    for name, shapes in _shapes(dim).items():
        tensors = tensors_of[name]
        if {key: value.shape for key, value in tensors.items()} != shapes:
            raise ValueError("shapes")
        for value in tensors.values():
            if value.dtype not in (np.float16, np.float32) or not np.isfinite(value).all():
                raise ValueError("values")
    if not (tensors_of[weights_file(SPEECH)]["spread"] > 0).all():
        raise ValueError("spread")


def _shapes(dim: int) -> dict[str, TensorShapes]:
    """File of weights -> its tensors at a width D of the shared space."""
    head: dict[str, tuple[int, ...]] = {}
    for task, classes in TASKS.items():
        head |= {f"linear.{task}.weight": (len(classes), dim), f"linear.{task}.bias": (len(classes),)}
        head[f"scale.{task}"] = ()
    shapes: dict[str, TensorShapes] = {weights_file(HEAD): head}
    for name in TOWERS:
        pooled_shapes = MODALITIES[name].pooled_shapes
        assert pooled_shapes is not None  # TOWERS are those with a pooled tower
        shapes[weights_file(name)] = pooled_shapes(dim)
    return shapes
