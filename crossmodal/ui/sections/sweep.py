"""Alpha against truth, drawn: accuracy and calibration at every mix, with the flips of the present input below."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import streamlit as st

from crossmodal.engine import Engine
from crossmodal.explain.flips import Flips, Segment
from crossmodal.explain.pairs import Pairs, load_pairs
from crossmodal.explain.sweep import Sweep
from crossmodal.explain.sweep import sweep as swept
from crossmodal.i18n.translator import Translator
from crossmodal.types import MAIN_TASK, Array, FusionSettings
from crossmodal.ui import html as markup
from crossmodal.ui.charts import svg
from crossmodal.ui.charts.palette import GREY
from crossmodal.ui.charts.svg import Drawing, Paint, across, stretched, text
from crossmodal.ui.components import plot
from crossmodal.ui.frame import PageContext
from crossmodal.ui.numbers import metric, number
from crossmodal.ui.service import reason_missing

_HEIGHT, _BELOW, _LEFT, _RIGHT = 330, 46, 34, 82
"""Of the drawing, of the axis under the curves, and of the labels on either side, in pixels."""
_GROUND = _HEIGHT - _BELOW
_UPPER, _LOWER, _STRIP = (0.46, 0.94), (0.15, 0.34), (0.0, 0.035)
"""Where accuracy, calibration error and the strip of flips lie, as shares of the ground from its bottom."""
_ROOM = 0.2
"""Least distance of two labels above the strip: 49 of the 244 pixels that a phone leaves it.

A segment under half as wide stays without one: its colour, its hover text and the sentence tell it.
"""
_LINE = 16
"""Height of a line of text in pixels."""


def sweep(context: PageContext, engine: Engine, settings: FusionSettings, flips: Flips | None, alpha: float) -> None:
    """The curve for the rule, temperature and prior of the settings; ``alpha`` is the present mix, as flips count it.

    ``flips`` are those of the present input; None where not exactly two modalities are present, which a note says.
    """
    say, curve = context.say, None if flips is None else curve_of(engine, settings, flips)
    st.html(markup.section(say("sweep"), say.rule(settings.rule)))
    if flips is None or curve is None:
        st.html(markup.note(say("sweep.two") if flips is None else reason_missing(say, "sweep.none")))
        return
    here = summary(say, curve, alpha)
    alt = say("sweep.alt", modality=say.modality(flips.modalities[0]), here=here)
    drawn = drawing(say, svg.on_page(context.theme), curve, flips, alpha)
    plot.show(drawn, "sweep_curve", alt, read_out(say, curve))
    st.html(markup.note(here))
    count = f"{_pairs(engine).labels.size:,}"
    st.html(markup.note(say("sweep.meaning", count=count) + " " + say("sweep.terms")))


def curve_of(engine: Engine, settings: FusionSettings, flips: Flips) -> Sweep | None:
    """The curve for these settings; None for models without pairs, or with pairs of other modalities."""
    pairs = load_pairs(engine.folder, engine.model_hash)
    if pairs is None or pairs.modalities != flips.modalities:
        return None
    return _curve(engine, settings.rule, settings.temperature, settings.prior)


@lru_cache(maxsize=64)
def _curve(engine: Engine, rule: str, temperature: float, prior: str) -> Sweep:
    """The curve of a setting, cached: it depends on the models alone and on no visitor's input."""
    return swept(_pairs(engine), FusionSettings({}, rule, temperature, prior), engine.calibration)


def _pairs(engine: Engine) -> Pairs:
    pairs = load_pairs(engine.folder, engine.model_hash)
    assert isinstance(pairs, Pairs)
    return pairs


def summary(say: Translator, curve: Sweep, alpha: float) -> str:
    """The figures at the present weight and at the best one, as a sentence."""
    here, best = int(np.abs(curve.alphas - alpha).argmin()), curve.best
    return say(
        "sweep.here",
        alpha=number(alpha),
        uar=metric(curve.uar[here]),
        f1=metric(curve.macro_f1[here]),
        ece=metric(curve.ece[here]),
        best=number(curve.alphas[best]),
        top=metric(curve.uar[best]),
        low=metric(curve.low[best]),
        high=metric(curve.high[best]),
    )


def read_out(say: Translator, curve: Sweep) -> list[str]:
    """The figures at every weight, each in a line."""
    named = (("sweep.uar", curve.uar), ("sweep.f1", curve.macro_f1), ("sweep.ece", curve.ece))
    return [
        " \u00b7 ".join([f"\u03b1 {number(alpha)}", *(f"{say(key)} {metric(values[i])}" for key, values in named)])
        for i, alpha in enumerate(curve.alphas)
    ]


def drawing(say: Translator, paint: Paint, curve: Sweep, flips: Flips, alpha: float) -> Drawing:
    """Accuracy with its band and macro-F1, below them the calibration error, below that the input's own flips."""
    upper = _Scale(_UPPER, *_range(curve.low, curve.high, curve.macro_f1))
    lower = _Scale(_LOWER, 0.0, max(0.1, 1.15 * float(curve.ece.max())))
    parts = [
        *upper.axis(),
        *lower.axis(),
        *_flip_lines(flips),
        _upright(alpha, _down(1.0), "stroke-width:2"),
        stretched(_GROUND, "".join(_lines(curve, upper, lower))),
        *_marks(say, curve, alpha, upper),
        *_names(say, curve, upper, lower),
        *_strip(say, paint, flips),
        *_alpha_axis(say, flips),
    ]
    return Drawing("".join(parts), _HEIGHT, _LEFT, _RIGHT)


# --- axes ----------------------------------------------------------------------------------------------------------


def _down(fraction: float) -> float:
    """A fraction of the ground from its bottom, as pixels from the top."""
    return _GROUND * (1.0 - fraction)


@dataclass(frozen=True, slots=True)
class _Scale:
    """Values from ``low`` to ``high`` over a part of the ground's height."""

    domain: tuple[float, float]
    low: float
    high: float

    def y(self, value: float) -> float:
        """Pixels from the top."""
        start, end = self.domain
        return _down(start + (end - start) * (float(value) - self.low) / (self.high - self.low))

    def axis(self) -> Iterator[str]:
        """A hairline with its number at every step."""
        step = 0.1 if self.high - self.low < 0.45 else 0.2
        for tick in (round(step * i, 1) for i in range(11)):
            if self.low <= tick <= self.high:
                y = self.y(tick)
                yield f'<rect x="0" y="{y:.1f}" width="100%" height="1" style="fill:{GREY};opacity:0.25"/>'
                yield text(-8, y + 4, f"{tick:.1f}".removeprefix("0"), anchor="end", size=12)


def _range(*values: Array) -> tuple[float, float]:
    low, high = min(float(v.min()) for v in values), max(float(v.max()) for v in values)
    room = 0.12 * (high - low) + 0.005
    return max(0.0, low - room), min(1.02, high + 2 * room)


def _alpha_axis(say: Translator, flips: Flips) -> Iterator[str]:
    for tick, said in ((0.0, "0"), (0.25, ".25"), (0.5, ".5"), (0.75, ".75"), (1.0, "1")):
        yield f'<rect x="{across(tick)}" y="{_GROUND}" width="1" height="4"/>'
        yield text(across(tick), _GROUND + 18, said, anchor="middle", size=12)
    title = say("sweep.axis", modality=say.modality(flips.modalities[0]))
    yield text("50%", _GROUND + 38, title, anchor="middle")


def _upright(x: float, top: float, style: str) -> str:
    x_percent = across(x)
    return (
        f'<line x1="{x_percent}" x2="{x_percent}" y1="{top:.1f}" y2="{_GROUND}" style="stroke:currentColor;{style}"/>'
    )


# --- the curves ----------------------------------------------------------------------------------------------------


def _lines(curve: Sweep, upper: _Scale, lower: _Scale) -> Iterator[str]:
    def drawn(values: Array, scale: _Scale) -> list[tuple[float, float]]:
        return [(float(a), scale.y(v)) for a, v in zip(curve.alphas, values, strict=True)]

    band = svg.path(drawn(curve.low, upper) + drawn(curve.high, upper)[::-1])
    yield f'<path d="{band}Z" style="fill:currentColor;opacity:0.13"/>'
    for values, scale, dash in ((curve.uar, upper, ""), (curve.macro_f1, upper, "2 4"), (curve.ece, lower, "8 5")):
        yield svg.line(drawn(values, scale), f"stroke-width:2;stroke-dasharray:{dash or 'none'}")


def _names(say: Translator, curve: Sweep, upper: _Scale, lower: _Scale) -> Iterator[str]:
    """The name of each curve at its right end, with its dash; two that end close together are set apart."""
    first, second = upper.y(curve.uar[-1]), upper.y(curve.macro_f1[-1])
    if abs(first - second) < _LINE:
        middle, half = (first + second) / 2, _LINE / 2 if first > second else -_LINE / 2
        first, second = middle + half, middle - half
    dashes = {"uar": "\u2014", "f1": "\u00b7\u00b7\u00b7", "ece": "- -"}
    for name, y in (("uar", first), ("f1", second), ("ece", lower.y(curve.ece[-1]))):
        yield text("100%", y + 4, f"{dashes[name]} {say(f'sweep.{name}')}", dx=5)


def _marks(say: Translator, curve: Sweep, alpha: float, upper: _Scale) -> Iterator[str]:
    """Above the curves the present weight, at the diamond the best one; the two lean apart."""
    best, y = float(curve.alphas[curve.best]), upper.y(curve.uar[curve.best])
    aside, anchor = (5, "start") if alpha < 0.75 else (-5, "end")  # on the side with more room
    yield text(across(alpha), 11, say("sweep.now", alpha=number(alpha)), anchor=anchor, dx=aside)
    yield (f'<svg x="{across(best)}" y="{y:.1f}" style="overflow:visible"><path d="M0-6 6 0 0 6-6 0z"/></svg>')
    yield text(across(best), y - 10, say("sweep.best", alpha=number(best)), anchor="end" if best < alpha else "start")


# --- the input's own flips ------------------------------------------------------------------------------------------


def _strip(say: Translator, paint: Paint, flips: Flips) -> Iterator[str]:
    top = _down(_STRIP[1])
    for segment in flips.segments:
        said = f"{say.label(MAIN_TASK, segment.label)} {number(segment.start)}-{number(segment.end)}"
        yield (
            f'<rect class="segment" x="{across(segment.start)}" y="{top:.1f}" width="{across(_width(segment))}" '
            f'height="{_GROUND - top:.1f}" style="fill:{paint.of(segment.label)}">'
            f"<title>{html.escape(said)}</title></rect>"
        )
    named: list[Segment] = []
    for segment in sorted(flips.segments, key=_width, reverse=True):
        if _width(segment) >= _ROOM / 2 and all(abs(_middle(segment) - _middle(one)) >= _ROOM for one in named):
            named.append(segment)
            yield text(across(_middle(segment)), top - 5, say.label(MAIN_TASK, segment.label), anchor="middle")
    yield text("100%", (top + _GROUND) / 2 + 4, say("sweep.clip"), dx=5)


def _width(segment: Segment) -> float:
    return segment.end - segment.start


def _middle(segment: Segment) -> float:
    return (segment.start + segment.end) / 2


def _flip_lines(flips: Flips) -> Iterator[str]:
    """Hairlines from the strip up through the curves, at the flips."""
    for point in flips.points:
        yield _upright(point, _down(_UPPER[1]), "stroke-width:1;stroke-dasharray:2 3;opacity:0.45")
