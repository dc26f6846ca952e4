"""A fused reading as every page draws it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from crossmodal.i18n.translator import Translator
from crossmodal.types import TASKS, Array, FusionResult
from crossmodal.ui.charts import plotly
from crossmodal.ui.frame import PageContext
from crossmodal.ui.numbers import number, percent

_EMOTION = next(iter(TASKS))


def weights_in_use(say: Translator, result: FusionResult) -> str:
    """The weights really used, in words."""
    return " \u00b7 ".join(f"{say.modality(m)} {number(w)}" for m, w in result.alpha_used.items())


def draw_bars(  # noqa: PLR0913, what is drawn and how
    context: PageContext,
    key: str,
    name: str,
    values: Array,
    *,
    large: bool = False,
    marks: Sequence[float] | None = None,
) -> None:
    """The emotions of one reading as bars, told to those who cannot see them; ``marks`` are those of another."""
    shown = [
        plotly.Bar(context.say.label(_EMOTION, label), float(p), context.colour(label))
        for label, p in zip(TASKS[_EMOTION], values, strict=True)
    ]
    listed = ", ".join(f"{bar.label} {percent(bar.probability)} %" for bar in shown)
    figure = plotly.bars(shown, large=large, marks=marks)
    st.plotly_chart(
        figure, key=f"bars_{key}", config=plotly.CONFIG, alt=context.say("bars.alt", name=name, values=listed)
    )
