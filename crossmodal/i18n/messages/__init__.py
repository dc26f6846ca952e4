"""Every sentence that a visitor reads, in every language: one module for a part of the page, each found by itself.

A module's ``MESSAGES`` maps a key to its message in each language, in the order of ``LANGUAGES``. Placeholders are
those of ``str.format``. Beside the titles in ``examples/examples.json`` and the lines in ``data/phrasebook.tsv``, no
other file of the page holds prose.
"""

from __future__ import annotations

import importlib
import pkgutil

LANGUAGES = {"en": "English", "zh": "中文"}
"""Language -> its name in itself, for the switch."""

Messages = dict[str, tuple[str, str]]


def _gather() -> Messages:
    catalogue: Messages = {}
    for info in pkgutil.iter_modules(__path__):
        messages: Messages = importlib.import_module(f"{__name__}.{info.name}").MESSAGES
        if twice := catalogue.keys() & messages.keys():
            raise ValueError(f"worded twice: {sorted(twice)}")
        catalogue |= messages
    return catalogue


CATALOGUE = _gather()
