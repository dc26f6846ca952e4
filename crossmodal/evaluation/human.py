"""People as a reference: how often they name the emotion that CREMA-D's actors intended."""

from __future__ import annotations

import csv
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossmodal.metrics import bootstrap

VOTES = {"A": "ANG", "D": "DIS", "F": "FEA", "H": "HAP", "N": "NEU", "S": "SAD"}
"""Letter of a vote -> the code of the intended emotion in a file's name."""


def human_metrics(table: Path) -> dict[str, Any]:
    """The share of clips whose intended emotion the majority names, by voice, face and both, with intervals over clips.

    ``table`` is CREMA-D's ``summaryTable.csv``. A tie between emotions counts as wrong. Empty where there is no table.
    """
    if not table.is_file():
        return {}
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    metrics: dict[str, Any] = {"clips": len(rows)}
    for name, column in (("voice", "VoiceVote"), ("face", "FaceVote"), ("both", "MultiModalVote")):
        right = np.array([VOTES.get(row[column]) == row["FileName"].split("_")[2] for row in rows])
        metrics[name] = bootstrap(partial(_mean_of, right), range(len(right)), resamples=200).as_dict()
    return metrics


def _mean_of(right: NDArray[np.bool_], rows: NDArray[np.int64]) -> float:
    return float(right[rows].mean())
