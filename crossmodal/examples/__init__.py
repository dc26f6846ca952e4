"""The examples that the page opens with: synthetic voices, sentences of our own, and what the models read.

Everything here is ready to show: the evidence was computed once (``python -m
tools.voices.evidence``) and lies beside the clips, so nothing waits for an encoder to load. A test
compares it with a fresh computation.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crossmodal.audio.files import envelope
from crossmodal.examples.specs import EVIDENCE, audio_path, read_specs
from crossmodal.sharing.serialization import evidence_from_record
from crossmodal.timing import Progress
from crossmodal.types import Evidence

if TYPE_CHECKING:
    from crossmodal.pipeline import Pipeline

__all__ = ["DEFAULT", "Example", "envelope", "load_examples"]

DEFAULT = "thrilled"
"""The example that a new visitor meets: the words are glad, the voice is not."""


@dataclass(frozen=True, slots=True)
class Example:
    """One finished example.

    ``title`` is language -> title; ``voice_emotion`` and ``words_emotion`` are what it was made to express,
    ``evidence`` what the models read. ``envelope``, ``segments`` and ``seconds`` describe the waveform that
    the encoder hears; ``audio`` is the clip to play. ``synthetic`` says that no person spoke it.
    """

    key: str
    text: str
    title: Mapping[str, str]
    voice_emotion: str
    words_emotion: str
    synthetic: bool
    evidence: Evidence
    audio: Path
    envelope: tuple[float, ...]
    segments: tuple[tuple[float, float], ...]
    seconds: float

    @property
    def conflict(self) -> bool:
        """Whether voice and words were made to say different things."""
        return self.voice_emotion != self.words_emotion

    def read(self, pipeline: Pipeline, progress: Progress | None = None) -> Evidence:
        """What other models read of it; the times of its words stay as they were heard. ``progress`` is told each
        stage.
        """
        fresh = pipeline.embed(speech=self.audio.read_bytes(), text=self.text, progress=progress)
        return replace(fresh, transcript=self.evidence.transcript)


def _example(spec: Mapping[str, Any], shown: Mapping[str, Any]) -> Example:
    return Example(
        key=spec["key"],
        text=spec["text"],
        title={"en": spec["title_en"], "zh": spec["title_zh"]},
        voice_emotion=spec["voice_intended"],
        words_emotion=spec["words_intended"],
        synthetic=True,
        evidence=evidence_from_record(shown["evidence"]),
        audio=audio_path(spec["key"]),
        envelope=tuple(shown["envelope"]),
        segments=tuple((start, end) for start, end in shown["segments"]),
        seconds=shown["seconds"],
    )


@cache
def load_examples() -> dict[str, Example]:
    """Every shipped example by its key, in display order."""
    shown = json.loads(EVIDENCE.read_text(encoding="utf-8"))
    return {spec["key"]: _example(spec, shown[spec["key"]]) for spec in read_specs()}
