"""A setting that is one of some names, in the address by its name whatever the language of its widget.

Streamlit's own binding writes the label of an option, which changes with the language, into the address, and takes a
label left over from another language for a value. So the value lives apart from its widget, and every language has a
widget of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from crossmodal.i18n.translator import Translator
from crossmodal.ui.address import AddressKey

Name = Callable[[str], str]
Then = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class UrlChoice:
    """The widgets of a key of the address that has options."""

    key: AddressKey

    def value(self) -> str:
        """The session's, else the address's, else the default, which the session then holds."""
        value: str = self.key.read()
        st.session_state[self.key.spelling] = value
        return value

    def segments(self, say: Translator, label: str, name: Name, **more: Any) -> str:
        """As a row of buttons, each called ``name(option)``; returns the value."""
        value, widget = self.value(), self._widget(say)
        st.segmented_control(
            label,
            self.key.options,
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
        """As a menu; ``then`` is called with a new value before the page is drawn again. Returns the value."""
        value, widget = self.value(), self._widget(say)
        st.selectbox(
            label,
            self.key.options,
            self.key.options.index(value),
            format_func=name,
            key=widget,
            on_change=self._take,
            args=(widget, then),
            **more,
        )
        return value

    def _widget(self, say: Translator) -> str:
        return f"{self.key.spelling}_{say.language}"

    def _take(self, widget: str, then: Then | None) -> None:
        value = st.session_state[widget]
        self.key.put(value)
        if then:
            then(value)
