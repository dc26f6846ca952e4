"""Where the decision flips, in words: one sentence, and a badge for how firm the present decision is.

``components/shared/flipbar.js`` says the same of the mixer, in the same wordings of the catalogue.
"""

from __future__ import annotations

from itertools import groupby, pairwise

from crossmodal.explain.flips import Flips, Segment
from crossmodal.i18n.translator import Translator
from crossmodal.types import MAIN_TASK
from crossmodal.ui.numbers import number

EDGE = 0.02
"""Two steps of the slider, or less, from a flip: on the edge."""
NEAR = 0.10
"""A tenth of the slider's way, or less, from a flip: near it."""

_ROUNDING = 1e-9
_SLIVER = 0.005
"""Segments narrower than half a step of the slider are left out of the sentence, but for the present one."""


def stability(flips: Flips, alpha: float) -> str:
    """How firm the decision at ``alpha`` is: "edge", "close" or "steady"; its wording is ``flips.<level>``."""
    distance = flips.distance(alpha)
    if distance is None or distance > NEAR + _ROUNDING:
        return "steady"
    return "edge" if distance <= EDGE + _ROUNDING else "close"


def badge(say: Translator, flips: Flips, alpha: float) -> str:
    """How firm the decision at ``alpha`` is, in words: how far the next label is, and which it is."""
    distance = flips.distance(alpha)
    if distance is None:
        return say("flips.never")
    return say(
        f"flips.{stability(flips, alpha)}", distance=number(distance), label=say.label(MAIN_TASK, _next(flips, alpha))
    )


def sentence(say: Translator, flips: Flips, alpha: float) -> str:
    """Which emotion wins up to which weight of the first modality; ``alpha`` is the present one."""
    axis = say("flips.axis", modality=say.modality(flips.modalities[0]))
    *before, last = [(say.label(MAIN_TASK, segment.label), segment.end) for segment in _worth_saying(flips, alpha)]
    if not before:
        return f"{axis} {say('flips.always', label=last[0])}"
    parts = [say("flips.until", label=label, at=number(end)) for label, end in before]
    return f"{axis} {say('flips.join').join([*parts, say('flips.last', label=last[0])])}"


def provenance(say: Translator, flips: Flips) -> str:
    """The note on flips that were searched for numerically; empty for exact ones."""
    return "" if flips.exact else say("flips.searched")


def _next(flips: Flips, alpha: float) -> str:
    """The label on the other side of the nearest flip."""
    point = flips.nearest(alpha)
    before, after = next(pair for pair in pairwise(flips.segments) if pair[1].start == point)
    return after.label if alpha < after.start else before.label


def _worth_saying(flips: Flips, alpha: float) -> list[Segment]:
    """The segments without slivers, neighbours of one label as one."""
    present = flips.at(alpha)
    wide = [segment for segment in flips.segments if segment.end - segment.start >= _SLIVER or segment == present]
    runs = [list(run) for _, run in groupby(wide, key=lambda segment: segment.label)]
    return [Segment(run[0].start, run[-1].end, run[0].label) for run in runs]
