"""What "why this answer" needs of the models: computed once for an input, and kept in the visitor's session.

What follows a slider is arithmetic on these z alone; it needs neither audio nor models.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from crossmodal import limits
from crossmodal.audio import preprocess
from crossmodal.audio.decoder import shared_decoder
from crossmodal.audio.prosody import Prosody, measure
from crossmodal.data.phrasebook import load_phrasebook
from crossmodal.engine import Engine
from crossmodal.explain.counterfactuals import windows
from crossmodal.explain.leave_one_out import (
    MAX_POSITIONS,
    Span,
    Substitution,
    content_words,
    discriminative_words,
    split_spans,
    substitutions,
    without_each,
)
from crossmodal.modalities import TEXT
from crossmodal.text import preprocess as preprocess_text
from crossmodal.timing import StageCallback
from crossmodal.types import MAIN_TASK, Array, Waveform, finite
from crossmodal.ui.samples import DisplayClip, Sample, digest
from crossmodal.ui.session_cache import Result, remember

if TYPE_CHECKING:
    from crossmodal.pipeline import Pipeline

_BATCH = 64
"""Texts embedded in one turn at the gate, so that other sessions do not wait for all of them."""

_vocabularies: MutableMapping[Engine, tuple[str, ...]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class OcclusionScores:
    """A voice without each of its ``intervals`` of time, as z (M, D), and how it sounds.

    ``offset`` is where the waveform begins in what the page plays, in seconds.
    """

    intervals: tuple[tuple[float, float], ...]
    z: Array
    offset: float
    prosody: Prosody


@dataclass(frozen=True, slots=True)
class WordScores:
    """A text in ``parts``, and without each of them as z (M, D); no rows for a text of one part."""

    parts: tuple[Span, ...]
    z: Array

    @property
    def grouped(self) -> bool:
        """Whether the text is so long that neighbouring words stand in one part."""
        return any(len(part.core.split()) > 1 for part in self.parts)


@dataclass(frozen=True, slots=True)
class Substitutions:
    """Texts with another word at one position, and their z (R, D)."""

    tried: tuple[Substitution, ...]
    z: Array


def moments(engine: Engine, sample: Sample, clip: DisplayClip, progress: StageCallback) -> OcclusionScores:
    """The voice of an input, moment by moment. Raises CrossmodalError."""

    def work(pipeline: Pipeline) -> OcclusionScores:
        progress("why_time")
        waveform = _waveform_of(clip)
        intervals = windows(waveform.seconds)
        z = pipeline.embed_masked(waveform, intervals)
        offset = waveform.offset if clip.shipped else 0.0  # a visitor's clip is played as it was embedded
        return OcclusionScores(intervals, finite(z), offset, measure(waveform))

    return _keep(digest("moments", engine.model_hash, sample.key), lambda: engine.run(work, progress))


def words(engine: Engine, said: str, progress: StageCallback) -> WordScores:
    """A text without each of its words, all in one batch. Raises CrossmodalError."""

    def work(pipeline: Pipeline) -> WordScores:
        progress("why_words")
        parts = split_spans(preprocess_text(said))
        left = without_each(parts)
        return WordScores(parts, finite(pipeline.embed_texts(left) if left else _no_rows(engine)))

    return _keep(digest("words", engine.model_hash, said), lambda: engine.run(work, progress))


def tried(engine: Engine, said: str, left_out: WordScores, whole: Array, progress: StageCallback) -> Substitutions:
    """A text with other words at the positions whose word moves it most; ``whole`` is z (D,) of the unchanged text.

    Raises CrossmodalError.
    Which positions are tried depends on the words alone and on no setting, so it is computed once.
    """

    def make() -> Substitutions:
        progress("why_swaps")
        nearness = left_out.z @ whole if len(left_out.z) else np.zeros(len(left_out.parts))
        most = 0 if left_out.grouped else MAX_POSITIONS  # one word for several would be no change of one word
        positions = sorted(np.argsort(nearness, kind="stable")[:most].tolist())
        swaps = substitutions(left_out.parts, positions, vocabulary(engine))
        return Substitutions(tuple(swaps), _read_all(engine, [swap.text for swap in swaps]))

    return _keep(digest("swaps", engine.model_hash, said), make)


def vocabulary(engine: Engine) -> tuple[str, ...]:
    """The words that are tried as substitutions: the most discriminative of the phrasebook, by these models.

    Found once for each engine, as it does not depend on a visitor's input. Raises CrossmodalError.
    """
    if engine not in _vocabularies:
        known = content_words(phrase.text for phrase in load_phrasebook())
        prediction = engine.calibration.predict(TEXT, _read_all(engine, known))
        _vocabularies[engine] = discriminative_words(known, prediction.probabilities[MAIN_TASK])
    return _vocabularies[engine]


# --- the session and the encoders -----------------------------------------------------------------------------------


def _keep(key: str, make: Callable[[], Result]) -> Result:
    return remember("_reasons", key, make, limits.MAX_SESSION_EXPLANATIONS)


def _read_all(engine: Engine, texts: Sequence[str]) -> Array:
    """The z (N, D) of many texts, each batch in a turn of its own."""
    batches = [_no_rows(engine)]
    for start in range(0, len(texts), _BATCH):
        batches.append(engine.run(partial(_read, texts[start : start + _BATCH])))
    return finite(np.concatenate(batches))


def _read(texts: Sequence[str], pipeline: Pipeline) -> Array:
    return pipeline.embed_texts(texts)


def _no_rows(engine: Engine) -> Array:
    return np.zeros((0, engine.calibration.weight[MAIN_TASK].shape[1]))


def _waveform_of(clip: DisplayClip) -> Waveform:
    """The waveform that was embedded: that of this session, or decoded anew from an example or a shared clip."""
    if isinstance(clip.source, Waveform):
        return clip.source
    if isinstance(clip.source, Path):
        return preprocess(clip.source.read_bytes())
    return Waveform(shared_decoder()(clip.source), clip.segments)
