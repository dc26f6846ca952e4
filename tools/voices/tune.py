"""Choose the recipes of the examples: ``python -m tools.voices.synthesise --tune``.

The models' own reading of the voice decides. For each example the ranges of its style are searched by the
cross-entropy method (Rubinstein 1999) from a fixed seed: draw, keep the best, draw around them. Of the
recipes that are read as intended, the one is taken in which the recogniser hears the written words, surely,
and which bends the voice least. So the examples show what the bench does and prove nothing about its
accuracy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from crossmodal.audio.conditioning import condition
from crossmodal.data.text import text_key
from crossmodal.errors import InputError
from crossmodal.examples.specs import read_specs, write_specs
from crossmodal.pipeline import Pipeline
from crossmodal.types import EMOTIONS, SAMPLE_RATE, Array, FloatArray, Transcript, Utterance
from tools.voices.shaping import Recipe
from tools.voices.styles import STYLES, Style, strain, to_record
from tools.voices.synthesise import say, synthesise

ReadVoice = Callable[[FloatArray], float]
"""Samples -> probability of the intended emotion. Raises InputError where there is no speech."""
Hear = Callable[[FloatArray], Transcript]

ENOUGH = 0.85
"""A voice read as intended with this probability needs no more; beyond it, sounding natural counts."""
SHORTEST_SECONDS = 1.0
GENERATIONS, BROOD, PARENTS = 8, 20, 6
LISTENED = 10


@dataclass(frozen=True, slots=True)
class Candidate:
    """One recipe that was tried, as a point in the unit cube and as JSON values, with what came of it."""

    point: Array
    voice: int
    record: Mapping[str, Any]
    samples: FloatArray
    probability: float

    @property
    def score(self) -> float:
        """Read as intended first; among those that are, the least bent."""
        reading = float(np.log(min(self.probability, ENOUGH) + 1e-6))
        return reading - 0.3 * strain(Recipe.from_record(self.record))


@dataclass(slots=True)
class Search:
    """The recipes tried so far for one example."""

    text: str
    style: Style
    voices: Sequence[Sequence[str]]
    read: ReadVoice
    random: np.random.Generator
    tried: list[Candidate] = field(default_factory=list)

    def best(self, count: int) -> list[Candidate]:
        """The best so far."""
        return sorted(self.tried, key=lambda item: -item.score)[:count]

    def attempt(self, point: Array, voice: int) -> None:
        """Make one clip and have it read; what gives no usable clip is forgotten."""
        ranges = self.style.items()
        values = {name: low + u * (high - low) for (name, (low, high)), u in zip(ranges, point, strict=True)}
        engine, name = self.voices[voice]
        record = {"engine": engine, "voice": name, **to_record(values)}
        samples = synthesise(self.text, Recipe.from_record(record)).astype(np.float32)
        if len(samples) < SHORTEST_SECONDS * SAMPLE_RATE:
            return
        try:
            self.tried.append(Candidate(point, voice, record, samples, self.read(samples)))
        except InputError:
            return

    def first_brood(self) -> None:
        """Twice a brood, anywhere, every voice in turn."""
        for number in range(2 * BROOD):
            self.attempt(self.random.random(len(self.style)), number % len(self.voices))

    def next_brood(self) -> None:
        """Around the best so far."""
        parents = self.best(PARENTS)
        points = np.array([parent.point for parent in parents])
        mean, spread = points.mean(axis=0), points.std(axis=0) + 0.05
        for _ in range(BROOD):
            parent = parents[int(self.random.integers(len(parents)))]
            point = 0.5 * (mean + parent.point) + spread * self.random.standard_normal(len(self.style))
            self.attempt(np.clip(point, 0, 1), parent.voice)


def choose(spec: Mapping[str, Any], read: ReadVoice, hear: Hear, *, seed: int = 0) -> tuple[Candidate, Transcript]:
    """The best recipe for one example, and what the recogniser hears in it."""
    style = STYLES[spec["voice_intended"]]
    search = Search(spec["text"], style, spec["voices"], read, np.random.default_rng(seed))
    search.first_brood()
    for _ in range(GENERATIONS):
        search.next_brood()
    listened = [(item, hear(item.samples)) for item in search.best(LISTENED)]

    def worth(pair: tuple[Candidate, Transcript]) -> float:
        right = text_key(pair[1].text) == text_key(spec["text"])
        return pair[0].score + 0.5 * pair[1].confidence - (0.0 if right else 1.0)

    return max(listened, key=worth)


def tune(pipeline: Pipeline, keys: Sequence[str] = ()) -> None:
    """Choose anew the recipes of all examples or of those named, and write them into the list of examples."""
    specs = read_specs()
    for spec in specs:
        if keys and spec["key"] not in keys:
            continue
        label = EMOTIONS.index(spec["voice_intended"])
        best, heard = choose(spec, partial(_probability, pipeline, label), partial(_hear, pipeline))
        spec["recipe"] = dict(best.record)
        write_specs(specs)
        say(f"{spec['key']:<10} {spec['voice_intended']} {best.probability:.2f}  hears {heard.text!r}")


def _probability(pipeline: Pipeline, label: int, samples: FloatArray) -> float:
    reading = pipeline.predict(Utterance({"speech": condition(samples)})).predictions["speech"]
    return float(reading.probabilities["emotion"][label])


def _hear(pipeline: Pipeline, samples: FloatArray) -> Transcript:
    return pipeline.transcriber(condition(samples))
