"""The spans of a text, the text without each of them, and the text with another word in place of one."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from crossmodal.limits import MAX_SPANS
from crossmodal.types import Array

MAX_POSITIONS = 4
"""Substitutions are tried at this many positions: those with the highest leave-one-out scores."""
VOCABULARY_SIZE = 63
"""Words that are tried at each position."""

_WORD = re.compile(r"^(\W*)(.*?)(\W*)$", re.DOTALL)
_CONTENT = re.compile(r"(?<![a-z'])[a-z]{4,}(?![a-z'])")


@dataclass(frozen=True, slots=True)
class Span:
    """A span of the text between spaces: a word or neighbouring words, with the punctuation around."""

    before: str
    core: str
    after: str

    @property
    def text(self) -> str:
        """The span with its punctuation."""
        return self.before + self.core + self.after


def split_spans(text: str, max_spans: int = MAX_SPANS) -> tuple[Span, ...]:
    """The text split at its spaces, with neighbours joined where there are more than ``max_spans`` words."""
    words = text.split()
    size = max(1, math.ceil(len(words) / max_spans))
    return tuple(_span(" ".join(words[start : start + size])) for start in range(0, len(words), size))


def _span(text: str) -> Span:
    match = _WORD.match(text)
    if not match or not match[2]:  # an emoji or a dash is a word of its own
        return Span("", text, "")
    return Span(match[1], match[2], match[3])


def without_each(spans: Sequence[Span]) -> list[str]:
    """The text without each of its spans in turn. Punctuation behind a word stays: "Stop it!" leaves "Stop!".

    Empty for a text of one span, since no words would be left.
    """
    return [_joined([*spans[:i], Span("", "", spans[i].after), *spans[i + 1 :]]) for i in _positions(spans)]


def _positions(spans: Sequence[Span]) -> range:
    return range(len(spans) if len(spans) > 1 else 0)


def _joined(spans: Sequence[Span]) -> str:
    """The spans with spaces between them; punctuation that has lost its word is attached to its neighbour."""
    text = ""
    for span in spans:
        space = " " if text and span.core else ""
        text += space + span.text
    return text.strip()


@dataclass(frozen=True, slots=True)
class Substitution:
    """Another word at the position of one span, and the whole text with it."""

    position: int
    word: str
    text: str


def substitutions(spans: Sequence[Span], positions: Sequence[int], vocabulary: Sequence[str]) -> list[Substitution]:
    """The text with every word of the vocabulary at each of these positions, in the capitalisation of the original."""
    return [
        _substitution(spans, position, word)
        for position in positions
        for word in vocabulary
        if word != spans[position].core.lower()
    ]


def _substitution(spans: Sequence[Span], position: int, word: str) -> Substitution:
    original = spans[position]
    cased = word.capitalize() if original.core[:1].isupper() and original.core != "I" else word
    replaced = Span(original.before, cased, original.after)
    return Substitution(position, cased, _joined([*spans[:position], replaced, *spans[position + 1 :]]))


def content_words(lines: Iterable[str]) -> list[str]:
    """The distinct words of these lines in alphabetical order.

    Words under four letters are left out, as they are mostly function words. So are the parts of words that are split
    by an apostrophe.
    """
    return sorted({word for line in lines for word in _CONTENT.findall(line.lower())})


def discriminative_words(words: Sequence[str], probabilities: Array, size: int = VOCABULARY_SIZE) -> tuple[str, ...]:
    """The same number of words of each class: those with the highest ``probabilities`` (N, C) when read alone.

    A class that wins fewer words has only those.
    """
    classes = probabilities.shape[1]
    winners = probabilities.argmax(1)
    chosen = []
    for label in range(classes):
        rows = np.flatnonzero(winners == label)
        chosen += sorted(rows, key=lambda row: -probabilities[row, label])[: size // classes]
    return tuple(words[int(row)] for row in chosen)
