"""Exports of a timeline: CSV, JSON, WebVTT subtitles, and a Praat TextGrid. Times count from the recording's start."""

from __future__ import annotations

import csv
import html
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from crossmodal import __version__
from crossmodal.sharing.export import harmless
from crossmodal.sharing.serialization import DIGITS, distribution, result_record
from crossmodal.timeline.tracks import Tracks
from crossmodal.timeline.types import Recording, UtteranceLine
from crossmodal.types import MAIN_TASK, TASKS, Array, FusionSettings

SCHEMA = 1
"""Version of the exported JSON."""
FUSED, TRANSCRIPT = "fused", "transcript"


@dataclass(frozen=True, slots=True)
class TimelineExport:
    """What is exported: a recording, the settings, and the tracks at these settings."""

    recording: Recording
    settings: FusionSettings
    tracks: Tracks
    without: tuple[str, ...] = ()

    @property
    def columns(self) -> Mapping[str, Array]:
        """Predictions and fused prediction (N, C) by name, in the order of the tracks."""
        return {**self.tracks.predictions, FUSED: self.tracks.fused}


def _label(row: Array) -> str:
    """The label of a prediction (C,), "" for none."""
    # of equal classes the first, where ``numerics.winner`` takes the last: exported labels must not change
    return "" if np.isnan(row).any() else TASKS[MAIN_TASK][int(row.argmax())]


# --- CSV and JSON ----------------------------------------------------------------------------------------------------


def to_csv(export: TimelineExport) -> str:
    """A row for each line: times in seconds, words, and the label and probabilities of every prediction."""
    buffer = io.StringIO()
    table = csv.writer(buffer, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    measured = [f"{name}_{label}" for name in export.columns for label in ("label", *TASKS[MAIN_TASK])]
    table.writerow(["start", "end", TRANSCRIPT, "edited", *measured, "disagreement"])
    for index, line in enumerate(export.recording.lines):
        cells = [
            cell for values in export.columns.values() for cell in (_label(values[index]), *_numbers(values[index]))
        ]
        disagreement = _numbers(export.tracks.disagreement[index : index + 1])
        row = [
            f"{line.start:.3f}",
            f"{line.end:.3f}",
            line.words,
            "yes" if line.edited else "no",
            *cells,
            *disagreement,
        ]
        table.writerow([harmless(cell) for cell in row])
    return buffer.getvalue()


def _numbers(row: Array) -> list[float | str]:
    return ["" if np.isnan(p) else round(float(p), DIGITS) for p in row]


def to_json(export: TimelineExport) -> str:
    """Every line with its predictions as ``predict --json`` prints them, and the settings of the fusion."""
    settings = export.settings
    record = {
        "schema": SCHEMA,
        "program": f"crossmodal {__version__}",
        "model_hash": export.recording.model_hash,
        "seconds": round(export.recording.seconds, 3),
        "settings": {
            "rule": settings.rule,
            "alpha": {name: float(value) for name, value in settings.alpha.items()},
            "temperature": float(settings.temperature),
            "prior": settings.prior,
            "without": list(export.without),
        },
        "lines": [_line_record(export, index, line) for index, line in enumerate(export.recording.lines)],
    }
    return json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False)


def _line_record(export: TimelineExport, index: int, line: UtteranceLine) -> dict[str, Any]:
    disagreement, result = float(export.tracks.disagreement[index]), export.tracks.results[index]
    predictions: dict[str, Any] = {
        "modalities": {
            name: {task: distribution(task, prediction.probabilities[task]) for task in TASKS}
            for name, prediction in line.evidence.predictions.items()
        },
        "fused": None,
    }
    if result is not None:
        whole = result_record("", line.evidence, result)
        predictions = {key: whole[key] for key in ("modalities", "fused", "alpha_used")}
    return {
        "start": line.start,
        "end": line.end,
        TRANSCRIPT: line.words,
        "heard": line.heard,
        "edited": line.edited,
        **predictions,
        "disagreement": None if np.isnan(disagreement) else round(disagreement, DIGITS),
    }


# --- WebVTT ----------------------------------------------------------------------------------------------------------


def to_vtt(export: TimelineExport) -> str:
    """Subtitles (W3C WebVTT): the words of each line, and below them the label of every prediction."""
    cues = ["WEBVTT"]
    for index, line in enumerate(export.recording.lines):
        labels = ", ".join(f"{name}: {label}" for name, v in export.columns.items() if (label := _label(v[index])))
        said = html.escape(line.words, quote=False) or "-"
        cues.append(f"{index + 1}\n{_clock(line.start)} --> {_clock(line.end)}\n{said}\n[{labels}]")
    return "\n\n".join(cues) + "\n"


def _clock(seconds: float) -> str:
    """Seconds as hours:minutes:seconds.milliseconds."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


# --- Praat -----------------------------------------------------------------------------------------------------------


def to_textgrid(export: TimelineExport) -> str:
    """A Praat TextGrid (long form): interval tiers for the transcript and for the label of every prediction."""
    lines = export.recording.lines
    tiers = {TRANSCRIPT: [line.words for line in lines]}
    tiers |= {name: [_label(row) for row in values] for name, values in export.columns.items()}
    end = max(export.recording.seconds, lines[-1].end if lines else 0.0)
    out = [
        'File type = "ooTextFile"',
        'Object class = "TextGrid"',
        "",
        "xmin = 0",
        f"xmax = {end:.3f}",
        "tiers? <exists>",
        f"size = {len(tiers)}",
        "item []:",
    ]
    for number, (name, texts) in enumerate(tiers.items(), 1):
        intervals = list(_intervals(lines, texts, end))
        out += [
            f"    item [{number}]:",
            '        class = "IntervalTier"',
            f'        name = "{name}"',
            "        xmin = 0",
        ]
        out += [f"        xmax = {end:.3f}", f"        intervals: size = {len(intervals)}"]
        for position, (start, stop, text) in enumerate(intervals, 1):
            out += [
                f"        intervals [{position}]:",
                f"            xmin = {start:.3f}",
                f"            xmax = {stop:.3f}",
            ]
            out.append('            text = "' + text.replace('"', '""') + '"')
    return "\n".join(out) + "\n"


def _intervals(lines: tuple[UtteranceLine, ...], texts: list[str], end: float) -> Iterator[tuple[float, float, str]]:
    """Intervals that fill all of 0 to ``end``, as Praat requires: with empty ones between the lines."""
    at = 0.0
    for line, text in zip(lines, texts, strict=True):
        start = max(at, line.start)
        if start > at:
            yield at, start, ""
        if line.end > start:
            yield start, line.end, text
            at = line.end
    if end > at:
        yield at, end, ""


FORMATS: Mapping[str, Callable[[TimelineExport], str]] = {
    "csv": to_csv,
    "json": to_json,
    "vtt": to_vtt,
    "textgrid": to_textgrid,
}
"""Name of a format -> how it is written."""
ENDINGS = {"csv": "csv", "json": "json", "vtt": "vtt", "textgrid": "TextGrid"}
