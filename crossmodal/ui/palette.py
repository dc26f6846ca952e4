"""One colour per emotion, the same everywhere; one set for each theme.

Found by search in OKLCH over fixed hues: every colour has a contrast of at least 3:1 against its background, and any
two stay apart under protanopia, deuteranopia and tritanopia. Text is never drawn in them.
"""

from __future__ import annotations

from collections.abc import Mapping

BACKGROUND = {"light": "#fbfaf7", "dark": "#15171a"}

EMOTION_COLOURS: Mapping[str, Mapping[str, str]] = {
    "light": {
        "anger": "#c04320",
        "disgust": "#204814",
        "fear": "#723885",
        "joy": "#ba8516",
        "neutral": "#626469",
        "sadness": "#0c95ec",
        "surprise": "#558d75",
    },
    "dark": {
        "anger": "#d33a06",
        "disgust": "#bedf84",
        "fear": "#794cbc",
        "joy": "#e58d00",
        "neutral": "#aaaab0",
        "sadness": "#3b9afc",
        "surprise": "#01877c",
    },
}

INK = {"light": "#1d1f21", "dark": "#e9e7e2"}


def colour(theme: str, emotion: str) -> str:
    """The colour of an emotion; ink for one that has none yet."""
    return EMOTION_COLOURS[theme].get(emotion, INK[theme])
