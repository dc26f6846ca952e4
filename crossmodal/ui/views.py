"""The frame of the page: its head and foot, and how an error is said."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from crossmodal.engine import Engine
from crossmodal.errors import BusyError, CrossmodalError, InputError, ModelError
from crossmodal.ui import markup, palette, state
from crossmodal.ui.strings import LANGUAGES, Say, facts, preferred

STYLE = Path(__file__).with_name("style.css")
ICON = Path(__file__).with_name("icon.svg")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Look:
    """The language and the theme in which something is drawn."""

    say: Say
    theme: str

    @property
    def ink(self) -> str:
        """The colour of text."""
        return palette.INK[self.theme]

    @property
    def wave(self) -> str:
        """The colour of a waveform."""
        return palette.WAVE[self.theme]

    def colour(self, emotion: str) -> str:
        """The colour of an emotion."""
        return palette.colour(self.theme, emotion)


def frame() -> Say:
    """The head of the page with the language switch; returns the wordings of the language chosen."""
    st.html(STYLE)
    default = preferred(st.context.locale)
    state.seed_choice("lang", tuple(LANGUAGES), default)
    say = Say(st.session_state["lang"])
    with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="head"):
        st.html(markup.masthead(say("title"), say("tagline")))
        st.segmented_control(
            say("language"), tuple(LANGUAGES), format_func=LANGUAGES.__getitem__, key="lang", required=True,
            label_visibility="collapsed", on_change=_choose_language,
        )  # fmt: skip
    return say


def _choose_language() -> None:
    """Once chosen, a language stays in the address, whatever the next browser prefers."""
    st.query_params["lang"] = st.session_state["lang"]


def footer(say: Say, engine: Engine) -> None:
    """What must be said once, and which models speak."""
    st.html(markup.footer([say("note.scores"), say("note.models", model_hash=engine.model_hash)]))


def theme() -> str:
    """The theme that the visitor's browser shows, by name."""
    return "dark" if st.context.theme.type == "dark" else "light"


def show_error(say: Say, error: CrossmodalError) -> None:
    """An error as prose: what happened, which value, what is allowed."""
    kind = {InputError: "input", ModelError: "model", BusyError: "busy"}.get(type(error), "unexpected")
    is_model = isinstance(error, ModelError)
    body = [say.error(error)] + ([] if is_model else [say("error.kept")])
    st.html(markup.notice(say(f"error.title.{kind}"), body, facts(say, error.values) if is_model else ()))
    if isinstance(error, BusyError):
        st.button(say("again"), key="again")


def show_unexpected(say: Say) -> None:
    """An error that nobody foresaw."""
    st.html(markup.notice(say("error.title.unexpected"), [say("error.unexpected"), say("error.kept")]))
    st.button(say("again"), key="again")


@contextmanager
def told(say: Say) -> Iterator[None]:
    """Whatever goes wrong within is said in the page; the cause of the unforeseen goes to the log."""
    try:
        yield
    except CrossmodalError as error:
        show_error(say, error)
    except Exception:
        _log.exception("a reading failed")
        show_unexpected(say)
