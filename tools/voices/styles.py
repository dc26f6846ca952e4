"""How each emotion may sound: the ranges in which a recipe is sought.

They follow what acted speech shows when it is measured against the same speakers' neutral (RAVDESS, normal
and strong): anger +2.5 to +7 semitones and 3 to 7 dB more between 1 and 4 kHz; joy nearly the same pitch
with less brightness; fear +4 to +7 with little lengthening; surprise +4 to +5 with the widest movement and
an end that stays up; disgust +1 to +4 and drawn out by a third; sadness unmoved, or +4 where it weeps,
darker and breathy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools.voices.shaping import Recipe

Span = tuple[float, float]
Style = Mapping[str, Span]
"""Field of a Recipe -> (lowest, highest); ``field@position`` is one point of a contour."""

_COLOUR: Style = {f"colour@{hertz}": (-7, 7) for hertz in (200, 500, 1200, 2500, 4500, 7000)}


def _style(pitch: Span, range_: Span, stretch: Span, end: Span, **others: Span) -> Style:
    """The ranges that every emotion has, and those of its own; ``end`` are semitones of the last sounds."""
    return {
        "pitch": pitch,
        "range": range_,
        "stretch@0": stretch,
        "stretch@1": (stretch[0], stretch[1] + 0.2),
        "contour@0": (-2.5, 2.5),
        "contour@0.3": (-2.5, 3.5),
        "contour@0.6": (-2.5, 3.5),
        "contour@0.8": (-2.5, 3.5),
        "contour@1": end,
        "loudness@0": (-4, 2),
        "loudness@0.5": (-1, 3),
        "loudness@1": (-8, 3),
        "formant": (0.94, 1.1),
        "accent": (0.8, 1.4),
        "room": (-60, -34),
        **_COLOUR,
        **others,
    }


STYLES: dict[str, Style] = {
    "anger": _style(
        (1, 8),
        (1.0, 2.0),
        (0.85, 1.2),
        (-4, 2),
        drive=(0, 0.9),
        jitter=(0, 0.02),
        creak=(0, 0.15),
    ),
    "disgust": _style(
        (-2, 5),
        (0.9, 2.0),
        (1.0, 1.5),
        (-5, 2),
        breath=(-30, -10),
        creak=(0, 0.35),
        jitter=(0, 0.025),
        drive=(0, 0.5),
    ),
    "fear": _style(
        (2, 9),
        (0.6, 1.6),
        (0.8, 1.2),
        (-3, 4),
        breath=(-30, -10),
        vibrato=(0, 0.8),
        tremolo=(0, 0.5),
        shake_hz=(5.5, 9),
        jitter=(0, 0.03),
    ),
    "joy": _style((1, 8), (1.1, 2.2), (0.85, 1.2), (-4, 4), drive=(0, 0.5), vibrato=(0, 0.25)),
    "neutral": _style((-1, 1), (0.7, 1.1), (0.95, 1.1), (-2, 0)),
    "sadness": _style(
        (-2, 6),
        (0.5, 1.5),
        (1.05, 1.5),
        (-4, 1),
        breath=(-24, -8),
        vibrato=(0, 0.5),
        tremolo=(0, 0.35),
        shake_hz=(4, 6.5),
        creak=(0, 0.2),
        jitter=(0, 0.02),
    ),
    "surprise": _style((2, 9), (1.2, 2.4), (0.8, 1.15), (0, 8), breath=(-36, -14), drive=(0, 0.3)),
}


def to_record(values: Mapping[str, float]) -> dict[str, Any]:
    """Values by the names of a Style -> a recipe as plain JSON values, contours put together."""
    record: dict[str, Any] = {}
    for name, value in values.items():
        field, _, position = name.partition("@")
        if position:
            record.setdefault(field, []).append([float(position), round(value, 3)])
        else:
            record[field] = round(value, 3)
    return record


def strain(recipe: Recipe) -> float:
    """How far a recipe bends the synthetic voice, 0 for not at all: the less, the more natural it sounds."""
    colour = sum(abs(gain) for _, gain in recipe.colour) / max(1, len(recipe.colour))
    stretch = sum(abs(value - 1) for _, value in recipe.stretch) / max(1, len(recipe.stretch))
    parts = (
        abs(recipe.pitch - 1) / 12,
        abs(recipe.range - 1) / 4,
        stretch,
        5 * recipe.jitter,
        1.5 * recipe.creak,
        recipe.tremolo / 2,
        recipe.vibrato / 3,
        colour / 20,
        recipe.drive / 3,
        2 * abs(recipe.formant - 1),
        max(0.0, recipe.breath + 20) / 30,
        max(0.0, recipe.room + 45) / 40,
        0.3 if recipe.engine == "espeak" else 0.0,
    )
    return sum(parts)
