"""Charts as SVG: on the page, in the report, and as files to take away. Pure functions; every value is escaped.

A drawing is as wide as the element that holds it: x is in percent, y in pixels, and text keeps its size. Paths lie in
an inner SVG that is stretched.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from crossmodal.types import Word
from crossmodal.ui.charts.bars import Bar, highest
from crossmodal.ui.charts.palette import BACKGROUND, EMOTION_COLOURS, GREY, INK
from crossmodal.ui.numbers import percent

FONT = "'Source Sans 3','Source Sans Pro','Noto Sans SC','PingFang SC','Microsoft YaHei',system-ui,sans-serif"

_MARGIN, _TITLE = 14, 34
_BARS_WIDTH, _NAMES, _NUMBERS, _ROW = 420, 96, 44, 26
_WAVE_HEIGHT = 84
_STROKES = 140
_HAIRLINE = 0.015
_LEAST_WORD_GAP = 0.075
"""Least distance of two words under a waveform, as a fraction of its width, before one is left out."""
_ACROSS = 600
"""Width of the stretched coordinates, and of a drawing in a file, where they are not stretched."""
_STEADY = ' vector-effect="non-scaling-stroke"'
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _e(value: str) -> str:
    """Escaped for XML; characters that XML does not allow are removed."""
    return html.escape(_NO_XML.sub("", value))


@dataclass(frozen=True, slots=True)
class Paint:
    """CSS colours of a drawing: its text, its ground ("" for none, as within a page), and those of the emotions."""

    ink: str
    ground: str
    emotions: Mapping[str, str]

    def of(self, emotion: str) -> str:
        """The colour of an emotion; ink for an unknown one."""
        return self.emotions.get(emotion, self.ink)


def on_page(theme: str) -> Paint:
    """The colours on a page, which has its own ground."""
    return Paint("currentColor", "", EMOTION_COLOURS[theme])


def in_file(theme: str) -> Paint:
    """The colours of a file, which has a ground."""
    return Paint(INK[theme], BACKGROUND[theme], EMOTION_COLOURS[theme])


@dataclass(frozen=True, slots=True)
class Drawing:
    """SVG elements of ``height`` pixels; labels need ``left`` and ``right`` pixels beside them."""

    body: str
    height: int
    left: int = 0
    right: int = 0

    def inline(self, said: str) -> str:
        """As a part of a page; ``said`` is its text alternative."""
        box = f"width:calc(100% - {self.left + self.right}px);margin:0 {self.right}px 0 {self.left}px"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="cx-drawing" role="img" aria-label="{_e(said)}" '
            f'height="{self.height}" style="display:block;overflow:visible;fill:currentColor;{box}">{self.body}</svg>'
        )

    def file(self, title: str, paint: Paint) -> str:
        """As a file of its own with its title above it, on its ground."""
        wide, high = _ACROSS + self.left + self.right + 2 * _MARGIN, self.height + _TITLE + 2 * _MARGIN
        body = self.body.replace(_STEADY, "")  # lines grow with the picture where it is enlarged
        inner = (
            f'<svg x="{_MARGIN + self.left}" y="{_MARGIN + _TITLE}" width="{_ACROSS}" height="{self.height}" '
            f'style="overflow:visible">{body}</svg>'
        )
        heading = text(_MARGIN, _MARGIN + 16, title, size=15, bold=True)
        return _sheet((0, 0, wide, high), title, paint, heading + inner)


def _sheet(box: tuple[int, int, int, int], title: str, paint: Paint, body: str) -> str:
    """An SVG of its own; ``box`` has its left and top edge, its width and its height."""
    x, y, wide, high = box
    ground = f'<rect x="{x}" y="{y}" width="{wide}" height="{high}" style="fill:{_e(paint.ground)}"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{x} {y} {wide} {high}" width="{wide}" height="{high}" '
        'role="img">'
        f'<title>{_e(title)}</title><g style="fill:{_e(paint.ink)};color:{_e(paint.ink)};font-family:{_e(FONT)}">'
        f"{ground if paint.ground else ''}{body}</g></svg>"
    )


# --- pieces ----------------------------------------------------------------------------------------------------------


def text(  # noqa: PLR0913, where it stands and how
    x: float | str, y: float, said: str, *, anchor: str = "start", size: int = 13, bold: bool = False, dx: float = 0
) -> str:
    """A line of text; ``x`` is in pixels or, as "37%", a fraction of the width, and ``dx`` pixels beside it."""
    weight = ' font-weight="700"' if bold else ""
    aside = f' dx="{dx:g}"' if dx else ""
    where = x if isinstance(x, str) else f"{x:.1f}"
    return f'<text x="{where}"{aside} y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"{weight}>{_e(said)}</text>'


def across(fraction: float) -> str:
    """A fraction of the width as a percentage."""
    return f"{100 * fraction:.4g}%"


def stretched(height: float, body: str) -> str:
    """A part whose own coordinates are stretched across and stay pixels down."""
    return (
        f'<svg width="100%" height="{height:g}" viewBox="0 0 {_ACROSS} {height:g}" preserveAspectRatio="none" '
        f'style="overflow:visible">{body}</svg>'
    )


def path(points: Iterable[tuple[float, float]]) -> str:
    """Points (fraction of the width, pixels down) joined by straight lines, as the data of a stretched path."""
    return "M" + "L".join(f"{_ACROSS * x:.0f} {y:.1f}" for x, y in points)


def line(points: Iterable[tuple[float, float]], style: str) -> str:
    """A stretched line of the same width everywhere."""
    return f'<path class="line" d="{path(points)}"{_STEADY} style="fill:none;stroke:currentColor;{style}"/>'


# --- bars ------------------------------------------------------------------------------------------------------------


def bars_svg(
    bars: Sequence[Bar], paint: Paint, *, title: str, note: str = "", marks: Sequence[float] | None = None
) -> str:
    """Horizontal bars from 0 to 1, in the order given, each with its label and its percent.

    ``title`` is the text alternative; with a ground it is also written above the bars, and ``note`` below them.
    ``marks`` draws a stroke across each bar at the probability of another result.
    """
    margin, top = (_MARGIN, _TITLE) if paint.ground else (0, 2)
    height = top + _ROW * len(bars) + (26 if note else 4)
    parts = [text(0, 20, title, size=14, bold=True)] if paint.ground else []
    parts += _rows(bars, top, marks)
    if note:
        parts.append(text(0, height - 7, note, size=11))
    wide, high = _BARS_WIDTH + 2 * margin, height + 2 * margin
    return _sheet((-margin, -margin, wide, high), title, paint, "".join(parts))


def _rows(bars: Sequence[Bar], top: int, marks: Sequence[float] | None) -> Iterator[str]:
    top_bar = highest(bars)
    for index, bar in enumerate(bars):
        y, wide, bold = top + _ROW * index, _long(bar.probability), index == top_bar
        yield text(_NAMES - 10, y + 18, bar.label, anchor="end", size=14, bold=bold)
        yield (
            f'<rect class="bar" x="{_NAMES}" y="{y + 5}" width="{wide:.2f}" height="{_ROW - 9}" '
            f'style="fill:{_e(bar.colour)}"/>'
        )
        end = wide
        if marks is not None:
            mark = _long(marks[index])
            end = mark if wide < mark < wide + _NUMBERS else wide  # the number keeps clear of the stroke
            x = _NAMES + mark
            yield f'<path class="mark" d="M{x:.2f} {y + 2}v{_ROW - 3}" style="stroke:{GREY};stroke-width:2"/>'
        yield text(_NAMES + end + 7, y + 18, percent(bar.probability), size=14, bold=bold)


def _long(probability: float) -> float:
    return max(0.0, min(1.0, probability)) * (_BARS_WIDTH - _NAMES - _NUMBERS)


# --- a waveform ------------------------------------------------------------------------------------------------------


def waveform(
    envelope: Sequence[float], segments: Sequence[tuple[float, float]], seconds: float, words: Sequence[Word] = ()
) -> Drawing:
    """A waveform mirrored about its middle, with the speech shaded and the words under it at their times."""
    peaks = coarser(envelope)
    height = _WAVE_HEIGHT * (0.8 if words else 1.0)
    middle, step = height / 2, _ACROSS / max(1, len(peaks))
    strokes = "".join(_stroke((i + 0.2) * step, 0.6 * step, middle, peak / 1.08) for i, peak in enumerate(peaks))
    shaded = "".join(
        f'<rect class="speech" x="{across(start / seconds)}" y="0" width="{across((end - start) / seconds)}" '
        f'height="{height:.1f}" style="fill:{GREY};opacity:0.14"/>'
        for start, end in segments
    )
    under = "".join(
        text(across((word.start + word.end) / 2 / seconds), height + 13, word.text, anchor="middle", size=12)
        for word in spaced(words, seconds)
    )
    return Drawing(shaded + stretched(height, f'<path d="{strokes}" style="fill:{GREY}"/>') + under, _WAVE_HEIGHT)


def coarser(envelope: Sequence[float], strokes: int = _STROKES) -> list[float]:
    """The peaks of an envelope at the resolution of the drawing; silence keeps a hairline."""
    size = max(1, math.ceil(len(envelope) / strokes))
    return [max(_HAIRLINE, *envelope[i : i + size]) for i in range(0, len(envelope), size)]


def spaced(words: Sequence[Word], seconds: float) -> list[Word]:
    """The words that have room under a waveform of that length, from the left."""
    with_room: list[Word] = []
    for word in words:
        if not with_room or (_middle(word) - _middle(with_room[-1])) / seconds >= _LEAST_WORD_GAP:
            with_room.append(word)
    return with_room


def _middle(word: Word) -> float:
    return (word.start + word.end) / 2


def _stroke(x: float, wide: float, middle: float, peak: float) -> str:
    long = 2 * peak * middle
    return f"M{x:.1f} {middle - long / 2:.1f}h{wide:.1f}v{long:.1f}h{-wide:.1f}z"
