import pytest

from crossmodal.errors import InputError
from crossmodal.limits import MAX_TEXT_CHARACTERS
from crossmodal.text import preprocess


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


def test_errors_cross_from_worker_processes():
    from copy import copy

    from crossmodal.errors import BusyError, ModelError

    for kind in (InputError, ModelError, BusyError):
        again = copy(kind("some_code", file="a", row=2))
        assert type(again) is kind
        assert (again.code, again.values) == ("some_code", {"file": "a", "row": 2})
