"""Exports of what is shown: JSON, CSV, and the command and the program that print the same numbers.

Pure functions of an ``Export``. Reports and drawings, which need prose and colours, are made by the page.
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
from crossmodal.sharing.comparison import Variant
from crossmodal.sharing.serialization import evidence_record, result_record
from crossmodal.types import TASKS, Array, Evidence, FusionResult, FusionSettings

SCHEMA = 1
"""Version of the exported JSON."""
PLACEHOLDER = "clip.wav"
"""Stands for a visitor's own file, whose name and path are unknown."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")
_DEFAULTS = FusionSettings()


@dataclass(frozen=True, slots=True)
class ExportInput:
    """The input: ``example`` is the key of a shipped example, ``spoken`` whether there is a clip at all.

    ``words`` is the current text, "" for none; ``models`` is a folder of models, "" for the shipped ones.
    """

    evidence: Evidence
    words: str = ""
    example: str | None = None
    spoken: bool = False
    models: str = ""

    @property
    def name(self) -> str:
        """The name of the input in a file: an example's key, a placeholder for a clip, or the words themselves."""
        return self.example or (PLACEHOLDER if self.spoken else self.words)


@dataclass(frozen=True, slots=True)
class Export:
    """One input under one or more settings: ``results[i]`` is the result of ``variants[i]``."""

    sample: ExportInput
    variants: tuple[Variant, ...]
    results: tuple[FusionResult, ...]

    @property
    def evidence(self) -> Evidence:
        """The predictions that all variants share."""
        return self.sample.evidence


def build_export(
    sample: ExportInput, variants: Sequence[Variant], fuse: Callable[[Evidence, FusionSettings], FusionResult]
) -> Export:
    """The export of an input under these variants; a variant that has nothing to fuse is left out."""
    fused, results = [], []
    for variant in variants:
        try:
            results.append(fuse(variant.evidence(sample.evidence), variant.settings))
        except InputError:
            continue  # the page says so in its place
        fused.append(variant)
    return Export(sample, tuple(fused), tuple(results))


# --- JSON and CSV ----------------------------------------------------------------------------------------------------


def settings_record(variant: Variant) -> dict[str, Any]:
    """The settings of a variant as plain JSON values."""
    settings = variant.settings
    return {
        "rule": settings.rule,
        "alpha": {name: float(value) for name, value in settings.alpha.items()},
        "temperature": float(settings.temperature),
        "prior": settings.prior,
        "without": sorted(variant.without),
    }


def to_json(exported: Export) -> str:
    """The export as JSON: every result as ``predict --json`` prints it, and the evidence, enough to fuse it again."""
    variants = [
        {
            "name": variant.name,
            "settings": settings_record(variant),
            "result": result_record(exported.sample.name, variant.evidence(exported.evidence), result),
        }
        for variant, result in zip(exported.variants, exported.results, strict=True)
    ]
    record = {
        "schema": SCHEMA,
        "program": f"crossmodal {__version__}",
        "input": {"name": exported.sample.name, "example": exported.sample.example, "words": exported.sample.words},
        "columns": variants,
        "evidence": evidence_record(exported.evidence),
    }
    return json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False)


def to_csv(exported: Export) -> str:
    """The export as a table, a row for each variant, prediction, task and label; single modalities come first.

    Cells that a spreadsheet would take for a formula are made text.
    """
    buffer = io.StringIO()
    table = csv.writer(buffer, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    table.writerow(("input", "column", "rule", "temperature", "prior", "reading", "weight", "task", "label", "p"))
    for row in _rows(exported):
        table.writerow([harmless(cell) for cell in row])
    return buffer.getvalue()


def _rows(exported: Export) -> Iterator[tuple[Any, ...]]:
    name = exported.sample.name
    for modality, prediction in exported.evidence.predictions.items():
        for task, label, p in _values(prediction.probabilities):
            yield name, "", "", "", "", modality, "", task, label, p
    for variant, result in zip(exported.variants, exported.results, strict=True):
        settings = variant.settings
        head = (name, variant.name, settings.rule, settings.temperature, settings.prior)
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


def command(exported: Export, variant: Variant) -> str:
    """The command line that prints a variant's numbers, to be run in the project's folder by a POSIX shell.

    Exact for examples and typed words; a visitor's own file stands there as PLACEHOLDER.
    """
    speech, text = _inputs(exported, variant)
    words = ["python", "-m", "crossmodal", "predict"]
    if speech:
        sample = exported.sample
        words.append(f"crossmodal/examples/audio/{sample.example}.flac" if sample.example else PLACEHOLDER)
    if text:
        words.append(f"--text={exported.sample.words}")
    elif speech:
        words.append("--no-transcript")
    weights = _weights(exported, variant)
    words += ["--alpha", ",".join(f"{name}={value!r}" for name, value in weights.items())]
    words += ["--rule", variant.settings.rule]
    words += [f"--{name}={value}" for name, value in _non_default(variant.settings).items()]
    words += ["--models", exported.sample.models] if exported.sample.models else []
    return shlex.join([*words, "--json"])


def program(exported: Export) -> str:
    """The Python lines that print every variant's numbers; exact as ``command`` is."""
    lines = ["from crossmodal import Pipeline"]
    if exported.sample.example:
        lines.append("from crossmodal.examples import load_examples")
    elif exported.sample.spoken:
        lines.insert(0, "from pathlib import Path\n")
    folder = repr(exported.sample.models) if exported.sample.models else ""
    lines += ["", f"pipeline = Pipeline.load({folder})"]
    last = ""
    for variant in exported.variants:
        embed = f"evidence = pipeline.embed({_embedded(exported, variant)})"
        if embed != last:
            lines.append(embed)
        last = embed
        non_default = "".join(f", {name}={value!r}" for name, value in _non_default(variant.settings).items())
        given = f"alpha={_weights(exported, variant)!r}, rule={variant.settings.rule!r}{non_default}"
        lines += [f"result = pipeline.fuse(evidence, {given})", "print(result.label, result.probabilities)"]
    return "\n".join(lines) + "\n"


def _inputs(exported: Export, variant: Variant) -> tuple[bool, bool]:
    """Whether the variant uses speech, and whether it uses text."""
    present = variant.evidence(exported.evidence).predictions
    return "speech" in present, "text" in present


def _embedded(exported: Export, variant: Variant) -> str:
    speech, text = _inputs(exported, variant)
    clip = (
        f"load_examples()[{exported.sample.example!r}].audio" if exported.sample.example else f"Path({PLACEHOLDER!r})"
    )
    given = [f"speech={clip}.read_bytes()"] if speech else []
    given.append(f"text={exported.sample.words!r}" if text else "transcribe=False")
    return ", ".join(given)


def _weights(exported: Export, variant: Variant) -> dict[str, float]:
    """The weights of the modalities that the variant uses; one that was not set counts as 1."""
    return {
        name: float(variant.settings.alpha.get(name, 1.0)) for name in variant.evidence(exported.evidence).predictions
    }


def _non_default(settings: FusionSettings) -> dict[str, Any]:
    """Temperature and prior where they differ from the defaults."""
    given = {"temperature": float(settings.temperature), "prior": settings.prior}
    return {name: value for name, value in given.items() if value != getattr(_DEFAULTS, name)}
