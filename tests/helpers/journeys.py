"""Journeys through the page without a browser: an engine that answers at once behind it, and what a visitor reads."""

import html
import re

import pytest
import streamlit
from streamlit.testing.v1 import AppTest

from crossmodal.i18n.translator import LANGUAGES, Translator
from crossmodal.ui import service
from crossmodal.ui.components import mixer
from helpers.fakes import FakeEngine
from helpers.paths import ROOT
from helpers.samples import wav_bytes

APP = str(ROOT / "app.py")
EN = Translator("en")


@pytest.fixture
def engine(tmp_path, monkeypatch):
    """A fresh engine behind the page, and no background work."""
    made = FakeEngine(tmp_path / "models")
    monkeypatch.setattr(service, "make_engine", lambda: made)
    monkeypatch.setattr(service.Service, "warm_up", lambda self: None)
    streamlit.cache_resource.clear()
    yield made
    streamlit.cache_resource.clear()


def start(script=APP, locale="en-US", **query):
    """The page of a file or a function, opened at an address."""
    made = (AppTest.from_function if callable(script) else AppTest.from_file)(script, default_timeout=60)
    made.context["locale"] = locale
    for key, value in query.items():
        made.query_params[key] = value
    return run(made)


def run(made):
    """Run it again; nothing may go wrong."""
    made.run()
    assert not made.exception
    return made


def address(made):
    """The settings in the address."""
    return {key: value if isinstance(value, str) else value[-1] for key, value in made.query_params.items()}


def shown(made):
    """The text of our own HTML."""
    return html.unescape("\n".join(re.sub(r"<[^>]+>", " ", item.value) for item in made.html))


def alert(made):
    """The first notice, as HTML."""
    return next((html.unescape(item.value) for item in made.html if 'role="alert"' in item.value), None)


@pytest.fixture
def plain_sliders(monkeypatch):
    """Without a browser there is no component; the mixer's own tests are elsewhere."""
    monkeypatch.setattr(mixer, "usable", lambda: False)


page = start


def verdict(made):
    """The sentence that a screen reader says."""
    found = [re.search(r'role="status"[^>]*>([^<]*)<', item.value) for item in made.html]
    return next((html.unescape(match[1]) for match in found if match), None)


def choose(made, key, value):
    widget(made, key).set_value(value)
    return run(made)


def widget(made, key):
    """The widget of a choice, in whatever language it is shown."""
    found = [*made.button_group, *made.selectbox]
    return next(item for item in found if item.key in {f"{key}_{language}" for language in LANGUAGES})


def give(made, source, data, name="clip.wav"):
    """Hand the page a clip by the recorder or the uploader."""
    choose(made, "src", source)
    taker = made.audio_input[0] if source == "record" else made.file_uploader[0]
    taker.set_value((name, data, "audio/wav"))
    return run(made)


def clip(voice):
    return wav_bytes(voice)
