"""Figures as plain Plotly dicts: a third of the time that graph objects take, and nothing to import.

Plotly reads HTML tags in any text, so ``literal`` stands between a visitor's words and a figure.
"""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crossmodal.types import Word
from crossmodal.ui.charts.palette import GREY
from crossmodal.ui.numbers import percent

Figure = dict[str, Any]

CONFIG = {"displayModeBar": False, "staticPlot": True}
"""Nothing to drag or hover: every value is written out, and a finger scrolls the page."""

_CLEAR = "rgba(0,0,0,0)"
_STROKES = 140
_HAIRLINE = 0.015
_LEAST_WORD_GAP = 0.075
"""Least distance of two words under a waveform, as a share of its width, before one is left out."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, its probability, its colour."""

    label: str
    probability: float
    colour: str


def literal(text: str) -> str:
    """Text that Plotly shows as it is, without reading tags or entities in it."""
    return html.escape(text, quote=False)


def bars(values: Sequence[Bar], *, large: bool = False, marks: Sequence[float] | None = None) -> Figure:
    """Horizontal bars from 0 to 1, each with its label and number; the highest stands out in bold.

    ``marks`` draws a stroke across each bar where another reading ends.
    """
    row, size = (27, 14) if large else (22, 13)
    highest = max(range(len(values)), key=lambda i: values[i].probability)
    names = [literal(bar.label) for bar in values]
    numbers = [percent(bar.probability).replace("<", "&lt;") for bar in values]
    names[highest], numbers[highest] = f"<b>{names[highest]}</b>", f"<b>{numbers[highest]}</b>"
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": [round(bar.probability, 4) for bar in values],
        "y": list(range(len(values))),
        "text": numbers,
        "textposition": "outside",
        "textfont": {"size": size},
        "constraintext": "none",
        "cliponaxis": False,
        "marker": {"color": [bar.colour for bar in values], "line": {"width": 0}},
    }
    axis = {
        "tickvals": trace["y"],
        "ticktext": names,
        "tickfont": {"size": size},
        "autorange": "reversed",
        "automargin": True,
        "ticks": "",
        "ticklabelstandoff": 6,
        "showgrid": False,
        "zeroline": False,
    }
    layout = _layout(row * len(values), {"range": [0, 1.12], "visible": False}, axis)
    if marks is not None:
        layout["shapes"] = [_stroke(float(mark), place) for place, mark in enumerate(marks)]
    return {"data": [trace], "layout": layout}


def _stroke(x: float, place: int) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": "x",
        "yref": "y",
        "x0": round(x, 4),
        "x1": round(x, 4),
        "y0": place - 0.46,
        "y1": place + 0.46,
        "line": {"color": GREY, "width": 2},
    }


def coarser(envelope: Sequence[float], strokes: int = _STROKES) -> list[float]:
    """The peaks of an envelope at the resolution of the drawing; silence keeps a hairline."""
    size = max(1, math.ceil(len(envelope) / strokes))
    return [max(_HAIRLINE, *envelope[i : i + size]) for i in range(0, len(envelope), size)]


def spaced(words: Sequence[Word], seconds: float) -> list[Word]:
    """The words that have room under a waveform of that length, from the left."""
    kept: list[Word] = []
    for word in words:
        if not kept or (_middle(word) - _middle(kept[-1])) / seconds >= _LEAST_WORD_GAP:
            kept.append(word)
    return kept


def _middle(word: Word) -> float:
    return (word.start + word.end) / 2


def _layout(height: int, x_axis: dict[str, Any], y_axis: dict[str, Any]) -> dict[str, Any]:
    return {
        "height": height,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "xaxis": x_axis | {"fixedrange": True},
        "yaxis": y_axis | {"fixedrange": True},
        "bargap": 0.36,
        "showlegend": False,
        "paper_bgcolor": _CLEAR,
        "plot_bgcolor": _CLEAR,
    }
