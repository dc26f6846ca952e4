"""The words of a text, the text without one of them, and the text with another in its place."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

MOST_GROUPS = 40
"""A text of more words is cut into this many groups of neighbours, so that a long one takes no longer to read."""
MOST_PLACES = 6
"""Another word is tried in this many places: those whose own word counts for most."""
VOCABULARY = 70
"""Words that are tried there."""

_WORD = re.compile(r"^(\W*)(.*?)(\W*)$", re.DOTALL)
_PLAIN = re.compile(r"[a-z]{4,}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text between spaces: a word, or neighbouring words, with the punctuation about it."""

    before: str
    core: str
    after: str

    @property
    def text(self) -> str:
        """The piece as it stands."""
        return self.before + self.core + self.after


def pieces(text: str, most: int = MOST_GROUPS) -> tuple[Piece, ...]:
    """The text cut at its spaces, neighbours together where there are more than ``most``."""
    words = text.split()
    size = max(1, math.ceil(len(words) / most))
    return tuple(_piece(" ".join(words[start : start + size])) for start in range(0, len(words), size))


def _piece(text: str) -> Piece:
    found = _WORD.match(text)
    if not found or not found[2]:  # an emoji or a dash is a word of its own
        return Piece("", text, "")
    return Piece(found[1], found[2], found[3])


def without_each(parts: Sequence[Piece]) -> list[str]:
    """The text without each of its pieces in turn. What stands about a word stays: "Stop it!" leaves "Stop!".

    Nothing for a text of one piece, since no words would be left.
    """
    return [_joined([*parts[:i], Piece(parts[i].before, "", parts[i].after), *parts[i + 1 :]]) for i in _places(parts)]


def _places(parts: Sequence[Piece]) -> range:
    return range(len(parts) if len(parts) > 1 else 0)


def _joined(parts: Sequence[Piece]) -> str:
    """The pieces with spaces between them; punctuation that has lost its word goes with its neighbour."""
    text = ""
    for part in parts:
        space = " " if text and part.core else ""
        text += space + part.text
    return text.strip()


@dataclass(frozen=True, slots=True)
class Swap:
    """Another word in the place of one piece, and the whole text with it."""

    place: int
    word: str
    text: str


def swaps(parts: Sequence[Piece], places: Sequence[int], vocabulary: Sequence[str]) -> list[Swap]:
    """The text with every word of the vocabulary in each of these places, capitals kept."""
    found = []
    for place in places:
        own = parts[place]
        for word in vocabulary:
            if word != own.core.lower():
                put = word.capitalize() if own.core[:1].isupper() and own.core != "I" else word
                changed = Piece(own.before, put, own.after)
                found.append(Swap(place, put, _joined([*parts[:place], changed, *parts[place + 1 :]])))
    return found


def vocabulary(lines: Sequence[tuple[str, str]], most: int = VOCABULARY) -> tuple[str, ...]:
    """The words of labelled ``lines`` (text, label) that tell most of their label, alike many of each label.

    A word's worth is how many lines of the label hold it, times the share of all its lines that have that label. Words
    under four letters are left out: they are mostly not what a sentence is about. Ties go by the alphabet.
    """
    lines_of: dict[str, Counter[str]] = {}
    for text, label in lines:
        lines_of.setdefault(label, Counter()).update(set(_PLAIN.findall(text.lower())))
    everywhere = sum(lines_of.values(), Counter[str]())
    kept: list[str] = []
    for counts in lines_of.values():
        ranked = sorted(counts, key=lambda word: (-(counts[word] ** 2) / everywhere[word], word))
        kept += [word for word in ranked if word not in kept][: most // len(lines_of)]
    return tuple(kept)
