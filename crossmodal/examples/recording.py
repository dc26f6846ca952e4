"""The example recording: the example voices one after the other, as a finished timeline.

It is composed of the evidence of each, so nothing is encoded and no audio is stored twice: a line plays its clip.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from crossmodal.examples import Example, load_examples
from crossmodal.timeline.types import PEAKS_PER_SECOND, Recording, UtteranceLine
from crossmodal.types import Evidence

PAUSES = (0.8, 1.3, 0.6, 1.6)
"""Seconds before each voice, over and over."""


def example_recording(evidence: Callable[[Example], Evidence] = lambda example: example.evidence) -> Recording:
    """All example voices as one recording; ``evidence`` gives that of each."""
    lines, peaks, at = [], list[float](), 0.0
    for index, example in enumerate(load_examples().values()):
        at += PAUSES[index % len(PAUSES)]
        lines.append(_line(example, evidence(example), at))
        peaks += [0.0] * (round(at * PEAKS_PER_SECOND) - len(peaks)) + _peaks(example)
        at += example.seconds
    at += PAUSES[0]
    peaks += [0.0] * (round(at * PEAKS_PER_SECOND) - len(peaks))
    return Recording(tuple(lines), tuple(peaks), round(at, 3), lines[0].evidence.model_hash)


def _line(example: Example, evidence: Evidence, at: float) -> UtteranceLine:
    start, end = at + example.segments[0][0], at + example.segments[-1][1]
    heard = evidence.transcript
    moved = replace(evidence, transcript=heard.later(at) if heard else None)
    return UtteranceLine(round(start, 3), round(end, 3), moved, example.text, example.text, example.audio)


def _peaks(example: Example) -> list[float]:
    """The outline of an example at the resolution of a recording's."""
    count, known = max(1, round(example.seconds * PEAKS_PER_SECOND)), example.envelope
    return [max(known[i * len(known) // count : (i + 1) * len(known) // count]) for i in range(count)]
