"""Evidence out of untrusted JSON: rebuilt value by value, each checked for its type, shape and range.

Errors are the plain ones of Python; the caller turns them into an InputError.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from crossmodal import limits
from crossmodal.types import TASKS, Array, Evidence, ModalityPrediction, Transcript, Word


def validate_evidence(record: Any) -> Evidence:
    """The reverse of ``serialization.evidence_record`` for an untrusted record.

    Every number is checked to be finite, every vector to have its shape, every distribution to sum to 1 and every
    string to be short. Raises ValueError, KeyError, TypeError or AttributeError.
    """
    if not 1 <= len(record["readings"]) <= limits.MAX_RECORD_MODALITIES:
        raise ValueError("readings")
    predictions = {validate_name(name): _validate_prediction(name, item) for name, item in record["readings"].items()}
    if len({len(prediction.embedding) for prediction in predictions.values()}) != 1:
        raise ValueError("embeddings of several widths")
    stored = record["transcript"]
    transcript = None if stored is None else _validate_transcript(stored)
    return Evidence(predictions, validate_text(record["model_hash"], 64), transcript)


def _validate_prediction(name: str, item: Any) -> ModalityPrediction:
    embedding = validate_numbers(item["embedding"], -1e3, 1e3)
    if not 0 < len(embedding) <= limits.MAX_RECORD_WIDTH:
        raise ValueError("embedding")
    logits = {task: validate_numbers(item["logits"][task], -1e6, 1e6) for task in TASKS}
    probabilities = {task: validate_numbers(item["probabilities"][task], 0.0, 1.0) for task in TASKS}
    for task, labels in TASKS.items():
        if logits[task].shape != (len(labels),) or probabilities[task].shape != (len(labels),):
            raise ValueError("classes")
        if abs(probabilities[task].sum() - 1) > 1e-6:
            raise ValueError("no distribution")
    parts = _validate_parts(item["parts"], len(embedding)) if "parts" in item else None
    return ModalityPrediction(name, embedding, logits, probabilities, parts)


def _validate_parts(rows: Any, width: int) -> Array:
    if not (isinstance(rows, list) and 1 <= len(rows) <= limits.MAX_SEGMENTS):
        raise ValueError("parts")
    parts = [validate_numbers(row, -1e3, 1e3) for row in rows]
    if any(len(part) != width for part in parts):
        raise ValueError("parts of several widths")
    return np.stack(parts)


def _validate_transcript(stored: Any) -> Transcript:
    if len(stored["words"]) > limits.MAX_RECORD_WORDS:
        raise ValueError("words")
    words = []
    for word in stored["words"]:
        start, end, probability = validate_numbers(
            [word["start"], word["end"], word["probability"]], -1.0, 1e3
        ).tolist()
        words.append(Word(validate_text(word["text"], limits.MAX_RECORD_TEXT_CHARACTERS), start, end, probability))
    (confidence,) = validate_numbers([stored["confidence"]], 0.0, 1.0).tolist()
    return Transcript(validate_text(stored["text"], limits.MAX_RECORD_TEXT_CHARACTERS), tuple(words), confidence)


def validate_name(name: Any) -> str:
    """The name of a modality: a short identifier. Raises ValueError."""
    if not (isinstance(name, str) and name.isidentifier() and name.isascii() and len(name) <= 40):
        raise ValueError("name")
    return name


def validate_text(text: Any, max_characters: int) -> str:
    """A string of at most ``max_characters``. Raises ValueError."""
    if not isinstance(text, str) or len(text) > max_characters:
        raise ValueError("text")
    return text


def validate_numbers(values: Any, lowest: float, highest: float) -> Array:
    """A flat list of finite numbers in [``lowest``, ``highest``] as an array (n,). Raises ValueError."""
    if not isinstance(values, list) or not all(type(value) in (int, float) for value in values):
        raise ValueError("numbers")
    numbers = np.array(values, dtype=np.float64)
    if not (np.isfinite(numbers).all() and (numbers >= lowest).all() and (numbers <= highest).all()):
        raise ValueError("bounds")
    return numbers
