"""A timeline to take away: CSV, JSON, WebVTT subtitles, and a Praat TextGrid. Times are the recording's own."""

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
    """What is exported: a recording, the settings, and what it comes to at them."""

    recording: Recording
    settings: FusionSettings
    strips: Tracks
    without: tuple[str, ...] = ()

    @property
    def columns(self) -> Mapping[str, Array]:
        """Readings and fused reading (N, C) by name, in the order of the strips."""
        return {**self.strips.predictions, FUSED: self.strips.fused}


def _label(row: Array) -> str:
    """The label of a reading (C,), "" for none."""
    return "" if np.isnan(row).any() else TASKS[MAIN_TASK][int(row.argmax())]


# --- CSV and JSON ----------------------------------------------------------------------------------------------------


def to_csv(sheet: TimelineExport) -> str:
    """A row a line: times in seconds, words, and for every reading its label and its probabilities."""
    buffer = io.StringIO()
    table = csv.writer(buffer, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    measured = [f"{name}_{label}" for name in sheet.columns for label in ("label", *TASKS[MAIN_TASK])]
    table.writerow(["start", "end", TRANSCRIPT, "edited", *measured, "disagreement"])
    for place, line in enumerate(sheet.recording.lines):
        cells = [
            cell for values in sheet.columns.values() for cell in (_label(values[place]), *_numbers(values[place]))
        ]
        apart = _numbers(sheet.strips.disagreement[place : place + 1])
        row = [f"{line.start:.3f}", f"{line.end:.3f}", line.words, "yes" if line.edited else "no", *cells, *apart]
        table.writerow([harmless(cell) for cell in row])
    return buffer.getvalue()


def _numbers(row: Array) -> list[float | str]:
    return ["" if np.isnan(p) else round(float(p), DIGITS) for p in row]


def to_json(sheet: TimelineExport) -> str:
    """Every line with its readings as ``predict --json`` prints them, and the settings they were fused at."""
    settings = sheet.settings
    record = {
        "schema": SCHEMA,
        "program": f"crossmodal {__version__}",
        "model_hash": sheet.recording.model_hash,
        "seconds": round(sheet.recording.seconds, 3),
        "settings": {
            "rule": settings.rule,
            "alpha": {name: float(value) for name, value in settings.alpha.items()},
            "temperature": float(settings.temperature),
            "prior": settings.prior,
            "without": list(sheet.without),
        },
        "lines": [_line_record(sheet, place, line) for place, line in enumerate(sheet.recording.lines)],
    }
    return json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False)


def _line_record(sheet: TimelineExport, place: int, line: UtteranceLine) -> dict[str, Any]:
    apart, result = float(sheet.strips.disagreement[place]), sheet.strips.results[place]
    read: dict[str, Any] = {
        "modalities": {
            name: {task: distribution(task, reading.probabilities[task]) for task in TASKS}
            for name, reading in line.evidence.predictions.items()
        },
        "fused": None,
    }
    if result is not None:
        found = result_record("", line.evidence, result)
        read = {key: found[key] for key in ("modalities", "fused", "alpha_used")}
    return {
        "start": line.start,
        "end": line.end,
        TRANSCRIPT: line.words,
        "heard": line.heard,
        "edited": line.edited,
        **read,
        "disagreement": None if np.isnan(apart) else round(apart, DIGITS),
    }


# --- WebVTT ----------------------------------------------------------------------------------------------------------


def to_vtt(sheet: TimelineExport) -> str:
    """Subtitles (W3C WebVTT): the words of each line, and under them the label of every reading."""
    cues = ["WEBVTT"]
    for place, line in enumerate(sheet.recording.lines):
        labels = ", ".join(f"{name}: {found}" for name, v in sheet.columns.items() if (found := _label(v[place])))
        said = html.escape(line.words, quote=False) or "-"
        cues.append(f"{place + 1}\n{_clock(line.start)} --> {_clock(line.end)}\n{said}\n[{labels}]")
    return "\n\n".join(cues) + "\n"


def _clock(seconds: float) -> str:
    """Seconds as hours:minutes:seconds.milliseconds."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


# --- Praat -----------------------------------------------------------------------------------------------------------


def to_textgrid(sheet: TimelineExport) -> str:
    """A Praat TextGrid (long form): interval tiers for the transcript and for the label of every reading."""
    lines = sheet.recording.lines
    tiers = {TRANSCRIPT: [line.words for line in lines]}
    tiers |= {name: [_label(row) for row in values] for name, values in sheet.columns.items()}
    end = max(sheet.recording.seconds, lines[-1].end if lines else 0.0)
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
        for place, (start, stop, text) in enumerate(intervals, 1):
            out += [
                f"        intervals [{place}]:",
                f"            xmin = {start:.3f}",
                f"            xmax = {stop:.3f}",
            ]
            out.append('            text = "' + text.replace('"', '""') + '"')
    return "\n".join(out) + "\n"


def _intervals(lines: tuple[UtteranceLine, ...], texts: list[str], end: float) -> Iterator[tuple[float, float, str]]:
    """Intervals that fill all of 0 to ``end``, as Praat wants them: empty ones stand between the lines."""
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
