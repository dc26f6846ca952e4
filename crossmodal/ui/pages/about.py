"""What the page is about: the formula symbol by symbol, the measured figures, the limits."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from crossmodal.explain.sweep import figures
from crossmodal.i18n.translator import Translator
from crossmodal.ui import html
from crossmodal.ui.frame import PageContext
from crossmodal.ui.numbers import share

_FORMULAS = (
    r"\mathrm{Fusion}(x_1,\dots,x_n)=\sum_i \alpha_i\, f_i(x_i)",
    r"z_i=\varphi_i(f_i(x_i))",
    r"\mathcal{L}=\sum_i \lambda_i \mathcal{L}_i+\sum_{i,j}\gamma_{ij}\mathcal{L}_{ij}",
)
_SYMBOLS = (
    ("x\u1d62", "about.x"),
    ("f\u1d62", "about.f"),
    ("z\u1d62 = \u03c6\u1d62(f\u1d62(x\u1d62))", "about.z"),
    ("\u03b1\u1d62", "about.alpha"),
    ("L", "about.loss"),
)
_FIGURES = (
    ("about.ravdess", ("ravdess_folds", "uar", "value")),
    ("about.emodb", ("emodb_by_ravdess_alone", "among_four", "uar", "value")),
    ("about.goemotions", ("text", "goemotions", "macro_f1", "value")),
    ("about.meld", ("text", "meld", "weighted_f1", "value")),
    ("about.pairs", ("label_matched_pairs", "rules", "linear", "equal", "uar")),
    ("about.listeners", ("human", "voice", "value")),
)


def about(context: PageContext, folder: Path) -> None:
    """The page."""
    say = context.say
    st.html(html.lead(say("about.lead")))
    left, right = st.columns(2, gap="large")
    with left:
        st.html(html.section(say("about.formula")))
        for formula in _FORMULAS:
            st.markdown(f"${formula}$")
        st.html(html.definitions([(symbol, say(key)) for symbol, key in _SYMBOLS]))
    with right:
        st.html(html.section(say("about.figures")))
        st.html(html.definitions(_measured(say, figures(folder))))
        st.html(html.note(say("about.figures.note")))
        st.html(html.section(say("about.limits")))
        st.html(html.paragraphs([say("about.limits.text"), say("about.licence")]))


def _measured(say: Translator, measured: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = []
    for key, path in _FIGURES:
        value: Any = measured
        for step in path:
            value = value.get(step) if isinstance(value, Mapping) else None
        if isinstance(value, float):
            found.append((share(value), say(key)))
    return found
