"""Compute what the shipped examples show: ``python -m tools.voices.evidence [--models FOLDER]``.

The words that are read are exactly those that were written; what the recogniser hears is kept for display
alone, since it brings the times of the words.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from crossmodal.audio.files import envelope
from crossmodal.data.text import text_key
from crossmodal.examples.specs import EVIDENCE, audio_path, read_specs
from crossmodal.model.folder import MODELS
from crossmodal.pipeline import Pipeline
from crossmodal.sharing.serialization import evidence_record
from crossmodal.types import EMOTIONS, Evidence, Transcript, Utterance, Waveform


def _heard(transcript: Transcript, text: str) -> Transcript:
    """The transcript with the written punctuation where the recogniser heard the written words."""
    return replace(transcript, text=text) if text_key(transcript.text) == text_key(text) else transcript


def compute(pipeline: Pipeline, clip: bytes, text: str) -> tuple[Evidence, Waveform]:
    """What the pipeline reads from one example, and the waveform that its encoder heard."""
    prepared = pipeline.prepare(speech=clip, text=text)
    waveform = prepared.inputs["speech"]
    assert isinstance(waveform, Waveform)
    transcript = _heard(pipeline.transcriber(waveform), text)
    return pipeline.predict(Utterance(prepared.inputs, transcript)), waveform


def _record(evidence: Evidence, waveform: Waveform) -> dict[str, Any]:
    return {
        "evidence": evidence_record(evidence),
        "envelope": list(envelope(waveform.samples)),
        "segments": np.round(waveform.segments, 3).tolist(),
        "seconds": round(waveform.seconds, 3),
    }


def _summary(spec: Mapping[str, Any], evidence: Evidence) -> str:
    """One line: the intended and the read emotion of voice and words, with their probabilities."""
    parts = []
    for modality, intended in (("speech", spec["voice_intended"]), ("text", spec["words_intended"])):
        p = evidence.predictions[modality].probabilities["emotion"]
        read = EMOTIONS[int(p.argmax())]
        parts.append(f"{modality} {intended} {p[EMOTIONS.index(intended)]:.2f} (reads {read} {p.max():.2f})")
    heard = evidence.transcript.text if evidence.transcript else ""
    return f"{spec['key']:<10} {'  '.join(parts)}  hears {heard!r}"


def write(pipeline: Pipeline, path: Path = EVIDENCE) -> None:
    """Compute all examples and write them to one file, a line each."""
    lines = []
    for spec in read_specs():
        evidence, waveform = compute(pipeline, audio_path(spec["key"]).read_bytes(), spec["text"])
        record = json.dumps(_record(evidence, waveform), separators=(",", ":"))
        lines.append(f'"{spec["key"]}":{record}')
        print(_summary(spec, evidence), flush=True)
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of the command."""
    parser = argparse.ArgumentParser(prog="python -m tools.voices.evidence", description=__doc__)
    parser.add_argument("--models", type=Path, default=MODELS, help="folder of trained models")
    options = parser.parse_args(arguments)
    write(Pipeline.load(options.models))
    return 0


if __name__ == "__main__":
    sys.exit(main())
