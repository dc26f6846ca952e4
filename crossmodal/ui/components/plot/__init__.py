"""An SVG drawing in the page, as a component: Streamlit's own HTML element removes SVG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from crossmodal.ui.charts.svg import Drawing


@cache
def _component() -> Callable[..., Any]:
    script = Path(__file__).with_name("plot.js").read_text(encoding="utf-8")
    made: Callable[..., Any] = st.components.v2.component("crossmodal_plot", js=script, isolate_styles=False)
    return made


def show(drawing: Drawing, key: str, said: str, read_out: Sequence[str] = ()) -> None:
    """Mount the drawing; ``said`` is its text alternative.

    ``read_out`` are lines for positions evenly spread over the width, from the left edge to the right: pointing at the
    drawing shows that of the nearest position.
    """
    _component()(key=key, data={"svg": drawing.inline(said), "readOut": list(read_out)})
