"""Evidence and results as plain JSON values: for the command line, for the shipped examples, for exports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from crossmodal.types import TASKS, Array, Evidence, FusionResult, Reading, Transcript, Word

DIGITS = 6


def distribution(task: str, probabilities: Array) -> dict[str, float]:
    """Probabilities (C,) by label, rounded to DIGITS."""
    return {label: round(float(p), DIGITS) for label, p in zip(TASKS[task], probabilities, strict=True)}


def distributions(probabilities: Mapping[str, Array]) -> dict[str, dict[str, float]]:
    """Task -> label -> probability."""
    return {task: distribution(task, probabilities[task]) for task in TASKS}


def result_record(name: str, evidence: Evidence, result: FusionResult) -> dict[str, Any]:
    """One prediction, as ``predict`` prints it."""
    return {
        "input": name,
        "transcript": evidence.transcript.text if evidence.transcript else None,
        "modalities": {key: distributions(reading.probabilities) for key, reading in evidence.readings.items()},
        "fused": {"label": result.label, **distributions(result.probabilities)},
        "alpha_used": {key: round(value, DIGITS) for key, value in result.alpha_used.items()},
        "rule": result.rule,
        "model_hash": evidence.model_hash,
    }


def evidence_record(evidence: Evidence) -> dict[str, Any]:
    """Evidence without its costs, complete enough to fuse again; embeddings and logits at six digits."""
    return {
        "model_hash": evidence.model_hash,
        "transcript": asdict(evidence.transcript) if evidence.transcript else None,
        "readings": {
            name: {
                "embedding": np.round(reading.embedding, DIGITS).tolist(),
                "logits": {task: np.round(values, DIGITS).tolist() for task, values in reading.logits.items()},
                "probabilities": {t: np.round(p, 9).tolist() for t, p in reading.probabilities.items()},
            }
            for name, reading in evidence.readings.items()
        },
    }


def evidence_from_record(record: Mapping[str, Any]) -> Evidence:
    """The reverse of ``evidence_record``."""
    said = record["transcript"]
    transcript = (
        Transcript(said["text"], tuple(Word(**word) for word in said["words"]), said["confidence"]) if said else None
    )
    readings = {
        name: Reading(
            name,
            np.array(item["embedding"]),
            {task: np.array(values) for task, values in item["logits"].items()},
            {task: np.array(values) for task, values in item["probabilities"].items()},
        )
        for name, item in record["readings"].items()
    }
    return Evidence(readings, record["model_hash"], transcript)
