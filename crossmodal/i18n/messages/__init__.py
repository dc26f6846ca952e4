"""Every sentence that a visitor reads, in every language: one module for a part of the page, each found by itself.

A module's ``WORDINGS`` maps a key to its wordings in the order of ``LANGUAGES``. Placeholders are those of
``str.format``. No other file of the page holds prose.
"""

from __future__ import annotations

import importlib
import pkgutil

LANGUAGES = {"en": "English", "zh": "中文"}
"""Language -> its name in itself, for the switch."""

Wordings = dict[str, tuple[str, str]]


def _gather() -> Wordings:
    found: Wordings = {}
    for info in pkgutil.iter_modules(__path__):
        own: Wordings = importlib.import_module(f"{__name__}.{info.name}").WORDINGS
        if twice := found.keys() & own.keys():
            raise ValueError(f"worded twice: {sorted(twice)}")
        found |= own
    return found


CATALOGUE = _gather()
