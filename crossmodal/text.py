"""Preprocess words: any str -> the str that the encoder reads."""

from __future__ import annotations

import re
import unicodedata

from crossmodal.errors import InputError
from crossmodal.limits import MAX_TEXT_CHARACTERS

_KEPT = {"\u200d"}  # the zero-width joiner holds emoji together
_UNWANTED = {
    "Cc",
    "Cf",
    "Cs",
    "Co",
    "Cn",
}  # controls, invisible formats, lone surrogates, private, unassigned


def _is_wanted(character: str) -> bool:
    return character in _KEPT or unicodedata.category(character) not in _UNWANTED


def preprocess(text: str) -> str:
    """Unicode NFC, control characters out, white space folded.

    Raises InputError: ``empty_text``, or ``text_too_long`` above MAX_TEXT_CHARACTERS.
    """
    if len(text) > MAX_TEXT_CHARACTERS:
        raise InputError("text_too_long", characters=len(text), longest=MAX_TEXT_CHARACTERS)
    spaced = "".join(" " if character.isspace() else character for character in text)
    clean = "".join(filter(_is_wanted, unicodedata.normalize("NFC", spaced)))
    folded = " ".join(clean.split())
    if not any(character.isalnum() or unicodedata.category(character) in ("So", "Po") for character in folded):
        raise InputError("empty_text")
    return folded


def without_punctuation(text: str) -> str:
    """A sentence as a recogniser without punctuation writes it, apostrophes kept; unchanged if nothing would remain."""
    return " ".join(re.sub(r"[^\w\s'’]", " ", text).split()) or text


def usable_words(recognised: str) -> str | None:
    """Recognised words as the encoder reads them; None where nothing is left, which is not an error of the clip."""
    try:
        return preprocess(recognised[:MAX_TEXT_CHARACTERS])
    except InputError:
        return None
