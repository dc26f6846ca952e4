"""One colour per emotion, the same everywhere; one set for each theme.

Found by search in OKLCH over fixed hues: every colour has a contrast of at least 4.5:1 against its background, and any
two stay apart under protanopia, deuteranopia and tritanopia. Text is never drawn in them.
"""

from __future__ import annotations

from collections.abc import Mapping

BACKGROUND = {"light": "#fbfaf7", "dark": "#15171a"}

EMOTION_COLOURS: Mapping[str, Mapping[str, str]] = {
    "light": {
        "anger": "#a0340c",
        "disgust": "#17370a",
        "fear": "#6e2f77",
        "joy": "#a96000",
        "neutral": "#717376",
        "sadness": "#3b71cb",
        "surprise": "#27624e",
    },
    "dark": {
        "anger": "#d35d29",
        "disgust": "#bde49f",
        "fear": "#956ad8",
        "joy": "#e0a003",
        "neutral": "#adaeb0",
        "sadness": "#69adfd",
        "surprise": "#259381",
    },
}

INK = {"light": "#1d1f21", "dark": "#e9e7e2"}
GREY = "#7b8086"
"""Stands out from either background; text takes its colour from the theme."""


def colour(theme: str, emotion: str) -> str:
    """The colour of an emotion; ink for an unknown one."""
    return EMOTION_COLOURS[theme].get(emotion, INK[theme])
