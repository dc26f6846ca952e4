"""The paths of the examples, and their written part: sentence, titles, intentions, voices to try, recipe."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
SPECS = FOLDER / "examples.json"
EVIDENCE = FOLDER / "evidence.json"
AUDIO = FOLDER / "audio"
TITLE = "title_"
"""Prefix of the titles' keys; a language follows."""


def read_specs() -> list[dict[str, Any]]:
    """The written part of every example, in display order."""
    specs: list[dict[str, Any]] = json.loads(SPECS.read_text(encoding="utf-8"))
    return specs


def write_specs(specs: Sequence[Mapping[str, Any]]) -> None:
    """Write them back, a line for each entry, so that a changed recipe is one changed line."""
    blocks = [
        ",\n".join(f'  "{key}": {json.dumps(value, ensure_ascii=False)}' for key, value in spec.items())
        for spec in specs
    ]
    text = ",\n".join(f" {{\n{block}\n }}" for block in blocks)
    SPECS.write_text(f"[\n{text}\n]\n", encoding="utf-8")


def audio_path(key: str) -> Path:
    """The path of the clip of an example."""
    return AUDIO / f"{key}.flac"
