"""The events of a training run, drawn: small curves of every term, and the map of the space. Pure functions.

Events are those of ``crossmodal.custom.queue``: plain JSON values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crossmodal.modalities import SPEECH, TEXT
from crossmodal.types import EMOTIONS, MAIN_TASK
from crossmodal.ui.charts import palette
from crossmodal.ui.charts.plotly import Figure, literal
from crossmodal.ui.frame import PageContext

Event = Mapping[str, Any]

MAP_CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}
SYMBOLS = {SPEECH: "circle", TEXT: "diamond-open"}
"""How the points of a modality look on the map."""

_CLEAR = "rgba(0,0,0,0)"
_GRID = "rgba(123,128,134,0.25)"
_CURVE_HEIGHT, _MAP_HEIGHT = 118, 430
_LEAST_RANGE = 0.55


def epochs(events: Sequence[Event]) -> list[Event]:
    """The events that close an epoch, the untrained beginning first."""
    return [event for event in events if event.get("event") == "epoch"]


def first(events: Sequence[Event]) -> Event:
    """The event that starts a run; empty before it."""
    return next((event for event in events if event.get("event") == "start"), {})


def last(events: Sequence[Event]) -> Event:
    """The event that ends a run; empty before it."""
    return next((event for event in reversed(events) if event.get("event") == "done"), {})


# --- curves ---------------------------------------------------------------------------------------------------------


def term_curve(context: PageContext, events: Sequence[Event], term: str, total: int) -> Figure:
    """One term of the objective along the epochs: on training rows as a line, on dev rows dotted."""
    ink = palette.INK[context.theme]
    epoch_events = epochs(events)
    lines = [
        _line(
            [event["epoch"] for event in epoch_events if term in event[part]],
            [event[part][term] for event in epoch_events if term in event[part]],
            ink,
            dash,
            context.say(f"train.on.{part}"),
        )
        for part, dash in (("train", "solid"), ("dev", "dot"))
    ]
    values = [value for line in lines for value in line["y"]] or [0.0, 1.0]
    low, high = min(values), max(values)
    room = 0.08 * (high - low) + 0.02
    return _curve(lines, total, [low - room, high + room])


def accuracy_curve(context: PageContext, events: Sequence[Event], total: int) -> Figure:
    """UAR of voice and words on dev rows along the epochs, with chance as a hairline."""
    ink, epoch_events = palette.INK[context.theme], epochs(events)
    lines = [
        _line(
            [event["epoch"] for event in epoch_events],
            [event["uar"][name] for event in epoch_events],
            ink,
            dash,
            context.say.modality(name),
        )
        for name, dash in ((SPEECH, "solid"), (TEXT, "dash"))
    ]
    figure = _curve(lines, total, [0.0, 1.0])
    chance = 1 / len(EMOTIONS)
    figure["layout"]["shapes"] = [
        {
            "type": "line",
            "xref": "paper",
            "x0": 0,
            "x1": 1,
            "y0": chance,
            "y1": chance,
            "line": {"color": ink, "width": 1},
            "opacity": 0.35,
        },
    ]
    return figure


def _line(x: list[int], y: list[float], ink: str, dash: str, name: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers" if len(x) == 1 else "lines",
        "x": x,
        "y": y,
        "line": {"color": ink, "width": 2 if dash == "solid" else 1.7, "dash": dash},
        "marker": {"size": 4},
        "hovertemplate": f"{literal(name)} %{{y:.3f}}<extra></extra>",
    }


def _curve(lines: list[dict[str, Any]], total: int, span: list[float]) -> Figure:
    axis: dict[str, Any] = {"fixedrange": True, "zeroline": False, "tickfont": {"size": 11}, "nticks": 5}
    layout = {
        "height": _CURVE_HEIGHT,
        "margin": {"l": 30, "r": 6, "t": 4, "b": 20},
        "xaxis": axis | {"range": [0, max(1, total)], "showgrid": False, "tickformat": "d"},
        "yaxis": axis | {"range": span, "gridcolor": _GRID},
        "showlegend": False,
        "hovermode": "x",
        "dragmode": False,
        "paper_bgcolor": _CLEAR,
        "plot_bgcolor": _CLEAR,
    }
    return {"data": lines, "layout": layout}


# --- the map --------------------------------------------------------------------------------------------------------


def space_map(context: PageContext, events: Sequence[Event], epoch: int) -> Figure:
    """The dev sample in the plane of its first two principal components after one epoch.

    Emotion by colour, modality by shape; a stroke in each colour joins the middle of its voices to that of its words.
    """
    epoch_events, labels = epochs(events), first(events).get("labels", {})
    points = epoch_events[epoch]["map"] if epoch < len(epoch_events) else {}
    traces = []
    for index, emotion in enumerate(EMOTIONS):
        middles = []
        for name, points_of_modality in points.items():
            of_emotion = [
                point for point, label in zip(points_of_modality, labels[name], strict=True) if label == index
            ]
            traces.append(_points(context, name, emotion, of_emotion))
            middles.append([sum(values) / max(1, len(of_emotion)) for values in zip(*of_emotion, strict=True)])
        traces.append(_tie(context, emotion, [middle for middle in middles if middle]))
    reach = max(
        [_LEAST_RANGE, *(abs(v) for event in epoch_events for rows in event["map"].values() for p in rows for v in p)]
    )
    axis: dict[str, Any] = {"visible": False, "fixedrange": True, "range": [-1.06 * reach, 1.06 * reach]}
    layout = {
        "height": _MAP_HEIGHT,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "xaxis": axis,
        "yaxis": axis | {"scaleanchor": "x"},
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": False,
        "hoverlabel": {"bgcolor": palette.BACKGROUND[context.theme], "font": {"size": 13}},
        "paper_bgcolor": _CLEAR,
        "plot_bgcolor": _CLEAR,
    }
    return {"data": traces, "layout": layout}


def _points(context: PageContext, name: str, emotion: str, points: Sequence[Sequence[float]]) -> dict[str, Any]:
    said = f"{context.say.label(MAIN_TASK, emotion)} \u00b7 {context.say.modality(name)}"
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [point[0] for point in points],
        "y": [point[1] for point in points],
        "marker": {"color": context.colour(emotion), "symbol": SYMBOLS.get(name, "circle"), "size": 7, "opacity": 0.8},
        "hovertemplate": f"{literal(said)}<extra></extra>",
    }


def _tie(context: PageContext, emotion: str, middles: Sequence[Sequence[float]]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [middle[0] for middle in middles],
        "y": [middle[1] for middle in middles],
        "line": {"color": context.colour(emotion), "width": 5},
        "opacity": 0.55,
        "hoverinfo": "skip",
    }


def gap(events: Sequence[Event], epoch: int) -> float:
    """How far apart, on the map, the middles of voice and of words lie, as a mean over the emotions."""
    epoch_events, labels = epochs(events), first(events).get("labels", {})
    if not epoch_events or epoch >= len(epoch_events):
        return 0.0
    distances = []
    for index in range(len(EMOTIONS)):
        middles = [
            [sum(values) / len(of_emotion) for values in zip(*of_emotion, strict=True)]
            for name, points_of_modality in epoch_events[epoch]["map"].items()
            for of_emotion in [
                [point for point, label in zip(points_of_modality, labels[name], strict=True) if label == index]
            ]
            if of_emotion
        ]
        if len(middles) == 2:
            (a, b), (c, d) = middles
            distances.append(((a - c) ** 2 + (b - d) ** 2) ** 0.5)
    return sum(distances) / max(1, len(distances))
