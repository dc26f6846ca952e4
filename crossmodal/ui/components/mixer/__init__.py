"""The mixer of the bench: a browser component that computes the fused result at every move of a control.

The release of a control sends the settings back as one trigger, and the fragment that holds the component runs once.
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
    """Whether the component is shown: not where the address asks for plain sliders or where it failed before."""
    return address.key("mixer").asked() != "native" and not st.session_state.get(_FAILED)


def give_up() -> None:
    """Callback: use plain sliders for the rest of this session."""
    st.session_state[_FAILED] = True


@cache
def _component(name: str) -> Callable[..., Any]:
    """One of its two parts. ``live`` is mounted again at every release, when Streamlit sends its source anew."""
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
    """Mount the part with the program and the data that no setting changes, outside the fragment: sent once.

    ``data["key"]`` identifies the input; the data of ``show`` are drawn once the fixed data of the same key are there.
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
