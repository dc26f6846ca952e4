"""A prediction as bars, before it is drawn: as HTML on the page (``html.bars``), as SVG in files (``svg.bars_svg``)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crossmodal.i18n.translator import Translator
from crossmodal.types import EMOTION, TASKS, Array
from crossmodal.ui.numbers import percent


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, its probability, its colour in CSS."""

    label: str
    probability: float
    colour: str


def emotion_bars(say: Translator, values: Array, colour: Callable[[str], str]) -> list[Bar]:
    """Probabilities of the emotions (C,) as bars; ``colour`` gives the colour of an emotion."""
    named = zip(TASKS[EMOTION], values, strict=True)
    return [Bar(say.label(EMOTION, label), float(p), colour(label)) for label, p in named]


def highest(bars: Sequence[Bar]) -> int:
    """The index of the highest bar, of equal ones the first."""
    return max(range(len(bars)), key=lambda index: bars[index].probability)


def in_words(say: Translator, name: str, bars: Sequence[Bar]) -> str:
    """The bars as one sentence, as their text alternative; ``name`` is that of the modality or the result."""
    return say("bars.alt", name=name, values=", ".join(f"{bar.label} {percent(bar.probability)} %" for bar in bars))
