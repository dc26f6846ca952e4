"""A fused reading as every page draws it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from crossmodal.i18n.translator import Say
from crossmodal.types import TASKS, Array, FusionResult
from crossmodal.ui import formula
from crossmodal.ui.charts import plotly
from crossmodal.ui.frame import Look

_EMOTION = next(iter(TASKS))


def weights_in_use(say: Say, result: FusionResult) -> str:
    """The weights really used, in words."""
    return " \u00b7 ".join(f"{say.modality(m)} {formula.number(w)}" for m, w in result.alpha_used.items())


def draw_bars(  # noqa: PLR0913, what is drawn and how
    look: Look, key: str, name: str, values: Array, *, large: bool = False, marks: Sequence[float] | None = None
) -> None:  # fmt: skip
    """The emotions of one reading as bars, told to those who cannot see them; ``marks`` are those of another."""
    shown = [
        plotly.Bar(look.say.label(_EMOTION, label), float(p), look.colour(label))
        for label, p in zip(TASKS[_EMOTION], values, strict=True)
    ]
    listed = ", ".join(f"{bar.label} {plotly.percent(bar.probability)} %" for bar in shown)
    figure = plotly.bars(shown, large=large, marks=marks)
    st.plotly_chart(figure, key=f"bars_{key}", config=plotly.CONFIG, alt=look.say("bars.alt", name=name, values=listed))
