"""Journeys through the page without a browser: an engine that answers at once behind it, and what a visitor reads."""

import html
import re
from pathlib import Path

import pytest
import streamlit
from fakes import FakeEngine
from streamlit.testing.v1 import AppTest

from crossmodal.i18n.translator import Translator
from crossmodal.ui import service

APP = str(Path(__file__).resolve().parent.parent / "app.py")
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
