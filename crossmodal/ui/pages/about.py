"""What the page is about: the formula symbol by symbol, the measured figures, the limits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import streamlit as st

from crossmodal.evaluation.results import Results, load_results
from crossmodal.i18n.translator import Translator
from crossmodal.ui import html
from crossmodal.ui.frame import PageContext

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
        st.html(html.definitions(_measured(say, load_results(folder))))
        st.html(html.note(say("about.figures.note")))
        st.html(html.section(say("about.limits")))
        st.html(html.paragraphs([say("about.limits.text"), say("about.licence")]))


def _measured(say: Translator, results: Results | None) -> list[tuple[str, str]]:
    """The main metrics, each with what it is."""
    return [(f"{value:.3f}".lstrip("0"), say(key)) for key, value in _metrics(results)] if results else []


def _metrics(results: Results) -> Iterator[tuple[str, float]]:
    """Message key and value of the main metrics; what the results lack is left out."""
    if results.ravdess_folds:
        yield "about.ravdess", results.ravdess_folds.uar.value
    if results.emodb_by_ravdess_alone:
        yield "about.emodb", results.emodb_by_ravdess_alone.among_four.uar.value
    if results.text:
        yield "about.goemotions", results.text.goemotions.macro_f1.value
        yield "about.meld", results.text.meld.weighted_f1.value
    if results.label_matched_pairs:
        yield "about.pairs", results.label_matched_pairs.rules["linear"].equal.uar
    if results.human and results.human.voice:
        yield "about.listeners", results.human.voice.value
