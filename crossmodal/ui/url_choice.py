"""A setting that is one of some names, in the address by its name whatever the language of its widget.

Streamlit's own binding writes the label of an option, which changes with the language, into the address, and takes a
label left over from another language for a value. So the value lives apart from its widget, and every language has a
widget of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from crossmodal.i18n.translator import Translator
from crossmodal.ui.address import note_ignored

Name = Callable[[str], str]
Then = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class UrlChoice:
    """``key`` names it in session and address; ``stays`` keeps even the default in the address once it was chosen."""

    key: str
    options: Sequence[str]
    default: str
    stays: bool = False

    def value(self) -> str:
        """The session's, else the address's, else the default; what the address says wrongly is dropped from it."""
        if st.session_state.get(self.key) not in self.options:
            asked = st.query_params.get(self.key)
            if asked is not None and asked not in self.options:
                note_ignored(self.key, asked)
                del st.query_params[self.key]
            st.session_state[self.key] = asked if asked in self.options else self.default
        return str(st.session_state[self.key])

    def segments(self, say: Translator, label: str, name: Name, **more: Any) -> str:
        """As a row of buttons, each called ``name(option)``; returns the value."""
        value, widget = self.value(), self._widget(say)
        st.segmented_control(
            label,
            self.options,
            default=value,
            format_func=name,
            key=widget,
            required=True,
            on_change=self._take,
            args=(widget, None),
            **more,
        )
        return value

    def menu(self, say: Translator, label: str, name: Name, then: Then | None = None, **more: Any) -> str:
        """As a menu; ``then`` is told of a new value before the page is drawn again. Returns the value."""
        value, widget = self.value(), self._widget(say)
        st.selectbox(
            label,
            self.options,
            list(self.options).index(value),
            format_func=name,
            key=widget,
            on_change=self._take,
            args=(widget, then),
            **more,
        )
        return value

    def _widget(self, say: Translator) -> str:
        return f"{self.key}_{say.language}"

    def _take(self, widget: str, then: Then | None) -> None:
        value = st.session_state[widget]
        self.put(value)
        if then:
            then(value)

    def put(self, value: str) -> None:
        """Take one of the options, in session and address."""
        st.session_state[self.key] = value
        if value != self.default or self.stays:
            st.query_params[self.key] = value
        elif self.key in st.query_params:
            del st.query_params[self.key]
