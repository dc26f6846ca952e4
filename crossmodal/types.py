"""The nouns of the project: what flows from bytes to a fused emotion. Imports nothing of ours but the errors.

Dimensions are named alike everywhere: B batch, L encoder layers, T frames or tokens, H encoder width, D width of the
shared space, C classes of a task, n modalities.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
FloatArray = NDArray[np.float32]

SAMPLE_RATE = 16_000
"""Samples per second of every waveform behind the decoder, in Hz."""

EMOTIONS = ("anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise")
SENTIMENTS = ("negative", "neutral", "positive")
EMOTION, SENTIMENT = "emotion", "sentiment"
"""The names of the tasks."""
TASKS: Mapping[str, tuple[str, ...]] = {EMOTION: EMOTIONS, SENTIMENT: SENTIMENTS}
"""Task -> its classes, in the order of every probability vector."""
MAIN_TASK = EMOTION
"""The task that names the label, and whose predictions decide the weights in use."""

PRIORS = ("model", "even")
"""The class prior of a fused prediction: that of the models, or the uniform one (whose name in links is "even")."""


def finite(values: Array) -> Array:
    """The values unchanged. Raises FloatingPointError where one is not a finite number: an error of the model."""
    if not np.isfinite(values).all():
        raise FloatingPointError("a reading is not finite")
    return values


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word: times in seconds from the start of the waveform, probability in [0, 1]."""

    text: str
    start: float
    end: float
    probability: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """What the speech recogniser heard. ``confidence`` is the mean word probability, 0 where nothing was heard."""

    text: str
    words: tuple[Word, ...] = ()
    confidence: float = 0.0

    def later(self, seconds: float) -> Transcript:
        """The same words with their times moved by ``seconds``, as to the time axis of a recording."""
        words = (replace(word, start=word.start + seconds, end=word.end + seconds) for word in self.words)
        return replace(self, words=tuple(words))


@dataclass(frozen=True, slots=True)
class Waveform:
    """Speech, ready for the encoder: float32 mono at SAMPLE_RATE, shape (samples,).

    ``segments`` are the intervals of speech as (start, end) in seconds within ``samples``; ``offset`` is where
    ``samples`` starts in the source clip, in seconds.
    """

    samples: FloatArray
    segments: tuple[tuple[float, float], ...] = ()
    offset: float = 0.0

    @property
    def seconds(self) -> float:
        """Length of the prepared waveform in seconds."""
        return len(self.samples) / SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Utterance:
    """One thing said: modality -> its preprocessed input (a Waveform for speech, a str for text)."""

    inputs: Mapping[str, Any]
    transcript: Transcript | None = None


@dataclass(frozen=True, slots=True)
class ModalityPrediction:
    """The prediction of one modality alone.

    ``embedding`` is z_i, shape (D,), of unit length; ``logits`` are theta(z_i) and ``probabilities`` their softmax at
    the modality's temperature, each a mapping task -> (C,). ``parts`` are the segment embeddings in their
    order, of windows of speech or of tokens, (S, D) with 1 <= S <= 16; None where only the whole was embedded.
    """

    modality: str
    embedding: Array
    logits: Mapping[str, Array]
    probabilities: Mapping[str, Array]
    parts: Array | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """The result of the slow part for an utterance, and all that the fast part needs.

    ``predictions`` holds the present modalities alone, ``cost`` is stage -> milliseconds, and ``model_hash`` names the
    models.
    """

    predictions: Mapping[str, ModalityPrediction]
    model_hash: str = ""
    transcript: Transcript | None = None
    cost: Mapping[str, float] = field(default_factory=dict)

    def checked(self) -> Evidence:
        """The evidence unchanged. Raises FloatingPointError where a probability is not a finite number."""
        for prediction in self.predictions.values():
            for values in prediction.probabilities.values():
                finite(values)
        return self


@dataclass(frozen=True, slots=True)
class FusionSettings:
    """What a user can set: weights alpha_i >= 0 by modality (an absent name means 1), rule, temperature > 0, prior.

    ``temperature`` divides the fused log-probabilities: below 1 it sharpens, above 1 it flattens. ``prior`` is one of
    PRIORS.
    """

    alpha: Mapping[str, float] = field(default_factory=dict)
    rule: str = "linear"
    temperature: float = 1.0
    prior: str = "model"


@dataclass(frozen=True, slots=True)
class FusionResult:
    """A fused prediction: task -> (C,) probabilities, with the effective weights (they sum to 1)."""

    probabilities: Mapping[str, Array]
    alpha_used: Mapping[str, float]
    rule: str
    label: str
    runner_up: str
    margin: float
    """Probability of ``label`` less that of ``runner_up``."""
