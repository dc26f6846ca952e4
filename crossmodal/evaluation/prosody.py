"""How the reference speakers speak: percentiles of every prosodic measure over RAVDESS, for the strips of the page.

Alone: ``python -m crossmodal.evaluation.prosody --data FOLDER [--models FOLDER]``.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from crossmodal import audio
from crossmodal.audio.prosody import MEASURES, Prosody, measure
from crossmodal.data.speech import CorpusClip, read_corpus, speakers
from crossmodal.errors import InputError
from crossmodal.model.folder import MODELS, ModelFolder
from crossmodal.progress import ItemCallback, ProgressBar
from crossmodal.types import EMOTIONS

PERCENTILES = tuple(range(5, 100, 5))
MEANING = (
    "RAVDESS: actors who say two fixed sentences, slowly and with care, in each emotion. Percentiles over all clips, "
    "medians by emotion. Pitch in Hz by register: speakers in two halves by their own median pitch. See "
    "crossmodal.audio.prosody for the measures."
)

Row = tuple[CorpusClip, Prosody]


def write_reference(clips: Sequence[CorpusClip], models: Path, tick: ItemCallback = lambda: None) -> dict[str, Any]:
    """Measure the clips and write the reference into a models folder. Returns it.

    A clip that cannot be read as speech is left out, and counted. ``tick`` is called once a clip.
    """
    rows: list[Row] = []
    for clip in clips:
        tick()
        try:
            rows.append((clip, measure(audio.preprocess(clip.path.read_bytes()))))
        except InputError:
            continue
    metrics = reference_metrics(rows) | {"unread": len(clips) - len(rows)}
    ModelFolder(models).prosody.write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    return metrics


def reference_metrics(rows: Sequence[Row]) -> dict[str, Any]:
    """Percentiles and medians by emotion of every measure, and of the pitch within either register."""
    boundary = _boundary(rows)
    low = {name for name, pitch in _pitch_by_speaker(rows).items() if pitch < boundary}
    registers = {
        "lower": [row for row in rows if row[0].speaker in low],
        "higher": [row for row in rows if row[0].speaker not in low],
    }
    return {
        "meaning": MEANING,
        "clips": len(rows),
        "speakers": len(speakers(clip for clip, _ in rows)),
        "boundary_hz": round(boundary, 1),
        "measures": {name: _percentiles(rows, name) for name in MEASURES},
        "registers": {name: _percentiles(members, "pitch_hz") for name, members in registers.items()},
    }


def _pitch_by_speaker(rows: Sequence[Row]) -> dict[str, float]:
    """Each speaker's median pitch in Hz over all clips."""
    pitches: dict[str, list[float]] = {}
    for clip, prosody in rows:
        if prosody.pitch_hz is not None:
            pitches.setdefault(clip.speaker, []).append(prosody.pitch_hz)
    return {speaker: float(np.median(values)) for speaker, values in pitches.items()}


def _boundary(rows: Sequence[Row]) -> float:
    """The pitch halfway, in semitones, between the lower and the higher half of the speakers."""
    ordered = sorted(_pitch_by_speaker(rows).values())
    half = len(ordered) // 2
    return math.sqrt(ordered[half - 1] * ordered[half])


def _percentiles(rows: Sequence[Row], name: str) -> dict[str, Any]:
    values = [(clip.emotion, prosody.values()[name]) for clip, prosody in rows if name in prosody.values()]
    percentiles = np.percentile([value for _, value in values], PERCENTILES)
    by_emotion = {emotion: [value for label, value in values if label == emotion] for emotion in EMOTIONS}
    return {
        "clips": len(values),
        "percentiles": {str(p): round(float(value), 3) for p, value in zip(PERCENTILES, percentiles, strict=True)},
        "emotions": {
            emotion: round(float(np.median(members)), 3) for emotion, members in by_emotion.items() if members
        },
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of the command."""
    parser = argparse.ArgumentParser(prog="python -m crossmodal.evaluation.prosody", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds ravdess")
    parser.add_argument("--models", type=Path, default=MODELS, help="folder of trained models")
    options = parser.parse_args(arguments)
    clips = read_corpus("ravdess", options.data / "ravdess")
    with ProgressBar("prosody", total=len(clips), unit="clip") as bar:
        write_reference(clips, options.models, bar.tick)
    return 0


if __name__ == "__main__":
    sys.exit(main())
