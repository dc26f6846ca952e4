"""The inputs of a session and the evidence of each.

A visitor's input is kept in that session alone, under its sha256: the encoders run once for an input, whatever sliders
do, and no cache is shared between sessions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from crossmodal import limits
from crossmodal.audio.files import envelope, to_wav
from crossmodal.engine import Engine
from crossmodal.examples import Example
from crossmodal.modalities import SPEECH, TEXT
from crossmodal.text import preprocess as preprocess_text
from crossmodal.timing import StageCallback
from crossmodal.types import Evidence, Utterance, Waveform, Word
from crossmodal.ui.session_cache import remember

if TYPE_CHECKING:
    from crossmodal.pipeline import Pipeline

_SLOT = "_subjects"
"""Where the samples lie in the session."""


@dataclass(frozen=True, slots=True)
class DisplayClip:
    """The audio of an input for drawing and playing.

    ``source`` is the Waveform that the encoder heard, for a clip that was read in this session; the FLAC file of a
    clip from a shared link; or the path of an example's file.
    """

    envelope: tuple[float, ...]
    segments: tuple[tuple[float, float], ...]
    seconds: float
    source: Waveform | bytes | Path

    @property
    def shipped(self) -> bool:
        """Whether it is the clip of an example and not a visitor's."""
        return isinstance(self.source, Path)

    def playable(self) -> bytes | Path:
        """The clip as a file that a browser plays."""
        return to_wav(self.source.samples) if isinstance(self.source, Waveform) else self.source


@dataclass(frozen=True, slots=True)
class Sample:
    """An input with its evidence. ``words`` is its text before any edit, ``edit`` the words put in their place.

    ``shipped`` marks a finished example, ``arrival`` numbers the inputs of a session, from 1.
    """

    key: str
    evidence: Evidence
    words: str
    clip: DisplayClip | None = None
    shipped: bool = False
    edit: str | None = None
    arrival: int = 0

    @property
    def from_example(self) -> bool:
        """Whether its clip is that of an example and not a visitor's."""
        return self.clip is not None and self.clip.shipped

    @property
    def edited(self) -> bool:
        """Whether its words were changed."""
        return self.edit is not None

    @property
    def said(self) -> str:
        """The present words, after any edit."""
        return self.words if self.edit is None else self.edit

    @property
    def timed_words(self) -> tuple[Word, ...]:
        """The transcribed words with their times; none where the words shown are others."""
        transcript = self.evidence.transcript
        return transcript.words if transcript and transcript.text == self.words and not self.edited else ()


def digest(*parts: str | bytes) -> str:
    """sha256 of the parts and their lengths, as hexadecimal digits: the key of an input in the session."""
    sha256 = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        sha256.update(len(data).to_bytes(8, "big") + data)
    return sha256.hexdigest()


def _remember(engine: Engine, name: str, make: Callable[[], Sample]) -> Sample:
    """The sample of that name with these models, made and numbered at its first use."""

    def numbered() -> Sample:
        sample = make()
        remembered: Mapping[str, Sample] = st.session_state.get(_SLOT, {})
        return replace(sample, arrival=1 + max((earlier.arrival for earlier in remembered.values()), default=0))

    return remember(_SLOT, f"{engine.model_hash} {name}", numbered, limits.MAX_SESSION_SAMPLES)


def read_example(engine: Engine, example: Example, progress: StageCallback) -> Sample:
    """An example with its shipped evidence; embedded anew only where other models are in use."""
    key = digest("example", example.key)
    clip = DisplayClip(example.envelope, example.segments, example.seconds, example.audio)
    if example.evidence.model_hash == engine.model_hash:
        return Sample(key, example.evidence, example.text, clip, shipped=True)

    def work(pipeline: Pipeline) -> Evidence:
        return example.read(pipeline, progress)

    return _remember(engine, key, lambda: Sample(key, engine.run(work, progress).checked(), example.text, clip))


def read_clip(engine: Engine, data: bytes, progress: StageCallback) -> Sample:
    """A recorded or uploaded clip, with the words that the recogniser hears in it. Raises CrossmodalError."""
    key = digest("clip", data)
    return _remember(engine, key, lambda: _read_clip(engine, key, data, progress))


def _read_clip(engine: Engine, key: str, data: bytes, progress: StageCallback) -> Sample:
    def work(pipeline: Pipeline) -> tuple[Utterance, Evidence]:
        return pipeline.embed_utterance(speech=data, progress=progress)

    utterance, evidence = engine.run(work, progress)
    words = evidence.transcript.text if evidence.transcript else ""
    return Sample(key, evidence.checked(), words, _clip(utterance))


def _clip(utterance: Utterance) -> DisplayClip:
    waveform = utterance.inputs[SPEECH]
    if not isinstance(waveform, Waveform):
        raise TypeError("speech is a waveform")
    return DisplayClip(envelope(waveform.samples), waveform.segments, waveform.seconds, waveform)


def read_text(engine: Engine, text: str, progress: StageCallback) -> Sample:
    """Typed words. Raises CrossmodalError."""
    key = digest("text", text)

    def work(pipeline: Pipeline) -> Evidence:
        return pipeline.embed(text=text, progress=progress)

    return _remember(engine, key, lambda: Sample(key, engine.run(work, progress).checked(), text))


def with_words(engine: Engine, sample: Sample, text: str, progress: StageCallback) -> Sample:
    """The sample with other words: only they are embedded again. Without words, speech alone remains."""
    if text.strip() == sample.words.strip():
        return sample
    key = digest(sample.key, text)

    def make() -> Sample:
        return replace(sample, evidence=_reread(engine, sample, text, progress), edit=text)

    return _remember(engine, key, make)


def _reread(engine: Engine, sample: Sample, text: str, progress: StageCallback) -> Evidence:
    if not text.strip():
        return replace(sample.evidence, predictions=without(sample.evidence.predictions, TEXT))
    clean = preprocess_text(text)

    def work(pipeline: Pipeline) -> Evidence:
        progress("encode_text")
        return pipeline.repredict(sample.evidence, text=clean)

    return engine.run(work, progress).checked()


def recent(engine: Engine) -> list[Sample]:
    """The visitor's inputs of this session with these models, the latest first."""
    remembered: Mapping[str, Sample] = st.session_state.get(_SLOT, {})
    return [
        sample
        for sample in reversed(list(remembered.values()))
        if sample.evidence.model_hash == engine.model_hash and not sample.from_example
    ]


def without(mapping: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The mapping without some of its keys."""
    return {name: value for name, value in mapping.items() if name not in names}


def keep_clip(source: str) -> None:
    """Callback of the recorder and the uploader: keep the clip, which Streamlit drops with its widget."""
    given = st.session_state[f"{source}_widget"]
    st.session_state[f"_{source}_clip"] = given.getvalue() if given is not None else None


def kept_clip(source: str) -> bytes | None:
    """The last clip of that source in this session."""
    clip: bytes | None = st.session_state.get(f"_{source}_clip")
    return clip
