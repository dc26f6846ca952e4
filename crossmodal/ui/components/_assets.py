"""The JavaScript of the components: the modules that they share, and bundling of files into one module."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

SHARED = Path(__file__).parent / "shared"
"""Modules of JavaScript that several components use."""


@cache
def bundle(sources: tuple[Path, ...]) -> str:
    """Several modules as one: Streamlit loads a single text, so imports and exports are removed and names stay."""
    parts = [path.read_text(encoding="utf-8") for path in sources]
    joined = re.sub(r"^import .*\n", "", "\n".join(parts), flags=re.MULTILINE)
    return re.sub(r"^export (?!default)", "", joined, flags=re.MULTILINE)
