"""Choose the recipes of the examples with the models' own reading of the voice.

For each example: some recipes drawn within the style of the intended emotion by a fixed seed, then neighbours of the best.
Of those that are read as intended, the one is taken in which the recogniser hears exactly the written words, surely, and
which bends the voice least.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from crossmodal.datasets import text_key
from crossmodal.errors import InputError
from crossmodal.examples.shaping import Recipe
from crossmodal.examples.styles import STYLES, Style, draw, strain, vary
from crossmodal.examples.synthesise import synthesise
from crossmodal.types import Array, FloatArray, Transcript

ReadVoice = Callable[[FloatArray], float]
"""Samples -> probability of the intended emotion."""
Hear = Callable[[FloatArray], Transcript]

ENOUGH = 0.85
"""A voice read as intended with this probability needs no more; beyond it, sounding natural counts."""
SHORTEST_SECONDS = 0.8
LISTENED = 16


@dataclass(frozen=True, slots=True)
class Candidate:
    """One recipe that was tried, its samples, and the probability of the intended emotion."""

    record: Mapping[str, Any]
    samples: FloatArray
    probability: float

    @property
    def score(self) -> float:
        """Read as intended first; among those that are, the least bent."""
        return min(self.probability, ENOUGH) - 0.12 * strain(self.record)


def _try(text: str, record: Mapping[str, Any], read: ReadVoice) -> Candidate | None:
    """None where the result is no usable clip."""
    samples: Array = synthesise(text, Recipe.from_record(record))
    ready = samples.astype(np.float32)
    if len(ready) < (SHORTEST_SECONDS + 0.2) * 16_000:
        return None
    try:
        return Candidate(record, ready, read(ready))
    except InputError:
        return None


def _search(
    text: str, style: Style, voices: list[list[str]], read: ReadVoice, draws: int, seed: int
) -> Iterator[Candidate]:
    """Half of the candidates drawn freely, half around the best so far."""
    random = np.random.default_rng(seed)
    found: list[Candidate] = []
    for number in range(draws):
        if number < draws // 2 or not found:
            record = draw(style, voices, random)
        else:
            best = sorted(found, key=lambda item: -item.score)[:4]
            record = vary(best[int(random.integers(len(best)))].record, style, random)
        candidate = _try(text, record, read)
        if candidate:
            found.append(candidate)
            yield candidate


def choose(
    spec: Mapping[str, Any], read: ReadVoice, hear: Hear, *, draws: int = 80, seed: int = 0
) -> tuple[Candidate, Transcript]:
    """The best recipe for one example, and what the recogniser hears in it."""
    style, voices = STYLES[spec["voice_intended"]], spec["voices"]
    ranked = sorted(_search(spec["text"], style, voices, read, draws, seed), key=lambda item: -item.score)
    listened = [(item, hear(item.samples)) for item in ranked[:LISTENED]]

    def worth(pair: tuple[Candidate, Transcript]) -> float:
        right = text_key(pair[1].text) == text_key(spec["text"])
        return pair[0].score + 0.3 * pair[1].confidence - (0 if right else 0.5)

    return max(listened, key=worth)
