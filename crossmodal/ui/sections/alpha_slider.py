"""The weight of one modality as Streamlit widgets: its switch and its slider, the same on every page."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from crossmodal.i18n.translator import Translator
from crossmodal.ui import address, formula

Change = Callable[[], None]


def use_switch(say: Translator, modality: str, key: str, used: bool, on_change: Change | None = None) -> bool:
    """Whether a modality is in use. Without ``on_change`` the widget owns ``key`` in session and address."""
    label = say("use", modality=say.modality(modality))
    if on_change:
        return st.toggle(label, used, key=key, on_change=on_change)
    return st.toggle(label, used, key=address.key(key).bound(), bind="query-params")


def alpha_slider(  # noqa: PLR0913, what a slider shows and whose it is
    say: Translator,
    modality: str,
    index: int,
    key: str,
    alpha: float,
    on_change: Change | None = None,
    disabled: bool = False,
) -> float:
    """The weight of a modality, the ``index``-th from 1. Without ``on_change`` the widget owns ``key`` as above."""
    return st.slider(
        say("alpha", modality=say.modality(modality), symbol=formula.alpha(index)),
        0.0,
        1.0,
        alpha,
        0.01,
        key=key if on_change else address.key(key).bound(),
        bind=None if on_change else "query-params",
        on_change=on_change,
        disabled=disabled,
    )
