"""The phrasebook: short spoken lines of our own, each written for one emotion, with what they mean in other languages.

They are the text points on the map of the shared space, and their vocabulary gives the substitutions of single words.
The emotion of a line is the one it was written for, whatever the models predict for it.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LINES = Path(__file__).with_name("phrasebook.tsv")
"""Columns: id, emotion, and one for each language, named by its code."""
SPOKEN = "en"
"""The language of the lines."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """One line: a stable ``id``, the emotion that it was written for, and language -> the line or its meaning."""

    id: str
    emotion: str
    by_language: Mapping[str, str]

    @property
    def text(self) -> str:
        """The line itself, as the models read it."""
        return self.by_language[SPOKEN]

    def gloss(self, language: str) -> str:
        """What the line means in a language; empty for the language of the line, or one that it is not put into."""
        return "" if language == SPOKEN else self.by_language.get(language, "")

    def glosses(self) -> str:
        """What the line means, in every language that it is put into."""
        return " / ".join(meaning for language, meaning in self.by_language.items() if language != SPOKEN)


@cache
def load_phrasebook() -> tuple[Phrase, ...]:
    """Every line, emotion by emotion in the order of the classes."""
    with LINES.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return tuple(Phrase(row.pop("id"), row.pop("emotion"), row) for row in rows)
