"""The frame of the page: its head and foot, and how errors are shown."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from crossmodal.engine import Engine
from crossmodal.errors import BusyError, CrossmodalError, InputError, ModelError
from crossmodal.i18n.translator import LANGUAGES, Translator, facts, preferred
from crossmodal.ui import address, html
from crossmodal.ui.charts import palette
from crossmodal.ui.url_choice import UrlChoice

STYLE = Path(__file__).with_name("style.css")
ICON = Path(__file__).with_name("icon.svg")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PageContext:
    """The language and the theme in which something is drawn."""

    say: Translator
    theme: str

    def colour(self, emotion: str) -> str:
        """The colour of an emotion."""
        return palette.colour(self.theme, emotion)


def frame() -> PageContext:
    """The head of the page with the language switch; returns the language and the theme of the visitor."""
    st.html(STYLE)
    if address.key("embed").asked() == "true" or st.context.is_embedded:
        st.html(html.embedded())
    # Once chosen, a language stays in the address, whatever the next browser prefers.
    languages = UrlChoice(address.key("lang").among(LANGUAGES, preferred(st.context.locale)))
    say = Translator(languages.value())
    with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="head"):
        st.html(html.masthead(say("title"), say("tagline")))
        languages.segments(say, say("language"), LANGUAGES.__getitem__, label_visibility="collapsed")
    return PageContext(say, "dark" if st.context.theme.type == "dark" else "light")


def show_ignored(context: PageContext, engine: Engine) -> None:
    """Notes on values of the address that were ignored, and on a link made with other models."""
    asked = address.key("h").asked()
    if asked and not engine.model_hash.startswith(asked):
        st.html(html.note(context.say("other_models", asked=asked[:12], model_hash=engine.model_hash)))
    parts = ", ".join(f"{key} = {value}" for key, value in address.ignored())
    if parts:
        st.html(html.note(context.say("ignored", parts=parts)))


def footer(context: PageContext, engine: Engine) -> None:
    """The notes on every page: what the scores mean, and the hash of the models."""
    st.html(html.footer([context.say("note.scores"), context.say("note.models", model_hash=engine.model_hash)]))


def show_error(say: Translator, error: CrossmodalError, *more: str) -> None:
    """An error as prose: its cause, the value, what is allowed; ``more`` are lines to add."""
    kinds = {InputError: "input", ModelError: "model", BusyError: "busy"}
    kind = kinds.get(type(error), "unexpected")
    listed = facts(say, error.values) if kind == "model" else ()
    reassurance = () if kind == "model" else (say("error.kept"),)
    title = say.known(f"error.title.{error.code}", say(f"error.title.{kind}"))
    st.html(html.notice(title, [say.error(error), *reassurance, *more], listed))


@contextmanager
def error_boundary(say: Translator, key: str) -> Iterator[None]:
    """Show errors raised within on the page, with a button to try again where that can help.

    ``key`` tells the buttons of a page apart. The traceback of an unexpected error goes to the log.
    """
    try:
        yield
    except CrossmodalError as error:
        show_error(say, error)
        if isinstance(error, BusyError):
            st.button(say("again"), key=f"again_{key}")
    except Exception:
        _log.exception("a reading failed")
        st.html(html.notice(say("error.title.unexpected"), [say("error.unexpected"), say("error.kept")]))
        st.button(say("again"), key=f"again_{key}")
