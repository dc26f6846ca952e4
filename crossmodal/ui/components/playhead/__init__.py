"""The component in the page: a waveform with the pull of every moment below it, and the place that is being played.

It plays nothing by itself: it steers the player that stands beside the waveform of the input, so that no sound is sent
twice. Where it finds none, its place can still be moved to read the moments.
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
"""Where the component finds the page's player."""

_FAILED = "_listen_failed"


def usable() -> bool:
    """Whether components are to be shown, see the mixer's, and this one has not failed."""
    return mixer.usable() and not st.session_state.get(_FAILED)


def _give_up() -> None:
    """Go on without the playhead in this session: the strip is drawn plainly, and the player is there as ever."""
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
