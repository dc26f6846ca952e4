"""Messages with their values, and the language that a browser asks for."""

import pytest

from crossmodal.errors import BusyError, InputError, ModelError
from crossmodal.i18n.translator import LANGUAGES, Translator, preferred


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_says_the_value_and_what_is_allowed(language):
    message = Translator(language).error(InputError("too_long", seconds=61.25, longest=30.0))
    assert "61.25" in message
    assert "30 " in message


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "error",
    [
        InputError("too_long", seconds=None, longest=30.0),
        ModelError("model_shape"),
        BusyError("queue_full"),
        InputError("a_code_nobody_wrote", value="{x} %s"),
    ],
    ids=lambda error: error.code,
)
def test_a_message_never_fails_or_shows_a_gap_as_none(language, error):
    message = Translator(language).error(error)
    assert message
    assert "None" not in message
    assert "{" not in message


@pytest.mark.parametrize(
    ("locale", "language"), [("zh-CN", "zh"), ("zh", "zh"), ("en-GB", "en"), ("de-DE", "en"), ("", "en"), (None, "en")]
)
def test_the_browser_decides_the_first_language(locale, language):
    assert preferred(locale) == language
