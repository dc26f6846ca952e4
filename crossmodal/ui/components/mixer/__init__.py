"""The component in the page: its sources as one module, what it is given, and what it sends back.

A move of a slider is worked out in the browser; its release comes back as one trigger, and the fragment runs once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from crossmodal.ui import address, mixer_state
from crossmodal.ui.components._assets import SHARED, bundle

FOLDER = Path(__file__).parent
SOURCES = (
    *(SHARED / name for name in ("arithmetic.js", "dom.js", "flipbar.js", "pads.js")),
    FOLDER / "mixer.js",
)
KEY = "mix"
FIXED_KEY = "mix_fixed"

_FAILED = "_mixer_failed"
_LAST = "_mixer_seq"


def usable() -> bool:
    """Whether the component is to be shown: not where the address asks for plain sliders or where it failed."""
    return address.key("mixer").asked() != "native" and not st.session_state.get(_FAILED)


def give_up() -> None:
    """Go on with plain sliders in this session."""
    st.session_state[_FAILED] = True


@cache
def _component(name: str) -> Callable[..., Any]:
    """One of the two parts. ``live`` is what a release runs again; Streamlit sends the source along every time."""
    live = name == "live"
    made: Callable[..., Any] = st.components.v2.component(
        f"crossmodal_mixer_{name}",
        css=None if live else (FOLDER / "mixer.css").read_text(encoding="utf-8"),
        js=(FOLDER / "live.js").read_text(encoding="utf-8") if live else bundle(SOURCES),
        # In the page itself, not in a shadow root: it shares the page's type, and tests and readers find what it says.
        isolate_styles=False,
    )
    return made


def fix(data: Mapping[str, Any]) -> None:
    """Hand over what no setting changes, and the program: outside the fragment, so that no release sends them again.

    Its ``key`` names the input that it is of; what ``show`` gives is drawn once that of the same key is there.
    """
    _component("fixed")(key=FIXED_KEY, data=dict(data))


def show(data: Mapping[str, Any], modalities: Sequence[str], rules: Sequence[str]) -> None:
    """Mount the mixer with what changes; a release takes the settings before the fragment runs."""

    def release() -> None:
        sent = st.session_state[KEY].release
        mixer_state.take(sent, modalities, rules)
        if isinstance(sent, Mapping) and isinstance(sent.get("seq"), int):
            st.session_state[_LAST] = sent["seq"]

    _component("live")(
        key=KEY,
        data={**data, "seq": st.session_state.get(_LAST, 0)},
        on_release_change=release,
        on_failed_change=give_up,
    )
