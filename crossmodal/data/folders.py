"""Where the corpora lie: below one folder in their usual places, or each in a folder of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from crossmodal.errors import CrossmodalError

TEXT_CORPORA = {"goemotions": "text/GoEmotions_ekman", "meld": "text/MELD"}
"""Text corpus -> its usual place below the folder of the data."""


def locate(data: Path, named: Mapping[str, Path], corpora: Mapping[str, str]) -> dict[str, Path]:
    """Corpus -> folder: the one that was named for it, else its usual place below ``data``.

    Raises CrossmodalError ``data_missing`` where a folder does not exist.
    """
    folders = {name: named.get(name, data / usual) for name, usual in corpora.items()}
    for folder in folders.values():
        if not folder.is_dir():
            raise CrossmodalError("data_missing", file=str(folder))
    return folders


def check_named(named: Mapping[str, Path], allowed: Sequence[str]) -> None:
    """Raises CrossmodalError ``data_unknown`` for a corpus that was named and is not used."""
    for name in named:
        if name not in allowed:
            raise CrossmodalError("data_unknown", corpus=name, allowed=", ".join(allowed))
