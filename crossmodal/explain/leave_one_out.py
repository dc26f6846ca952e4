"""The words of a text, the text without one of them, and the text with another in its place."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from crossmodal.types import Array

MOST_GROUPS = 40
"""A text of more words is cut into this many groups of neighbours, so that a long one takes no longer to read."""
MOST_PLACES = 4
"""Another word is tried in this many places: those whose own word counts for most."""
VOCABULARY = 63
"""Words that are tried there."""

_WORD = re.compile(r"^(\W*)(.*?)(\W*)$", re.DOTALL)
_CONTENT = re.compile(r"(?<![a-z'])[a-z]{4,}(?![a-z'])")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the text between spaces: a word, or neighbouring words, with the punctuation about it."""

    before: str
    core: str
    after: str

    @property
    def text(self) -> str:
        """The piece as it stands."""
        return self.before + self.core + self.after


def pieces(text: str, most: int = MOST_GROUPS) -> tuple[Span, ...]:
    """The text cut at its spaces, neighbours together where there are more than ``most``."""
    words = text.split()
    size = max(1, math.ceil(len(words) / most))
    return tuple(_piece(" ".join(words[start : start + size])) for start in range(0, len(words), size))


def _piece(text: str) -> Span:
    found = _WORD.match(text)
    if not found or not found[2]:  # an emoji or a dash is a word of its own
        return Span("", text, "")
    return Span(found[1], found[2], found[3])


def without_each(parts: Sequence[Span]) -> list[str]:
    """The text without each of its pieces in turn. What follows a word stays: "Stop it!" leaves "Stop!".

    Nothing for a text of one piece, since no words would be left.
    """
    return [_joined([*parts[:i], Span("", "", parts[i].after), *parts[i + 1 :]]) for i in _places(parts)]


def _places(parts: Sequence[Span]) -> range:
    return range(len(parts) if len(parts) > 1 else 0)


def _joined(parts: Sequence[Span]) -> str:
    """The pieces with spaces between them; punctuation that has lost its word goes with its neighbour."""
    text = ""
    for part in parts:
        space = " " if text and part.core else ""
        text += space + part.text
    return text.strip()


@dataclass(frozen=True, slots=True)
class Substitution:
    """Another word in the place of one piece, and the whole text with it."""

    place: int
    word: str
    text: str


def swaps(parts: Sequence[Span], places: Sequence[int], vocabulary: Sequence[str]) -> list[Substitution]:
    """The text with every word of the vocabulary in each of these places, capitals kept."""
    found = []
    for place in places:
        own = parts[place]
        for word in vocabulary:
            if word != own.core.lower():
                put = word.capitalize() if own.core[:1].isupper() and own.core != "I" else word
                changed = Span(own.before, put, own.after)
                found.append(Substitution(place, put, _joined([*parts[:place], changed, *parts[place + 1 :]])))
    return found


def candidates(lines: Iterable[str]) -> list[str]:
    """The different words of these lines, by the alphabet.

    Words under four letters are left out: they are mostly not what a sentence is about. So is what stands before an
    apostrophe, which is no word by itself.
    """
    return sorted({word for line in lines for word in _CONTENT.findall(line.lower())})


def telling(words: Sequence[str], probabilities: Array, most: int = VOCABULARY) -> tuple[str, ...]:
    """Of each class alike many words: those that, read alone, are most surely of it. ``probabilities`` (N, C).

    A class that wins fewer words than its share has only those.
    """
    classes = probabilities.shape[1]
    winners = probabilities.argmax(1)
    kept = []
    for label in range(classes):
        own = np.flatnonzero(winners == label)
        kept += sorted(own, key=lambda row: -probabilities[row, label])[: most // classes]
    return tuple(words[int(row)] for row in kept)
