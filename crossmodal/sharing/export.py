"""What is shown, to take away: as JSON, as CSV, and as the command and the program that print these very numbers.

Pure functions of a ``Export``. Reports and drawings, which need words and colours, are made by the page.
"""

from __future__ import annotations

import csv
import io
import json
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from crossmodal import __version__
from crossmodal.errors import InputError
from crossmodal.modalities import SPEECH, TEXT
from crossmodal.sharing.comparison import Variant
from crossmodal.sharing.serialization import evidence_record, result_record
from crossmodal.types import TASKS, Array, Evidence, FusionResult, FusionSettings

SCHEMA = 1
"""Version of the exported JSON."""
PLACEHOLDER = "clip.wav"
"""Stands for a visitor's own file, whose name and place nobody here knows."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")
_DEFAULTS = FusionSettings()


@dataclass(frozen=True, slots=True)
class ExportInput:
    """What was read: ``example`` is the key of a shipped example, ``spoken`` whether there is a clip at all.

    ``words`` are the words as they stand, "" for none; ``models`` is a folder of models, "" for the shipped ones.
    """

    evidence: Evidence
    words: str = ""
    example: str | None = None
    spoken: bool = False
    models: str = ""

    @property
    def name(self) -> str:
        """What the input is called in a file: an example's key, a placeholder for a clip, the words themselves."""
        return self.example or (PLACEHOLDER if self.spoken else self.words)


@dataclass(frozen=True, slots=True)
class Export:
    """One input under one or more settings, with what came out: ``results[i]`` is that of ``columns[i]``."""

    sample: ExportInput
    columns: tuple[Variant, ...]
    results: tuple[FusionResult, ...]

    @property
    def evidence(self) -> Evidence:
        """The readings that all columns share."""
        return self.sample.evidence


def view_of(
    sample: ExportInput, columns: Sequence[Variant], fuse: Callable[[Evidence, FusionSettings], FusionResult]
) -> Export:
    """The view of an input under these columns; a column that has nothing to fuse is left out."""
    kept, results = [], []
    for column in columns:
        try:
            results.append(fuse(column.evidence(sample.evidence), column.settings))
        except InputError:
            continue  # the page says so in its place
        kept.append(column)
    return Export(sample, tuple(kept), tuple(results))


# --- JSON and CSV ----------------------------------------------------------------------------------------------------


def settings_record(column: Variant) -> dict[str, Any]:
    """What a column sets, as plain JSON values."""
    settings = column.settings
    return {
        "rule": settings.rule,
        "alpha": {name: float(value) for name, value in settings.alpha.items()},
        "temperature": float(settings.temperature),
        "prior": settings.prior,
        "without": sorted(column.without),
    }


def to_json(view: Export) -> str:
    """The view as JSON: every result as ``predict --json`` prints it, and the evidence, enough to fuse it anew."""
    columns = [
        {
            "name": column.name,
            "settings": settings_record(column),
            "result": result_record(view.sample.name, column.evidence(view.evidence), result),
        }
        for column, result in zip(view.columns, view.results, strict=True)
    ]
    record = {
        "schema": SCHEMA,
        "program": f"crossmodal {__version__}",
        "input": {"name": view.sample.name, "example": view.sample.example, "words": view.sample.words},
        "columns": columns,
        "evidence": evidence_record(view.evidence),
    }
    return json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False)


def to_csv(view: Export) -> str:
    """The view as a table, a row for each column, reading, task and label; the readings alone come first.

    Cells that a spreadsheet would take for a formula are made text.
    """
    buffer = io.StringIO()
    table = csv.writer(buffer, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    table.writerow(("input", "column", "rule", "temperature", "prior", "reading", "weight", "task", "label", "p"))
    for row in _rows(view):
        table.writerow([harmless(cell) for cell in row])
    return buffer.getvalue()


def _rows(view: Export) -> Iterator[tuple[Any, ...]]:
    name = view.sample.name
    for modality, reading in view.evidence.predictions.items():
        for task, label, p in _values(reading.probabilities):
            yield name, "", "", "", "", modality, "", task, label, p
    for column, result in zip(view.columns, view.results, strict=True):
        settings = column.settings
        head = (name, column.name, settings.rule, settings.temperature, settings.prior)
        for modality, weight in result.alpha_used.items():
            yield *head, modality, round(weight, 6), "", "", ""
        for task, label, p in _values(result.probabilities):
            yield *head, "fused", "", task, label, p


def _values(probabilities: Any) -> Iterator[tuple[str, str, float]]:
    for task, labels in TASKS.items():
        values: Array = probabilities[task]
        yield from ((task, label, round(float(p), 6)) for label, p in zip(labels, values, strict=True))


def harmless(cell: Any) -> Any:
    """A cell that no spreadsheet runs: text that begins like a formula gets an apostrophe in front."""
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA_STARTS) else cell


# --- reproduce as code -----------------------------------------------------------------------------------------------


def command(view: Export, column: Variant) -> str:
    """The command line that prints a column's numbers, to be run in the project's folder by a POSIX shell.

    Exact for examples and typed words; a visitor's own file stands there as PLACEHOLDER.
    """
    speech, text = _inputs(view, column)
    words = ["python", "-m", "crossmodal", "predict"]
    if speech:
        sample = view.sample
        words.append(f"crossmodal/examples/audio/{sample.example}.flac" if sample.example else PLACEHOLDER)
    if text:
        words.append(f"--text={view.sample.words}")
    elif speech:
        words.append("--no-transcript")
    weights = _weights(view, column)
    words += ["--alpha", ",".join(f"{name}={value!r}" for name, value in weights.items())]
    words += ["--rule", column.settings.rule]
    words += [f"--{name}={value}" for name, value in _unusual(column.settings).items()]
    words += ["--models", view.sample.models] if view.sample.models else []
    return shlex.join([*words, "--json"])


def program(view: Export) -> str:
    """The Python lines that print every column's numbers; exact as ``command`` is."""
    lines = ["from crossmodal import Pipeline"]
    if view.sample.example:
        lines.append("from crossmodal.examples import load_examples")
    elif view.sample.spoken:
        lines.insert(0, "from pathlib import Path\n")
    folder = repr(view.sample.models) if view.sample.models else ""
    lines += ["", f"pipeline = Pipeline.load({folder})"]
    last = ""
    for column in view.columns:
        embed = f"evidence = pipeline.embed({_embedded(view, column)})"
        if embed != last:
            lines.append(embed)
        last = embed
        unusual = "".join(f", {name}={value!r}" for name, value in _unusual(column.settings).items())
        given = f"alpha={_weights(view, column)!r}, rule={column.settings.rule!r}{unusual}"
        lines += [f"result = pipeline.fuse(evidence, {given})", "print(result.label, result.probabilities)"]
    return "\n".join(lines) + "\n"


def _inputs(view: Export, column: Variant) -> tuple[bool, bool]:
    """Whether the column reads the voice, and whether it reads words."""
    present = column.evidence(view.evidence).predictions
    return SPEECH in present, TEXT in present


def _embedded(view: Export, column: Variant) -> str:
    speech, text = _inputs(view, column)
    clip = f"load_examples()[{view.sample.example!r}].audio" if view.sample.example else f"Path({PLACEHOLDER!r})"
    given = [f"speech={clip}.read_bytes()"] if speech else []
    given.append(f"text={view.sample.words!r}" if text else "transcribe=False")
    return ", ".join(given)


def _weights(view: Export, column: Variant) -> dict[str, float]:
    """The weights of the modalities that the column reads; one that was not set counts as 1."""
    return {name: float(column.settings.alpha.get(name, 1.0)) for name in column.evidence(view.evidence).predictions}


def _unusual(settings: FusionSettings) -> dict[str, Any]:
    """Temperature and prior, where they are not the usual ones."""
    given = {"temperature": float(settings.temperature), "prior": settings.prior}
    return {name: value for name, value in given.items() if value != getattr(_DEFAULTS, name)}
