"""How each emotion may sound: the ranges in which a recipe is sought.

They follow what acted speech shows when it is measured against the same speakers' neutral (RAVDESS, normal and strong):
anger +2.5 to +7 semitones and 3 to 7 dB more between 1 and 4 kHz; joy the same pitch with less brightness; fear +4 to
+7 with little lengthening; surprise +4 to +5 with the widest movement and an end that stays up; disgust +1 to +4 and
drawn out by a third; sadness unmoved or +4 when it weeps, darker and breathy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from crossmodal.examples.shaping import Points, Recipe


@dataclass(frozen=True, slots=True)
class Style:
    """Where to look: field -> (lowest, highest), and field -> contours of which one is taken."""

    ranges: Mapping[str, tuple[float, float]]
    contours: Mapping[str, tuple[Points, ...]]


def _steady(*values: float) -> tuple[Points, ...]:
    """Durations that stay the same over the utterance."""
    return tuple(((0.0, value), (1.0, value)) for value in values)


_FALL: Points = ((0.0, 1.5), (1.0, -1.5))
_LEVEL: Points = ((0.0, -1.0), (1.0, 1.0))
_ARCH: Points = ((0.0, -1.0), (0.4, 2.5), (1.0, -2.0))
_RISE: Points = ((0.0, -1.0), (0.7, 0.5), (1.0, 5.0))
_SWING: Points = ((0.0, 0.0), (0.25, 3.0), (0.5, -1.5), (0.75, 3.0), (1.0, -1.0))
_WEEP: Points = ((0.0, 0.0), (0.35, 2.5), (0.6, 0.0), (0.8, 1.5), (1.0, -3.0))
_EVEN: Points = ()
_FADING: tuple[Points, ...] = (((0.0, 0.0), (1.0, -6.0)), ((0.0, 0.0), (0.6, -3.0), (1.0, -10.0)))
_SWELLING: tuple[Points, ...] = ((), ((0.0, -3.0), (0.5, 0.0), (1.0, 2.0)))

STYLES: dict[str, Style] = {
    "anger": Style(
        {"pitch": (2, 8), "range": (1.0, 2.0), "tilt": (1, 5), "drive": (0.2, 1.0), "accent": (1.0, 1.5),
         "jitter": (0, 0.02), "formant": (0.95, 1.08), "creak": (0, 0.15)},
        {"contour": (_EVEN, _LEVEL, _FALL, _SWING), "stretch": _steady(0.9, 1.0, 1.1, 1.2), "loudness": _SWELLING},
    ),
    "disgust": Style(
        {"pitch": (-1, 4), "range": (1.0, 2.0), "tilt": (-1, 3), "breath": (-28, -10), "creak": (0.05, 0.4),
         "jitter": (0, 0.025), "formant": (0.92, 1.08), "accent": (1.0, 1.5), "drive": (0, 0.4)},
        {"contour": (_EVEN, _FALL, _ARCH, _SWING), "stretch": _steady(1.15, 1.3, 1.45), "loudness": ((), *_FADING)},
    ),
    "fear": Style(
        {"pitch": (3, 9), "range": (0.7, 1.5), "vibrato": (0.1, 0.8), "tremolo": (0.05, 0.5), "shake_hz": (6, 9),
         "breath": (-26, -10), "tilt": (-1, 3), "jitter": (0.005, 0.03), "formant": (0.97, 1.12)},
        {"contour": (_EVEN, _LEVEL, _RISE, _SWING), "stretch": _steady(0.85, 0.95, 1.05, 1.15), "loudness": ((), *_FADING)},
    ),
    "joy": Style(
        {"pitch": (2, 8), "range": (1.2, 2.2), "tilt": (0, 3), "formant": (1.0, 1.12), "accent": (0.9, 1.4),
         "drive": (0, 0.4), "vibrato": (0, 0.2)},
        {"contour": (_EVEN, _ARCH, _SWING, _LEVEL), "stretch": _steady(0.9, 1.0, 1.1), "loudness": _SWELLING},
    ),
    "neutral": Style(
        {"pitch": (-1, 1), "range": (0.6, 1.1), "tilt": (-1, 1)},
        {"contour": (_EVEN, _FALL), "stretch": _steady(1.0, 1.1)},
    ),
    "sadness": Style(
        {"pitch": (-1, 5), "range": (0.5, 1.4), "tilt": (-4, 0), "breath": (-22, -7), "tremolo": (0, 0.35),
         "vibrato": (0, 0.5), "shake_hz": (4, 6), "creak": (0, 0.2), "jitter": (0, 0.02), "formant": (0.95, 1.05)},
        {"contour": (_FALL, _ARCH, _WEEP, _EVEN), "stretch": _steady(1.15, 1.3, 1.45, 1.6), "loudness": _FADING},
    ),
    "surprise": Style(
        {"pitch": (3, 8), "range": (1.2, 2.4), "tilt": (-1, 2), "breath": (-30, -14), "formant": (1.0, 1.12),
         "accent": (0.9, 1.3)},
        {"contour": (_RISE, _SWING, _ARCH, _LEVEL), "stretch": _steady(0.85, 0.95, 1.05, 1.15), "loudness": ((),)},
    ),
}  # fmt: skip


def draw(style: Style, voices: list[list[str]], random: np.random.Generator) -> dict[str, Any]:
    """One recipe within a style, as plain JSON values."""
    engine, voice = voices[int(random.integers(len(voices)))]
    record: dict[str, Any] = {"engine": engine, "voice": voice}
    for name, (low, high) in style.ranges.items():
        record[name] = round(float(random.uniform(low, high)), 3)
    for name, options in style.contours.items():
        record[name] = [list(point) for point in options[int(random.integers(len(options)))]]
    return record


def vary(record: Mapping[str, Any], style: Style, random: np.random.Generator) -> dict[str, Any]:
    """A neighbour: every number moved by about an eighth of its range, now and then another contour."""
    other = dict(record)
    for name, (low, high) in style.ranges.items():
        step = random.normal(0, (high - low) / 8)
        other[name] = round(float(np.clip(record[name] + step, low, high)), 3)
    for name, options in style.contours.items():
        if random.random() < 0.2:
            other[name] = [list(point) for point in options[int(random.integers(len(options)))]]
    return other


def strain(record: Mapping[str, Any]) -> float:
    """How far a recipe bends the synthetic voice, 0 for not at all: the less, the more natural it sounds."""
    recipe, plain = Recipe.from_record(record), Recipe()
    stretch = recipe.stretch[0][1] if recipe.stretch else 1.0
    return (
        abs(recipe.pitch - 1) / 12 + abs(recipe.range - plain.range) / 4 + abs(stretch - 1) + 4 * recipe.jitter
        + recipe.creak + recipe.tremolo / 2 + recipe.vibrato / 3 + abs(recipe.tilt) / 15 + recipe.drive / 3
        + max(0.0, recipe.breath + 20) / 30 + 2 * abs(recipe.formant - 1)
    )  # fmt: skip
