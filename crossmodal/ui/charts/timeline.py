"""A timeline, drawn: the outline of the recording, a strip for every modality and the fused result, and disagreement.

A strip is one trace for any number of lines, so that the time to draw does not depend on the duration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from crossmodal.timeline.tracks import Tracks
from crossmodal.timeline.types import PEAKS_PER_SECOND, Recording, UtteranceLine
from crossmodal.types import MAIN_TASK, TASKS, Array
from crossmodal.ui.charts import palette
from crossmodal.ui.charts.plotly import Figure, literal
from crossmodal.ui.frame import PageContext
from crossmodal.ui.numbers import percent

CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}
"""A click chooses a line; nothing zooms, and a finger scrolls the page."""

_CLEAR = "rgba(0,0,0,0)"
_WAVE, _STRIP, _APART = 64, 40, 44
"""Heights of the outline, of a strip and of the disagreement, in pixels."""
_NAME = 21
"""Room for the name above each."""
_AXIS = 26
_STROKES = 900
"""Values of the outline that are drawn at most."""
_SAID = 80
"""Characters of a line that its hover text shows."""
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600)
"""Distances of the marks on the axis, in seconds."""
_MARKS = 7


def figure(
    context: PageContext, recording: Recording, tracks: Tracks, window: tuple[float, float], chosen: int | None
) -> Figure:
    """The lines within the window of seconds; ``chosen`` is the index of the line that is marked."""
    strips = {
        **{context.say.modality(name): rows for name, rows in tracks.predictions.items()},
        context.say("fused"): tracks.fused,
    }
    inside = [i for i, line in enumerate(recording.lines) if line.end > window[0] and line.start < window[1]]
    heights = [_WAVE, *[_STRIP] * len(strips), _APART]
    total = sum(heights) + _NAME * len(heights) + _AXIS
    domains = _domains(heights, total)
    lines = [recording.lines[i] for i in inside]
    data = [_outline(recording, window)]
    data += [
        _strip(context, name, rows[inside], lines, inside, axis) for axis, (name, rows) in enumerate(strips.items(), 2)
    ]
    data.append(_apart(context, tracks.disagreement[inside], lines, inside, len(heights)))
    names = [context.say("timeline.outline"), *strips, context.say("timeline.apart")]
    layout: dict[str, Any] = {
        "height": total,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "xaxis": _time_axis(window, len(heights)),
        "annotations": [_name(name, domain[1]) for name, domain in zip(names, domains, strict=True)],
        "shapes": [] if chosen is None else _marks(recording.lines[chosen], domains, palette.INK[context.theme]),
        "bargap": 0,
        "barmode": "overlay",
        "dragmode": False,
        "hovermode": "closest",
        "hoverlabel": {
            "bgcolor": palette.BACKGROUND[context.theme],
            "bordercolor": palette.GREY,
            "font": {"size": 13},
            "align": "left",
        },
        "showlegend": False,
        "paper_bgcolor": _CLEAR,
        "plot_bgcolor": _CLEAR,
    }
    ranges = [[-1.05, 1.05], *[[0, 1]] * (len(heights) - 1)]
    for number, (domain, limits) in enumerate(zip(domains, ranges, strict=True), 1):
        layout[f"yaxis{number if number > 1 else ''}"] = {
            "domain": domain,
            "range": limits,
            "visible": False,
            "fixedrange": True,
        }
    return {"data": data, "layout": layout}


def clock(seconds: float) -> str:
    """Seconds as minutes and seconds: 3:07."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def said(context: PageContext, row: Array) -> str:
    """Probabilities (C,) in words: the label and its probability, or a dash for NaN."""
    if np.isnan(row).any():
        return "\u2013"
    return f"{context.say.label(MAIN_TASK, TASKS[MAIN_TASK][int(row.argmax())])} {percent(float(row.max()))} %"


def _domains(heights: Sequence[int], total: int) -> list[list[float]]:
    """Where each part lies, as fractions of the height, from the top; its name stands above it."""
    domains, top = [], total
    for height in heights:
        top -= _NAME
        domains.append([(top - height) / total, top / total])
        top -= height
    return domains


def _outline(recording: Recording, window: tuple[float, float]) -> dict[str, Any]:
    first, last = (round(at * PEAKS_PER_SECOND) for at in window)
    peaks = np.asarray(recording.peaks[first:last] or (0.0,))
    size = -(-len(peaks) // _STROKES)
    peaks = np.maximum.reduceat(peaks, np.arange(0, len(peaks), size)) / (max(recording.peaks, default=0.0) or 1.0)
    peaks = np.maximum(peaks, 0.012).round(3)
    at = (np.arange(len(peaks)) + 0.5) * size / PEAKS_PER_SECOND + window[0]
    x = at.round(2).tolist()
    return {
        "type": "scatter",
        "x": x + x[::-1],
        "y": peaks.tolist() + (-peaks[::-1]).tolist(),
        "fill": "toself",
        "mode": "lines",
        "line": {"width": 0},
        "fillcolor": palette.GREY,
        "hoverinfo": "skip",
    }


def _strip(  # noqa: PLR0913, what is drawn and where
    context: PageContext, name: str, rows: Array, lines: Sequence[UtteranceLine], indices: Sequence[int], axis: int
) -> dict[str, Any]:
    labels = ["" if np.isnan(row).any() else TASKS[MAIN_TASK][int(row.argmax())] for row in rows]
    bars = _bars(lines, indices, axis)
    return bars | {
        "y": [1] * len(lines),
        "marker": {"color": [context.colour(label) if label else _CLEAR for label in labels], "line": {"width": 0}},
        "text": [literal(context.say.label(MAIN_TASK, label)) if label else "" for label in labels],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "textfont": {"size": 13, "color": palette.BACKGROUND[context.theme]},
        "hovertext": [
            _hover_text(context, name, said(context, row), line) for row, line in zip(rows, lines, strict=True)
        ],
    }


def _apart(
    context: PageContext, rows: Array, lines: Sequence[UtteranceLine], indices: Sequence[int], axis: int
) -> dict[str, Any]:
    values = np.nan_to_num(rows).round(3).tolist()
    name = context.say("timeline.apart")
    return _bars(lines, indices, axis) | {
        "y": values,
        "marker": {"color": palette.GREY, "line": {"width": 0}},
        "hovertext": [_hover_text(context, name, f"{v:.2f}", line) for v, line in zip(values, lines, strict=True)],
    }


def _bars(lines: Sequence[UtteranceLine], indices: Sequence[int], axis: int) -> dict[str, Any]:
    return {
        "type": "bar",
        "yaxis": f"y{axis}",
        "x": [line.start for line in lines],
        "offset": 0,
        "width": [round(line.seconds, 3) for line in lines],
        "customdata": list(indices),
        "hoverinfo": "text",
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 1}},
    }


def _hover_text(context: PageContext, name: str, value: str, line: UtteranceLine) -> str:
    words = line.words if len(line.words) <= _SAID else line.words[:_SAID] + "\u2026"
    return f"{literal(name)}: {literal(value)}<br>{clock(line.start)}  {literal(words)}"


def _time_axis(window: tuple[float, float], last: int) -> dict[str, Any]:
    length = window[1] - window[0]
    step = next((step for step in _STEPS if length / step <= _MARKS), _STEPS[-1])
    marks = [at for at in range(0, int(window[1]) + 1, step) if at >= window[0]]
    return {
        "range": list(window),
        "tickvals": marks,
        "ticktext": [clock(at) for at in marks],
        "anchor": f"y{last}",
        "ticks": "outside",
        "ticklen": 4,
        "tickfont": {"size": 12},
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "ticklabelposition": "outside right",
    }


def _name(name: str, top: float) -> dict[str, Any]:
    return {
        "text": literal(name),
        "x": 0,
        "y": top,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": 12},
        "yshift": 1,
    }


def _marks(line: UtteranceLine, domains: Sequence[Sequence[float]], ink: str) -> list[dict[str, Any]]:
    """A frame around the line in every part, which leaves their names alone."""
    return [
        {
            "type": "rect",
            "xref": "x",
            "yref": "paper",
            "x0": line.start,
            "x1": line.end,
            "y0": low,
            "y1": high,
            "line": {"color": ink, "width": 2},
            "fillcolor": _CLEAR,
            "layer": "above",
        }
        for low, high in domains
    ]


def colours_of(rows: Sequence[Array]) -> Mapping[str, int]:
    """How often each label is the most probable in these predictions (N, C), the most frequent label first."""
    tops = [int(row.argmax()) for predictions in rows for row in predictions if not np.isnan(row).any()]
    counts = {label: tops.count(i) for i, label in enumerate(TASKS[MAIN_TASK]) if i in tops}
    return dict(sorted(counts.items(), key=lambda item: -item[1]))
