"""Numbers and dates as the page writes them. Pure functions; a minus sign is U+2212, never a hyphen.

``components/shared/arithmetic.js`` has ``number`` and ``percent`` again, for what is drawn in the browser.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable

MINUS = "\u2212"
_LEAST_WHOLE_POINT = 0.95
"""A difference smaller than this many points is written with one decimal."""


def number(value: float) -> str:
    """A weight or a probability at two digits: .62, or 1."""
    text = f"{value:.2f}"
    return {"1.00": "1", "-1.00": "-1"}.get(text, text.replace("0.", ".", 1))


def metric(value: float) -> str:
    """A metric between 0 and 1 at three digits: .812."""
    return f"{value:.3f}".removeprefix("0")


def shortest(value: float) -> str:
    """A setting with the digits that it needs and no more: .05, or 2."""
    return f"{value:g}".removeprefix("0") if value < 1 else f"{value:g}"


def percent(probability: float) -> str:
    """A probability in whole percent, with "<1" for a small one that would round to 0."""
    whole = round(100 * probability)
    return "<1" if whole == 0 and probability > 0.0005 else str(whole)


def percent_tenths(value: float) -> str:
    """A figure between -1 and 1 in percent at one decimal, without a plus sign: 61.8."""
    return f"{100 * value:.1f}".replace("-", MINUS)


def signed_tenths(change: float) -> str:
    """A difference of probabilities in percentage points at one decimal, with its sign: +1.2."""
    return f"{100 * change:+.1f}".replace("-", MINUS)


def points(change: float) -> str:
    """A difference of probabilities in points with its sign: +12, or +0.4 where it is below one."""
    size = abs(100 * change)
    rounded = f"{size:.{0 if size >= _LEAST_WHOLE_POINT else 1}f}"
    if float(rounded) == 0.0:
        return "0"
    return ("+" if change > 0 else MINUS) + rounded


def whole_points(change: float, zero: str = "0") -> str:
    """A difference of probabilities in whole percentage points with its sign: +12; ``zero`` is how none is written."""
    rounded = round(100 * change)
    return zero if rounded == 0 else f"{rounded:+d}".replace("-", MINUS)


def interval(low: float, high: float, write: Callable[[float], str] = metric) -> str:
    """The two ends of an interval with an en dash between them: .790 to .833."""
    return f"{write(low)}\u2013{write(high)}"


def with_interval(value: float, low: float, high: float) -> str:
    """A figure at three digits with its interval at two: .725 (.65 to .79)."""
    return f"{metric(value)} ({interval(low, high, number)})"


def utc_date(seconds: float) -> str:
    """A time in epoch seconds as its date in UTC: 2026-05-01."""
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%d")
