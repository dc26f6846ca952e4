"""Evidence and results as plain JSON values: for the command line, for the shipped examples, for exports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from crossmodal import limits
from crossmodal.types import TASKS, Array, Evidence, FusionResult, ModalityPrediction, Transcript, Word

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
        "modalities": {key: distributions(reading.probabilities) for key, reading in evidence.predictions.items()},
        "fused": {"label": result.label, **distributions(result.probabilities)},
        "alpha_used": {key: round(value, DIGITS) for key, value in result.alpha_used.items()},
        "rule": result.rule,
        "model_hash": evidence.model_hash,
    }


def evidence_record(evidence: Evidence, *, exact: bool = False) -> dict[str, Any]:
    """Evidence without its costs, complete enough to fuse again.

    Embeddings and logits stand at six digits and probabilities at nine, unless ``exact``: then every number is kept
    whole, and what is fused of it later is the same to the last digit.
    """
    return {
        "model_hash": evidence.model_hash,
        "transcript": asdict(evidence.transcript) if evidence.transcript else None,
        "readings": {name: _reading_record(reading, exact) for name, reading in evidence.predictions.items()},
    }


def _reading_record(reading: ModalityPrediction, exact: bool) -> dict[str, Any]:
    def listed(values: Array, digits: int) -> list[float]:
        numbers: list[float] = (values if exact else np.round(values, digits)).tolist()
        return numbers

    return {
        "embedding": listed(reading.embedding, DIGITS),
        "logits": {task: listed(values, DIGITS) for task, values in reading.logits.items()},
        "probabilities": {task: listed(values, 9) for task, values in reading.probabilities.items()},
        **({} if reading.parts is None else {"parts": [listed(part, DIGITS) for part in reading.parts]}),
    }


def evidence_from_record(record: Mapping[str, Any]) -> Evidence:
    """The reverse of ``evidence_record``."""
    said = record["transcript"]
    transcript = (
        Transcript(said["text"], tuple(Word(**word) for word in said["words"]), said["confidence"]) if said else None
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


# --- records that may have been written by anybody -------------------------------------------------------------------


def checked_evidence(record: Any) -> Evidence:
    """The reverse of ``evidence_record`` for a record that is believed in nothing.

    Every number is finite, every vector has its shape, every distribution sums to 1, every string is short. Raises
    ValueError, KeyError, TypeError or AttributeError.
    """
    if not 1 <= len(record["readings"]) <= limits.MAX_RECORD_MODALITIES:
        raise ValueError("readings")
    predictions = {checked_name(name): _checked_reading(name, item) for name, item in record["readings"].items()}
    if len({len(reading.embedding) for reading in predictions.values()}) != 1:
        raise ValueError("embeddings of several widths")
    said = record["transcript"]
    return Evidence(predictions, checked_text(record["model_hash"], 64), None if said is None else _checked_words(said))


def _checked_reading(name: str, item: Any) -> ModalityPrediction:
    embedding = checked_numbers(item["embedding"], -1e3, 1e3)
    if not 0 < len(embedding) <= limits.MAX_RECORD_WIDTH:
        raise ValueError("embedding")
    logits = {task: checked_numbers(item["logits"][task], -1e6, 1e6) for task in TASKS}
    probabilities = {task: checked_numbers(item["probabilities"][task], 0.0, 1.0) for task in TASKS}
    for task, labels in TASKS.items():
        if logits[task].shape != (len(labels),) or probabilities[task].shape != (len(labels),):
            raise ValueError("classes")
        if abs(probabilities[task].sum() - 1) > 1e-6:
            raise ValueError("no distribution")
    parts = _checked_parts(item["parts"], len(embedding)) if "parts" in item else None
    return ModalityPrediction(name, embedding, logits, probabilities, parts)


def _checked_parts(rows: Any, width: int) -> Array:
    if not (isinstance(rows, list) and 1 <= len(rows) <= limits.MAX_SEGMENTS):
        raise ValueError("parts")
    parts = [checked_numbers(row, -1e3, 1e3) for row in rows]
    if any(len(part) != width for part in parts):
        raise ValueError("parts of several widths")
    return np.stack(parts)


def _checked_words(said: Any) -> Transcript:
    if len(said["words"]) > limits.MAX_RECORD_WORDS:
        raise ValueError("words")
    words = []
    for word in said["words"]:
        start, end, probability = checked_numbers([word["start"], word["end"], word["probability"]], -1.0, 1e3).tolist()
        words.append(Word(checked_text(word["text"], limits.MAX_RECORD_TEXT_CHARACTERS), start, end, probability))
    (confidence,) = checked_numbers([said["confidence"]], 0.0, 1.0).tolist()
    return Transcript(checked_text(said["text"], limits.MAX_RECORD_TEXT_CHARACTERS), tuple(words), confidence)


def checked_name(name: Any) -> str:
    """The name of a modality: a short identifier. Raises ValueError."""
    if not (isinstance(name, str) and name.isidentifier() and name.isascii() and len(name) <= 40):
        raise ValueError("name")
    return name


def checked_text(text: Any, longest: int) -> str:
    """A string of at most that many characters. Raises ValueError."""
    if not isinstance(text, str) or len(text) > longest:
        raise ValueError("text")
    return text


def checked_numbers(values: Any, lowest: float, highest: float) -> Array:
    """A flat list of finite numbers within bounds as an array (n,). Raises ValueError."""
    if not isinstance(values, list) or not all(type(value) in (int, float) for value in values):
        raise ValueError("numbers")
    numbers = np.array(values, dtype=np.float64)
    if not (np.isfinite(numbers).all() and (numbers >= lowest).all() and (numbers <= highest).all()):
        raise ValueError("bounds")
    return numbers
