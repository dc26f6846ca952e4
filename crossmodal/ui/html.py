"""Small pieces of HTML for what Streamlit has no element for. Every value passes ``html.escape``."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crossmodal.ui.charts.bars import Bar, highest
from crossmodal.ui.numbers import percent

_e = html.escape

_BAR_SCALE = 88
"""Length of a bar at probability 1, in percent of its row: the rest is left to its number."""
_NUMBER_WIDTH = 0.15
"""About how much of a row a number takes."""


def masthead(title: str, tagline: str) -> str:
    """The name of the page and what it does."""
    return f'<div class="cx-mast"><h1>{_e(title)}</h1><p>{_e(tagline)}</p></div>'


def embedded() -> str:
    """A mark, for the style alone, that the page is shown within another one."""
    return '<i class="cx-embedded" hidden></i>'


def note(text: str) -> str:
    """A quiet line."""
    return f'<p class="cx-note">{_e(text)}</p>'


def invitation(text: str) -> str:
    """A placeholder where a result will be."""
    return f'<p class="cx-invite">{_e(text)}</p>'


def lead(text: str) -> str:
    """The first sentence of a page of text."""
    return f'<p class="cx-lead">{_e(text)}</p>'


def paragraphs(lines: Sequence[str]) -> str:
    """Running text."""
    return '<div class="cx-text">' + "".join(f"<p>{_e(line)}</p>" for line in lines) + "</div>"


def definitions(items: Sequence[tuple[str, str]]) -> str:
    """Short terms with their definitions."""
    rows = "".join(f"<div><dt>{_e(term)}</dt><dd>{_e(said)}</dd></div>" for term, said in items)
    return f'<dl class="cx-defs">{rows}</dl>'


def progress(stage: str) -> str:
    """The stage of work in progress."""
    return f'<p class="cx-progress" role="status"><i></i>{_e(stage)}</p>'


def heading(name: str, index: int, said: str) -> str:
    """The heading of one modality's panel: its name, its symbol, its label."""
    return (
        f'<div class="cx-head"><h2>{_e(name)} <i class="cx-sym">f<sub>{index}</sub></i></h2>'
        f"<span>{_e(said)}</span></div>"
    )


def verdict(  # noqa: PLR0913, the parts of the card from top to bottom
    name: str, said: Mapping[str, object], colour: str, lines: Sequence[str], spoken: str, body: str
) -> str:
    """The fused result in large, with one sentence for screen readers; ``said`` has label and probability.

    ``body`` is markup of this module that stands below: the bars and the sentiment.
    """
    label, probability = _e(str(said["label"])), _e(str(said["probability"]))
    facts = "".join(f"<p>{_e(line)}</p>" for line in lines)
    return (
        '<section class="cx-verdict cx-fused">'
        f'<div class="cx-head"><h2>{_e(name)} <i class="cx-sym">&psi;</i></h2></div>'
        f'<div class="cx-label" aria-hidden="true"><i style="background:{_e(colour)}"></i>'
        f"<b>{label}</b><span>{probability}&thinsp;%</span></div>"
        f'<div class="cx-facts" aria-hidden="true">{facts}</div>'
        f'<p class="cx-spoken" role="status" aria-live="polite">{_e(spoken)}</p>{body}</section>'
    )


def section(name: str, said: str = "") -> str:
    """The heading of a section: its name, and its present subject, if any."""
    aside = f"<span>{_e(said)}</span>" if said else ""
    return f'<div class="cx-head"><h2>{_e(name)}</h2>{aside}</div>'


def outcome(label: str, probability: str, colour: str, lines: Sequence[str], body: str = "") -> str:
    """A label in middling size with its probability, and lines about it; ``body`` is markup that stands below."""
    facts = "".join(f"<p>{_e(line)}</p>" for line in lines)
    return (
        f'<div class="cx-outcome"><div class="cx-label"><i style="background:{_e(colour)}"></i><b>{_e(label)}</b>'
        f'<span>{_e(probability)}&thinsp;%</span></div><div class="cx-facts">{facts}</div>{body}</div>'
    )


def table(caption: str, heads: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Values by row and column; it scrolls where it is wider than the page."""
    head = "".join(f'<th scope="col">{_e(name)}</th>' for name in heads)
    body = "".join(
        f'<tr><th scope="row">{_e(name)}</th>' + "".join(f"<td>{_e(cell)}</td>" for cell in cells) + "</tr>"
        for name, cells in rows
    )
    return (
        f'<div class="cx-table" role="region" aria-label="{_e(caption)}" tabindex="0"><table><caption>{_e(caption)}'
        f"</caption><thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One of the points nearest to another: its similarity, its colour and description, and a gloss if any."""

    similarity: str
    colour: str
    what: str
    about: str
    gloss: str = ""


def neighbours(items: Sequence[Neighbour]) -> str:
    """Neighbours as a list, the closest first."""
    rows = "".join(
        f'<li><b>{_e(item.similarity)}</b><i style="background:{_e(item.colour)}"></i><span>{_e(item.what)}'
        + (f"<small>{_e(item.gloss)}</small>" if item.gloss else "")
        + f"</span><em>{_e(item.about)}</em></li>"
        for item in items
    )
    return f'<ol class="cx-near">{rows}</ol>'


def legend(title: str, items: Sequence[tuple[str, str, str]]) -> str:
    """The legend of signs and colours: glyph, colour, words."""
    parts = "".join(
        f'<li><i style="color:{_e(colour)}" aria-hidden="true">{_e(glyph)}</i> {_e(said)}</li>'
        for glyph, colour, said in items
    )
    return f'<ul class="cx-legend" aria-label="{_e(title)}">{parts}</ul>'


def bars(values: Sequence[Bar], said: str, *, large: bool = False, marks: Sequence[float] | None = None) -> str:
    """Horizontal bars from 0 to 1, each with its label and number, as ``bars`` of components/shared/dom.js draws them.

    The highest stands out in bold. ``marks`` draws a stroke across each bar where another result ends. ``said`` is the
    text alternative.
    """
    top_bar = highest(values)
    rows = "".join(
        ('<li class="cx-top">' if index == top_bar else "<li>")
        + f"<span>{_e(bar.label)}</span>{_bar(bar, None if marks is None else marks[index])}</li>"
        for index, bar in enumerate(values)
    )
    size = " cx-large" if large else ""
    return f'<div role="img" aria-label="{_e(said)}"><ul class="cx-bars{size}" aria-hidden="true">{rows}</ul></div>'


def _bar(bar: Bar, mark: float | None) -> str:
    """One bar with its number behind it, which keeps clear of the stroke at ``mark``."""
    beside = mark is not None and bar.probability < mark < bar.probability + _NUMBER_WIDTH
    aside = f' style="margin-left:{_BAR_SCALE * (mark - bar.probability):.2f}%"' if mark is not None and beside else ""
    stroke = "" if mark is None else f'<u style="left:{_BAR_SCALE * mark:.2f}%"></u>'
    length = f"{_BAR_SCALE * bar.probability:.2f}%"
    return (
        f'<div><i style="width:{length};background:{_e(bar.colour)}"></i>'
        f"<b{aside}>{_e(percent(bar.probability))}</b>{stroke}</div>"
    )


def strip(name: str, values: Sequence[tuple[str, float]]) -> str:
    """The sentiment: one bar in three parts, each with its name and number under it."""
    parts = "".join(f'<i style="flex:{max(p, 0.004):.4f} 1 0"></i>' for _, p in values)
    words = "".join(f"<span>{_e(label)} <b>{_e(percent(p))}</b></span>" for label, p in values)
    return (
        f'<div class="cx-strip"><p class="cx-small">{_e(name)}</p>'
        f'<div class="cx-parts" aria-hidden="true">{parts}</div><div class="cx-words">{words}</div></div>'
    )


def waterfall(rows: Sequence[tuple[str, float, float, str]], colour: str) -> str:
    """Bars from 0 to 1 that begin where others end: name, start, end, and the number as text.

    Falling bars are drawn hollow; their number has the sign, too.
    """
    drawn = "".join(
        f'<li><span>{_e(name)}</span><div><i class="{"cx-falls" if end < start else "cx-rises"}" '
        f'style="left:{100 * min(start, end):.2f}%;width:{100 * abs(end - start):.2f}%"></i></div>'
        f"<b>{_e(said)}</b></li>"
        for name, start, end, said in rows
    )
    return f'<ol class="cx-fall" style="--tint:{_e(colour)}">{drawn}</ol>'


def pulled_words(caption: str, words: Sequence[tuple[str, float, str]], colour: str) -> str:
    """Words in running order, each shaded by a strength in [-1, 1] with its figure below it.

    Words that speak for are tinted with a solid line below, those against hatched with a dotted one. Screen readers get
    the same as a table.
    """
    rows = "".join(f'<tr><th scope="row">{_e(word)}</th><td>{_e(said)}</td></tr>' for word, _, said in words)
    drawn = "".join(
        f'<li class="{"cx-against" if strength < 0 else "cx-for"}" style="--by:{abs(strength):.3f}">'
        f"<span>{_e(word)}</span><b>{_e(said)}</b></li>"
        for word, strength, said in words
    )
    return (
        f'<ol class="cx-pulls" style="--tint:{_e(colour)}" aria-hidden="true">{drawn}</ol>'
        f'<table class="cx-spoken"><caption>{_e(caption)}</caption><tbody>{rows}</tbody></table>'
    )


def pulled_moments(cells: Sequence[float], colour: str) -> str:
    """Moments of equal length from left to right, strengths in [-1, 1]: up speaks for, down against."""
    drawn = "".join(
        f'<i class="{"cx-against" if cell < 0 else "cx-for"}" style="--by:{abs(cell):.3f}"></i>' for cell in cells
    )
    return f'<div class="cx-moments" style="--tint:{_e(colour)}" aria-hidden="true">{drawn}</div>'


def range_strip(name: str, said: str, positions: Mapping[str, float], marks: Sequence[tuple[float, str]]) -> str:
    """A value within a range: positions from 0 to 1 of "low" and "high", "inner_low" and "inner_high", "middle", "own".

    ``marks`` are further positions with their names.
    """
    at = {key: f"{100 * min(max(value, 0.0), 1.0):.2f}%" for key, value in positions.items()}
    named = "".join(
        f'<em style="left:{100 * min(max(position, 0.0), 1.0):.2f}%" title="{_e(text)}"></em>'
        for position, text in marks
    )
    return (
        f'<div class="cx-range-strip"><div><span>{_e(name)}</span><b>{_e(said)}</b></div><div aria-hidden="true">'
        f'<i class="cx-outer" style="left:{at["low"]};right:calc(100% - {at["high"]})"></i>'
        f'<i class="cx-inner" style="left:{at["inner_low"]};right:calc(100% - {at["inner_high"]})"></i>'
        f'<i class="cx-middle" style="left:{at["middle"]}"></i><u style="left:{at["own"]}"></u>{named}</div></div>'
    )


def range_strips(strips: Sequence[str]) -> str:
    """Several of them side by side, each from ``range_strip``."""
    return f'<div class="cx-ranges">{"".join(strips)}</div>'


def notice(title: str, body: Sequence[str], facts: Sequence[str] = ()) -> str:
    """An error in the visitor's language: what happened, and the facts for the operator of the service."""
    text = "".join(f"<p>{_e(line)}</p>" for line in body)
    listed = "".join(f"<code>{_e(fact)}</code>" for fact in facts)
    return f'<div class="cx-notice" role="alert"><h2>{_e(title)}</h2>{text}{listed}</div>'


def costs(title: str, stages: Mapping[str, str]) -> str:
    """Milliseconds of each stage in one line."""
    items = "".join(f"<span>{_e(name)} <b>{_e(value)}</b></span>" for name, value in stages.items())
    return f'<p class="cx-cost"><span>{_e(title)}</span>{items}</p>'


def footer(lines: Sequence[str]) -> str:
    """The notes at the foot of the page."""
    return '<div class="cx-foot">' + "".join(f"<p>{_e(line)}</p>" for line in lines) + "</div>"


def guide(title: str, parts: Sequence[tuple[str, str, str]]) -> str:
    """The formula's symbols, each with what it is at present; ``parts`` are the part of the page, symbol, words.

    Hovering or focusing one marks its part of the page, by style.css.
    """
    items = "".join(
        f'<li tabindex="0" class="cx-is-{_e(part)}"><b>{_e(symbol)}</b> {_e(said)}</li>' for part, symbol, said in parts
    )
    return f'<div class="cx-guide"><p class="cx-small">{_e(title)}</p><ul>{items}</ul></div>'


def small_title(symbol: str, aside: str) -> str:
    """The title of a small chart: its symbol, and what belongs to it."""
    return f'<p class="cx-mini"><b>{_e(symbol)}</b><span>{_e(aside)}</span></p>'


def banner(text: str) -> str:
    """A line that must not be missed."""
    return f'<p class="cx-banner" role="status">{_e(text)}</p>'
