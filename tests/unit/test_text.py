"""Words as they are cleaned, cut or refused."""

import pytest

from crossmodal.errors import InputError
from crossmodal.limits import MAX_TEXT_CHARACTERS
from crossmodal.text import preprocess, without_punctuation


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  I'm \n\t thrilled.  ", "I'm thrilled."),
        ("cafe\u0301", "caf\u00e9"),
        ("nul\x00 and \x1b[31mescape", "nul and [31mescape"),
        ("zero\u200bwidth \u202eturned", "zerowidth turned"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("\U0001f600", "\U0001f600"),
        ("很高兴", "很高兴"),
        ("?!", "?!"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_words_are_cleaned(given, kept):
    assert preprocess(given) == kept


@pytest.mark.parametrize(
    ("given", "code"),
    [("", "empty_text"), (" \n ", "empty_text"), ("\u200b\u200b", "empty_text"), ("x" * 1001, "text_too_long")],
)
def test_what_cannot_be_read_is_refused(given, code):
    with pytest.raises(InputError) as caught:
        preprocess(given)
    assert caught.value.code == code


def test_the_longest_text_passes():
    assert len(preprocess("x" * MAX_TEXT_CHARACTERS)) == MAX_TEXT_CHARACTERS


def test_without_punctuation_keeps_apostrophes():
    assert without_punctuation("Well -- don't, you see?!") == "Well don't you see"
    assert without_punctuation("?!") == "?!"
