"""The examples that the page opens with: synthetic voices, sentences of our own, and their evidence.

The evidence was computed once (``python -m tools.voices.evidence``) and is stored beside the clips, so no encoder has
to be loaded. A test compares it with a fresh computation.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crossmodal.audio.files import envelope
from crossmodal.examples.specs import EVIDENCE, TITLE, audio_path, read_specs
from crossmodal.sharing.serialization import evidence_from_record
from crossmodal.timing import StageCallback
from crossmodal.types import Evidence

if TYPE_CHECKING:
    from crossmodal.pipeline import Pipeline

__all__ = ["DEFAULT", "Example", "envelope", "load_examples"]

DEFAULT = "thrilled"
"""The example that a new visitor sees: the words are glad, the voice is not."""


@dataclass(frozen=True, slots=True)
class Example:
    """One finished example.

    ``title`` is language -> title, ``evidence`` what the models read. ``envelope``, ``segments`` and ``seconds``
    describe the waveform that the encoder hears; ``audio`` is the clip to play, spoken by a synthetic voice.
    """

    key: str
    text: str
    title: Mapping[str, str]
    evidence: Evidence
    audio: Path
    envelope: tuple[float, ...]
    segments: tuple[tuple[float, float], ...]
    seconds: float

    def read(self, pipeline: Pipeline, progress: StageCallback | None = None) -> Evidence:
        """Its evidence by other models, with the transcript of the stored one. ``progress`` is told each stage."""
        fresh = pipeline.embed(speech=self.audio.read_bytes(), text=self.text, progress=progress)
        return replace(fresh, transcript=self.evidence.transcript)


def _example(spec: Mapping[str, Any], stored: Mapping[str, Any]) -> Example:
    return Example(
        key=spec["key"],
        text=spec["text"],
        title={key.removeprefix(TITLE): value for key, value in spec.items() if key.startswith(TITLE)},
        evidence=evidence_from_record(stored["evidence"]),
        audio=audio_path(spec["key"]),
        envelope=tuple(stored["envelope"]),
        segments=tuple((start, end) for start, end in stored["segments"]),
        seconds=stored["seconds"],
    )


@cache
def load_examples() -> dict[str, Example]:
    """Every shipped example by its key, in display order."""
    stored = json.loads(EVIDENCE.read_text(encoding="utf-8"))
    return {spec["key"]: _example(spec, stored[spec["key"]]) for spec in read_specs()}
