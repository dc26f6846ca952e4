"""Evidence and results as plain JSON values: for the command line, the shipped examples and exports.

Only for records of our own; untrusted ones are rebuilt by ``crossmodal.sharing.validation``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from crossmodal.types import TASKS, Array, Evidence, FusionResult, ModalityPrediction, Transcript, Word

DIGITS = 6
"""Decimal places of probabilities in results, and of embeddings and logits in records."""


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
        "modalities": {
            key: distributions(prediction.probabilities) for key, prediction in evidence.predictions.items()
        },
        "fused": {"label": result.label, **distributions(result.probabilities)},
        "alpha_used": {key: round(value, DIGITS) for key, value in result.alpha_used.items()},
        "rule": result.rule,
        "model_hash": evidence.model_hash,
    }


def evidence_record(evidence: Evidence, *, exact: bool = False) -> dict[str, Any]:
    """Evidence without its costs, complete enough to fuse again.

    Embeddings and logits are rounded to DIGITS decimal places and probabilities to nine, unless ``exact``: then every
    number keeps its full precision, and a later fusion gives the same result to the last bit.
    """
    return {
        "model_hash": evidence.model_hash,
        "transcript": asdict(evidence.transcript) if evidence.transcript else None,
        "readings": {name: _prediction_record(prediction, exact) for name, prediction in evidence.predictions.items()},
    }


def _prediction_record(prediction: ModalityPrediction, exact: bool) -> dict[str, Any]:
    def rounded(values: Array, digits: int) -> list[float]:
        numbers: list[float] = (values if exact else np.round(values, digits)).tolist()
        return numbers

    return {
        "embedding": rounded(prediction.embedding, DIGITS),
        "logits": {task: rounded(values, DIGITS) for task, values in prediction.logits.items()},
        "probabilities": {task: rounded(values, 9) for task, values in prediction.probabilities.items()},
        **({} if prediction.parts is None else {"parts": [rounded(part, DIGITS) for part in prediction.parts]}),
    }


def evidence_from_record(record: Mapping[str, Any]) -> Evidence:
    """The reverse of ``evidence_record``."""
    stored = record["transcript"]
    transcript = (
        Transcript(stored["text"], tuple(Word(**word) for word in stored["words"]), stored["confidence"])
        if stored
        else None
    )
    predictions = {
        name: ModalityPrediction(
            name,
            np.array(item["embedding"]),
            {task: np.array(values) for task, values in item["logits"].items()},
            {task: np.array(values) for task, values in item["probabilities"].items()},
            np.array(item["parts"]) if "parts" in item else None,
        )
        for name, item in record["readings"].items()
    }
    return Evidence(predictions, record["model_hash"], transcript)
