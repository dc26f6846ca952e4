"""Where the decision flips, in words: one sentence, and a badge for how firm the present decision is."""

from __future__ import annotations

from itertools import groupby

from crossmodal.explain.flips import GRID, Flips, Segment
from crossmodal.i18n.translator import Translator
from crossmodal.types import TASKS
from crossmodal.ui.numbers import number

EDGE = 0.02
"""Two steps of the slider, or less, from a flip: on the edge."""
NEAR = 0.10
"""A tenth of the slider's way, or less, from a flip: near it."""

_ROUNDING = 1e-9
_SLIVER = 0.005
"""Segments narrower than half a step of the slider are left out of the sentence, but for the present one."""

_MAIN = next(iter(TASKS))


def stability(flips: Flips, alpha: float) -> str:
    """How firm the decision at ``alpha`` is: "edge", "near" or "firm"; its wording is ``flip.<level>``."""
    distance = flips.distance(alpha)
    if distance is None or distance > NEAR + _ROUNDING:
        return "firm"
    return "edge" if distance <= EDGE + _ROUNDING else "near"


def sentence(say: Translator, flips: Flips, alpha: float) -> str:
    """Which emotion wins up to which weight of the first modality, and how far the nearest flip is from ``alpha``."""
    modality = say.modality(flips.modalities[0])
    *before, last = _told(flips, alpha)
    distance = flips.distance(alpha)
    if not before or distance is None:
        return say("flip.always", label=say.label(_MAIN, last.label), modality=modality)
    until = say("flip.comma").join(
        say("flip.until", label=say.label(_MAIN, segment.label), point=number(segment.end)) for segment in before
    )
    values = {"until": until, "last": say.label(_MAIN, last.label), "distance": number(distance)}
    return say("flip.sentence", modality=modality, **values)


def provenance(say: Translator, flips: Flips) -> str:
    """What must be said of flips that were searched for; nothing for exact ones."""
    return "" if flips.exact else say("flip.searched", points=GRID)


def _told(flips: Flips, alpha: float) -> list[Segment]:
    """The segments worth telling: without slivers, neighbours of one label as one."""
    present = flips.at(alpha)
    wide = [segment for segment in flips.segments if segment.end - segment.start >= _SLIVER or segment == present]
    runs = [list(run) for _, run in groupby(wide, key=lambda segment: segment.label)]
    return [Segment(run[0].start, run[-1].end, run[0].label) for run in runs]
