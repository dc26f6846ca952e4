"""The present input on the map of the shared space: a browser component that draws over the chart.

Streamlit draws a chart anew, and forgets its zoom, as soon as anything in it changes. So the chart stays as it is, and
what moves with alpha is drawn over it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from crossmodal.ui import mixer_state
from crossmodal.ui.components import mixer
from crossmodal.ui.components._assets import SHARED, bundle

SOURCES = (
    *(SHARED / name for name in ("arithmetic.js", "dom.js", "pads.js")),
    Path(__file__).with_name("map_markers.js"),
)
KEY = "pins"
FIXED_KEY = "pins_fixed"

_LAST = "_pins_seq"


@cache
def _component(name: str) -> Callable[..., Any]:
    """One of its two parts, as those of the mixer."""
    live = name == "live"
    made: Callable[..., Any] = st.components.v2.component(
        f"crossmodal_pins_{name}",
        css=None if live else (mixer.FOLDER / "mixer.css").read_text(encoding="utf-8"),
        js=(mixer.FOLDER / "live.js").read_text(encoding="utf-8") if live else bundle(SOURCES),
        isolate_styles=False,
    )
    return made


def fix(data: Mapping[str, Any]) -> None:
    """Mount the part with the program and the data that no weight changes, outside the fragment as ``mixer.fix``."""
    _component("fixed")(key=FIXED_KEY, data=dict(data))


def show(data: Mapping[str, Any], modalities: Sequence[str]) -> None:
    """Mount the component with what changes; a release takes the weights before the fragment runs."""

    def release() -> None:
        sent = st.session_state[KEY].release
        mixer_state.take(sent, modalities)
        if isinstance(sent, Mapping) and isinstance(sent.get("seq"), int):
            st.session_state[_LAST] = sent["seq"]

    _component("live")(
        key=KEY,
        data={**data, "seq": st.session_state.get(_LAST, 0)},
        on_release_change=release,
        on_failed_change=mixer.give_up,
    )
