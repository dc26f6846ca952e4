"""A waveform with the occlusion score of every moment below it, and a playhead: a browser component.

It plays nothing by itself: it controls the player beside the waveform of the input, so that no audio is sent twice.
Without a player the playhead can still be moved to read the moments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from crossmodal.ui.components import mixer
from crossmodal.ui.components._assets import SHARED, bundle

FOLDER = Path(__file__).parent
KEY = "listen"
PLAYER = ".st-key-player audio"
"""CSS selector of the page's player."""

_FAILED = "_listen_failed"


def usable() -> bool:
    """Whether components are shown, see ``mixer.usable``, and this one has not failed."""
    return mixer.usable() and not st.session_state.get(_FAILED)


def _give_up() -> None:
    """Callback: use a strip without playhead for the rest of this session."""
    st.session_state[_FAILED] = True


@cache
def _component() -> Callable[..., Any]:
    sources = (SHARED / "arithmetic.js", SHARED / "dom.js", FOLDER / "playhead.js")
    style = (FOLDER / "playhead.css").read_text(encoding="utf-8")
    made: Callable[..., Any] = st.components.v2.component(
        "crossmodal_listen", css=style, js=bundle(sources), isolate_styles=False
    )
    return made


def show(data: Mapping[str, Any]) -> None:
    """Mount the component with its data."""
    _component()(key=KEY, data={**data, "player": PLAYER}, on_failed_change=_give_up)
