"""The component in the page: what it is given, and what it sends back.

Streamlit draws a chart anew, and forgets its zoom, as soon as anything in it changes. So the map stays as it is, and
what moves with alpha is drawn over it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from crossmodal.ui.mixer import component, held

SOURCES = (
    *(component.FOLDER / name for name in ("arithmetic.js", "dom.js", "pads.js")), Path(__file__).with_name("pins.js"),
)  # fmt: skip
KEY = "pins"

_LAST = "_pins_seq"


@cache
def _component() -> Callable[..., Any]:
    style = (component.FOLDER / "mixer.css").read_text(encoding="utf-8")
    made: Callable[..., Any] = st.components.v2.component(
        "crossmodal_pins", css=style, js=component.bundle(SOURCES), isolate_styles=False
    )
    return made


def show(data: Mapping[str, Any], modalities: Sequence[str]) -> None:
    """Mount the component with its data; a release takes the weights before the fragment runs."""

    def release() -> None:
        sent = st.session_state[KEY].release
        held.take(sent, modalities)
        if isinstance(sent, Mapping) and isinstance(sent.get("seq"), int):
            st.session_state[_LAST] = sent["seq"]

    _component()(
        key=KEY, data={**data, "seq": st.session_state.get(_LAST, 0)}, on_release_change=release,
        on_failed_change=component.give_up,
    )  # fmt: skip
