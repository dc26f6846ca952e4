"""The phrasebook: short spoken lines of our own, each written for one emotion, with what they mean in Chinese.

They are the text points on the map of the shared space, and their vocabulary gives the substitutions of single words.
The emotion of a line is the one it was written for, whatever the models predict for it.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LINES = Path(__file__).with_name("phrasebook.tsv")


@dataclass(frozen=True, slots=True)
class Phrase:
    """One line: a stable ``id``, the emotion that it was written for, the line itself and its gloss in Chinese."""

    id: str
    emotion: str
    en: str
    zh: str


@cache
def load_phrasebook() -> tuple[Phrase, ...]:
    """Every line, emotion by emotion in the order of the classes."""
    with LINES.open(encoding="utf-8", newline="") as file:
        return tuple(Phrase(**row) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
