"""Alpha against truth, drawn: accuracy and calibration at every mix, with the flips of the present input below."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st

from crossmodal.engine import Engine
from crossmodal.insight.flips import Flips, Segment
from crossmodal.insight.sweep import Pairs, Sweep, load_pairs
from crossmodal.insight.sweep import sweep as swept
from crossmodal.types import TASKS, FusionSettings
from crossmodal.ui import markup, palette
from crossmodal.ui.charts import Figure, literal
from crossmodal.ui.formula import number
from crossmodal.ui.views import Look

CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}
"""Hovering tells values; nothing zooms, and a finger scrolls the page."""

_MAIN = next(iter(TASKS))
_CLEAR = "rgba(0,0,0,0)"
_HEIGHT = 330
_UPPER, _LOWER, _STRIP = [0.46, 0.94], [0.15, 0.34], [0.0, 0.035]
"""Where accuracy, calibration error and the strip of flips lie, as shares of the height."""
_ROOM = 0.2
"""Least distance of two labels above the strip: 49 of the 244 points that a phone leaves it.

A segment under half as wide stays without one: its colour, its hover text and the sentence tell it.
"""
_LINE = 0.07
"""Height of a line of text as a share of the height of the upper curves."""


def sweep(look: Look, engine: Engine, settings: FusionSettings, flips: Flips | None, alpha: float) -> None:
    """The curve for the rule, temperature and prior of the settings; ``alpha`` is the present mix, as flips count it.

    ``flips`` are those of the present input; None where not exactly two modalities are present, which is said.
    """
    say = look.say
    st.html(markup.section(say("sweep"), say.rule(settings.rule)))
    pairs = load_pairs(engine.folder, engine.model_hash)
    if flips is None or pairs is None or pairs.modalities != flips.modalities:
        st.html(markup.note(say("sweep.two" if flips is None else "sweep.none")))
        return
    curve = _curve(engine, settings.rule, settings.temperature, settings.prior)
    here = summary(look, curve, alpha)
    alt = say("sweep.alt", modality=say.modality(flips.modalities[0]), here=here)
    st.plotly_chart(figure(look, curve, flips, alpha), key="sweep_curve", config=CONFIG, alt=alt)
    st.html(markup.note(here))
    st.html(markup.note(say("sweep.meaning", count=f"{len(pairs.labels):,}") + " " + say("sweep.terms")))


@lru_cache(maxsize=64)
def _curve(engine: Engine, rule: str, temperature: float, prior: str) -> Sweep:
    """The curve of a setting, kept: it hangs on the models alone, on nothing that a visitor gave."""
    pairs = load_pairs(engine.folder, engine.model_hash)
    assert isinstance(pairs, Pairs)
    return swept(pairs, FusionSettings({}, rule, temperature, prior), engine.calibration)


def summary(look: Look, curve: Sweep, alpha: float) -> str:
    """The figures at the present weight and at the best one, as a sentence."""
    here, best = int(np.abs(curve.alphas - alpha).argmin()), curve.best
    return look.say(
        "sweep.here",
        alpha=number(alpha),
        uar=_share(curve.uar[here]),
        f1=_share(curve.macro_f1[here]),
        ece=_share(curve.ece[here]),
        best=number(curve.alphas[best]),
        top=_share(curve.uar[best]),
        low=_share(curve.low[best]),
        high=_share(curve.high[best]),
    )


def figure(look: Look, curve: Sweep, flips: Flips, alpha: float) -> Figure:
    """Accuracy with its band and macro-F1, below them the calibration error, below that the input's own flips."""
    ink = palette.INK[look.theme]
    layout = {
        "height": _HEIGHT,
        "margin": {"l": 34, "r": 82, "t": 0, "b": 46},
        "xaxis": _alpha_axis(look, flips),
        "yaxis": _value_axis(_UPPER, *_range(curve.low, curve.high, curve.macro_f1)),
        "yaxis2": _value_axis(_LOWER, 0.0, max(0.1, 1.15 * float(curve.ece.max()))),
        "yaxis3": {"domain": _STRIP, "range": [0, 1], "visible": False, "fixedrange": True},
        "shapes": [_now_line(alpha, ink), *_flip_lines(flips, ink)],
        "annotations": [*_marks(look, curve, alpha), *_names(look, curve), *_strip_labels(look, flips)],
        "barmode": "overlay",
        "showlegend": False,
        "dragmode": False,
        "hovermode": "x",
        "hoverlabel": {"bgcolor": palette.BACKGROUND[look.theme], "bordercolor": ink, "font": {"size": 13}},
        "paper_bgcolor": _CLEAR,
        "plot_bgcolor": _CLEAR,
    }
    return {"data": [*_lines(look, curve, ink), *_strip(look, flips)], "layout": layout}


# --- the curves ----------------------------------------------------------------------------------------------------


def _lines(look: Look, curve: Sweep, ink: str) -> list[dict[str, Any]]:
    x = curve.alphas.round(2).tolist()
    band = {
        "type": "scatter", "x": x + x[::-1], "y": _rounded(curve.low) + _rounded(curve.high)[::-1], "fill": "toself",
        "fillcolor": ink, "opacity": 0.13, "line": {"width": 0}, "mode": "lines", "hoverinfo": "skip",
    }  # fmt: skip
    best = {
        "type": "scatter", "mode": "markers", "x": [x[curve.best]], "y": [round(float(curve.uar[curve.best]), 4)],
        "marker": {"symbol": "diamond", "size": 10, "color": ink}, "hoverinfo": "skip",
    }  # fmt: skip
    named = (("sweep.uar", curve.uar, "solid", "y"), ("sweep.f1", curve.macro_f1, "dot", "y"),
             ("sweep.ece", curve.ece, "dash", "y2"))  # fmt: skip
    drawn = [
        {
            "type": "scatter", "mode": "lines", "x": x, "y": _rounded(values), "yaxis": axis,
            "line": {"color": ink, "width": 2, "dash": dash},
            "hovertemplate": f"{literal(look.say(key))} %{{y:.3f}}<extra></extra>",
        }
        for key, values, dash, axis in named
    ]  # fmt: skip
    return [band, *drawn, best]


def _names(look: Look, curve: Sweep) -> list[dict[str, Any]]:
    """The name of each curve at its right end, with its dash; two that end close together are set apart."""
    low, high = _range(curve.low, curve.high, curve.macro_f1)
    gap = _LINE * (high - low) * 1.9
    ends = {"uar": float(curve.uar[-1]), "f1": float(curve.macro_f1[-1])}
    middle, upper = sum(ends.values()) / 2, max(ends, key=lambda name: ends[name])
    if abs(ends["uar"] - ends["f1"]) < gap:
        ends = {name: middle + (gap if name == upper else -gap) / 2 for name in ends}
    dashes = {"uar": "\u2014", "f1": "\u00b7\u00b7\u00b7", "ece": "- -"}
    places = [("uar", ends["uar"], "y"), ("f1", ends["f1"], "y"), ("ece", float(curve.ece[-1]), "y2")]
    return [
        _text(f"{dashes[name]} {look.say(f'sweep.{name}')}", 1.0, y, yref=axis, xanchor="left", xshift=5)
        for name, y, axis in places
    ]


def _marks(look: Look, curve: Sweep, alpha: float) -> list[dict[str, Any]]:
    """Above the curves the present weight, at the diamond the best one; the two lean apart."""
    best = float(curve.alphas[curve.best])
    return [
        _text(look.say("sweep.now", alpha=number(alpha)), alpha, 1.0, yref="paper", yanchor="top", **_lean(alpha)),
        _text(look.say("sweep.best", alpha=number(best)), best, float(curve.uar[curve.best]), yanchor="bottom",
              yshift=7, xanchor="right" if best < alpha else "left"),
    ]  # fmt: skip


def _lean(alpha: float) -> dict[str, Any]:
    """Text stands beside its place, on the side with more room."""
    return {"xanchor": "left", "xshift": 3} if alpha < 0.75 else {"xanchor": "right", "xshift": -3}


# --- the input's own flips ------------------------------------------------------------------------------------------


def _strip(look: Look, flips: Flips) -> list[dict[str, Any]]:
    say = look.say
    return [
        {
            "type": "bar", "orientation": "h", "yaxis": "y3", "base": [segment.start], "y": [0.5], "width": 1,
            "x": [segment.end - segment.start], "marker": {"color": look.colour(segment.label), "line": {"width": 0}},
            "hovertemplate": f"{literal(say.label(_MAIN, segment.label))} {number(segment.start)}-{number(segment.end)}"
            "<extra></extra>",
        }
        for segment in flips.segments
    ]  # fmt: skip


def _strip_labels(look: Look, flips: Flips) -> list[dict[str, Any]]:
    above: dict[str, Any] = {"yref": "paper", "yanchor": "bottom", "yshift": 1}
    named: list[Segment] = []
    for segment in sorted(flips.segments, key=lambda segment: segment.start - segment.end):  # the widest first
        fits = segment.end - segment.start >= _ROOM / 2
        if fits and all(abs(_middle(segment) - _middle(other)) >= _ROOM for other in named):
            named.append(segment)
    return [
        *(_text(look.say.label(_MAIN, segment.label), _middle(segment), _STRIP[1], **above) for segment in named),
        _text(look.say("sweep.clip"), 1.0, sum(_STRIP) / 2, yref="paper", yanchor="middle", xanchor="left", xshift=5),
    ]


def _middle(segment: Segment) -> float:
    return (segment.start + segment.end) / 2


def _flip_lines(flips: Flips, ink: str) -> list[dict[str, Any]]:
    """Hairlines from the strip up through the curves, so that a flip can be read against them."""
    line = {"color": ink, "width": 1, "dash": "dot"}
    return [_upright(point, _UPPER[1], line, opacity=0.45) for point in flips.points]


def _now_line(alpha: float, ink: str) -> dict[str, Any]:
    return _upright(alpha, 1.0, {"color": ink, "width": 2}, opacity=1.0)


def _upright(x: float, top: float, line: dict[str, Any], *, opacity: float) -> dict[str, Any]:
    return {
        "type": "line", "xref": "x", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": top, "line": line,
        "opacity": opacity, "layer": "below",
    }  # fmt: skip


# --- axes and text --------------------------------------------------------------------------------------------------


def _alpha_axis(look: Look, flips: Flips) -> dict[str, Any]:
    say = look.say
    title = say("sweep.axis", modality=say.modality(flips.modalities[0]))
    return {
        "range": [0, 1], "tickvals": [0, 0.25, 0.5, 0.75, 1], "ticktext": ["0", ".25", ".5", ".75", "1"],
        "title": {"text": literal(title), "font": {"size": 13}, "standoff": 4}, "anchor": "y3", "ticks": "outside",
        "ticklen": 4, "tickfont": {"size": 12}, "fixedrange": True, "showgrid": False, "zeroline": False,
        "hoverformat": ".2f",
    }  # fmt: skip


def _value_axis(domain: list[float], low: float, high: float) -> dict[str, Any]:
    step = 0.1 if high - low < 0.45 else 0.2
    ticks = [round(step * i, 1) for i in range(11) if low <= step * i <= high]
    told = [f"{tick:.1f}".removeprefix("0") for tick in ticks]
    return {
        "domain": domain, "range": [low, high], "tickvals": ticks, "ticktext": told,
        "tickfont": {"size": 12}, "fixedrange": True, "zeroline": False, "gridcolor": "rgba(123,128,134,0.25)",
    }  # fmt: skip


def _range(*values: Any) -> tuple[float, float]:
    low, high = min(float(v.min()) for v in values), max(float(v.max()) for v in values)
    room = 0.12 * (high - low) + 0.005
    return max(0.0, low - room), min(1.02, high + 2 * room)


def _text(text: str, x: float, y: float, *, yref: str = "y", **more: Any) -> dict[str, Any]:
    return {
        "text": literal(text), "x": x, "y": y, "xref": "x", "yref": yref, "showarrow": False, "font": {"size": 13},
    } | more  # fmt: skip


def _rounded(values: Any) -> list[float]:
    found: list[float] = np.asarray(values).round(4).tolist()
    return found


def _share(value: float) -> str:
    """A figure between 0 and 1 at three digits: .812."""
    return f"{value:.3f}".removeprefix("0")
