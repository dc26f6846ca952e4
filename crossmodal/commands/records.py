"""What the commands that read inputs share: files, models, exit codes, and records printed for people or programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crossmodal.errors import CrossmodalError, InputError
from crossmodal.i18n.translator import Translator

if TYPE_CHECKING:
    from crossmodal.pipeline import Pipeline

OK, SOME_UNREADABLE, USAGE, MODEL_FAULT = 0, 1, 2, 3
"""Exit codes."""


def read_bytes(path: Path) -> bytes:
    """The content of an input file. Raises InputError ``no_such_file``."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError("no_such_file", reason=error.strerror or "") from error


def load_pipeline(folder: Path) -> Pipeline:
    """The models of a folder; torch is imported here, so that help and usage errors do without."""
    from crossmodal.pipeline import Pipeline

    return Pipeline.load(folder)


def has_unknown(alpha: Mapping[str, float], pipeline: Pipeline) -> bool:
    """Whether a weight names no modality; if so, prints which."""
    unknown, allowed = sorted(set(alpha) - set(pipeline.modalities)), ", ".join(pipeline.modalities)
    if unknown:
        print(f"error: unknown modality in --alpha: {', '.join(unknown)} (known: {allowed})", file=sys.stderr)
    return bool(unknown)


def lacks(rule: str, pipeline: Pipeline) -> bool:
    """Whether the models have no weights for a learned rule; if so, prints which rules they have."""
    offered = pipeline.calibration.rules()
    if rule not in offered:
        print(f"error: these models have no weights for --rule {rule} (offered: {', '.join(offered)})", file=sys.stderr)
    return rule not in offered


def can_fuse(alpha: Mapping[str, float], rule: str, pipeline: Pipeline) -> bool:
    """Whether the models know every modality of ``alpha`` and the rule; if not, prints what is wrong."""
    return not (has_unknown(alpha, pipeline) or lacks(rule, pipeline))


def error_record(name: str, error: CrossmodalError) -> dict[str, Any]:
    """What is printed in the place of an input that cannot be read."""
    return {"input": name, "error": {**error.as_dict(), "message": Translator("en").error(error)}}


def print_record(record: dict[str, Any], as_json: bool) -> None:
    """Print a record as one line of JSON or for a person; errors for people go to standard error."""
    if as_json:
        print(json.dumps(record, ensure_ascii=False), flush=True)
    elif "error" in record:
        print(f"{record['input']}: {record['error']['message']}", file=sys.stderr, flush=True)
    else:
        print(_as_text(record), end="\n\n", flush=True)


def _as_text(record: dict[str, Any]) -> str:
    """A reading for a person: the label, then one line per emotion with every modality beside the fused one."""
    columns = {
        **{name: item["emotion"] for name, item in record["modalities"].items()},
        "fused": record["fused"]["emotion"],
    }
    weights = ", ".join(f"{name} {value:.2f}" for name, value in record["alpha_used"].items())
    lines = [f"{record['input']}: {record['fused']['label']}  ({record['rule']}; alpha used: {weights})"]
    if record["transcript"]:
        lines.append(f'  heard: "{record["transcript"]}"')
    lines.append("  " + " " * 10 + "".join(f"{name:>10}" for name in columns))
    for label in record["fused"]["emotion"]:
        lines.append(f"  {label:<10}" + "".join(f"{values[label]:>10.3f}" for values in columns.values()))
    return "\n".join(lines)
