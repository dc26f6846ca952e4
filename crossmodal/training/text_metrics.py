"""Predictions of a text model for many texts, and their metrics by corpus."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from crossmodal import metrics
from crossmodal.data.text import Sentence, TextData
from crossmodal.model.head import Head
from crossmodal.numerics import softmax
from crossmodal.training.precision import precision
from crossmodal.types import EMOTIONS, TASKS, Array

Tokenize = Callable[[Sequence[str]], tuple[Tensor, Tensor]]
"""Texts to token numbers (B, T) and a mask (B, T), True on real tokens."""


class TextModel(nn.Module):
    """theta(phi_2(f_2(x_2))) as one module, for training; its parts are what ships."""

    def __init__(self, encoder: nn.Module, projection: nn.Module, head: Head) -> None:
        super().__init__()
        self.encoder, self.projection, self.head = encoder, projection, head

    def forward(self, tokens: Tensor, mask: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Token numbers (B, T) and mask (B, T) -> z (B, D) and task -> logits (B, C), in float32."""
        states = self.encoder(tokens, mask).float()
        with torch.autocast("cpu", enabled=False):
            z = self.projection(states, mask)
            return z, self.head(z)


class Prediction(NamedTuple):
    """z (N, D) and, by task, logits (N, C), one row per text."""

    z: Array
    logits: dict[str, Array]


@torch.inference_mode()
def predict(
    model: TextModel, tokenize: Tokenize, texts: Sequence[str], *, batch: int = 128, bfloat16: bool = False
) -> Prediction:
    """Read texts in evaluation mode, sorted by length within, returned in the order given."""
    model.eval()
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
    parts = []
    with precision(bfloat16):
        for start in range(0, len(order), batch):
            parts.append(model(*tokenize([texts[row] for row in order[start : start + batch]])))
    back = np.argsort(order)
    z = torch.cat([part[0] for part in parts]).double().numpy()[back]
    logits = {task: torch.cat([part[1][task] for part in parts]).double().numpy()[back] for task in TASKS}
    return Prediction(z, logits)


def targets_of(sentences: Sequence[Sentence], task: str) -> Array:
    """Targets of a task (N, C): multi-hot emotions or shares of sentiments."""
    rows = [sentence.emotions if task == "emotion" else sentence.sentiment for sentence in sentences]
    return np.array(rows, dtype=np.float64)


def _calibration_parts(
    predictions: Mapping[str, Prediction], gold: Mapping[str, Array], task: str
) -> tuple[Array, Array]:
    """Logits and normalised targets of all corpora, each repeated to weigh the same; none for unknown targets."""
    logits, shares = [], []
    largest = max(len(rows) for rows in gold.values())
    for corpus, prediction in predictions.items():
        known = gold[corpus].sum(1) > 0
        times = max(1, round(largest / len(known)))
        target = gold[corpus][known]
        logits.append(np.repeat(prediction.logits[task][known], times, axis=0))
        shares.append(np.repeat(target / target.sum(1, keepdims=True), times, axis=0))
    return np.concatenate(logits), np.concatenate(shares)


def fit_temperatures(
    predictions: Mapping[str, Prediction], sentences: Mapping[str, Sequence[Sentence]]
) -> dict[str, float]:
    """Task -> the one temperature for all corpora (each weighs the same) with the least log-loss."""
    fitted = {}
    for task in TASKS:
        gold = {corpus: targets_of(rows, task) for corpus, rows in sentences.items()}
        fitted[task] = metrics.fit_temperature(*_calibration_parts(predictions, gold, task))
    return fitted


def corpus_metrics(
    corpus: str,
    prediction: Prediction,
    sentences: Sequence[Sentence],
    temperatures: Mapping[str, float],
    thresholds: Array | None = None,
) -> dict[str, Any]:
    """The metrics of one corpus.

    ``log_loss``, ``ece`` and ``accuracy`` of the top label (right where it is one of the labels given); for GoEmotions
    ``macro_f1`` and ``f1`` at per-class thresholds on the probabilities (fitted here unless given), for MELD
    ``weighted_f1`` of the largest probability; ``sentiment_f1`` is weighted, over rows with one known sentiment.
    """
    true = targets_of(sentences, "emotion")
    probabilities = softmax(prediction.logits["emotion"] / temperatures["emotion"])
    top = probabilities.argmax(1)
    correct = true[np.arange(len(true)), top] > 0
    measured: dict[str, Any] = {
        "log_loss": metrics.log_loss(
            prediction.logits["emotion"], true / true.sum(1, keepdims=True), temperatures["emotion"]
        ),
        "ece": metrics.expected_calibration_error(probabilities, correct),
        "accuracy": float(correct.mean()),
        "sentiment_f1": _sentiment_f1(prediction, sentences),
    }
    if corpus == "meld":
        measured["weighted_f1"] = metrics.weighted_f1(top, true.argmax(1), len(EMOTIONS))
        return measured
    thresholds = metrics.steady_thresholds(probabilities, true > 0) if thresholds is None else thresholds
    f1 = metrics.f1_by_class(probabilities >= thresholds, true > 0)
    return measured | {"macro_f1": float(f1.mean()), "f1": f1.tolist(), "thresholds": thresholds.tolist()}


def _sentiment_f1(prediction: Prediction, sentences: Sequence[Sentence]) -> float:
    gold = targets_of(sentences, "sentiment")
    known = gold.max(1) == 1.0
    top = prediction.logits["sentiment"][known].argmax(1)
    return metrics.weighted_f1(top, gold[known].argmax(1), gold.shape[1])


def evaluate_text(  # noqa: PLR0913
    model: TextModel,
    tokenize: Tokenize,
    data: TextData,
    split: str,
    *,
    temperatures: Mapping[str, float] | None = None,
    thresholds: Array | None = None,
    change: Callable[[str], str] = str,
    bfloat16: bool = False,
) -> dict[str, Any]:
    """Metrics by corpus on one split, and the temperatures in use (fitted on this split unless given).

    ``change`` is applied to every text first, for example ``without_punctuation``.
    """
    part: tuple[Sentence, ...] = getattr(data, split)
    sentences = {corpus: data.part(split, corpus) for corpus in dict.fromkeys(row.corpus for row in part)}
    predictions = {
        corpus: predict(model, tokenize, [change(row.text) for row in rows], bfloat16=bfloat16)
        for corpus, rows in sentences.items()
    }
    temperatures = temperatures or fit_temperatures(predictions, sentences)
    by_corpus: dict[str, Any] = {"temperatures": dict(temperatures)}
    for corpus, rows in sentences.items():
        by_corpus[corpus] = corpus_metrics(corpus, predictions[corpus], rows, temperatures, thresholds)
    return by_corpus


def dev_score(by_corpus: Mapping[str, Any]) -> float:
    """What picks the best epoch: the mean over corpora of macro-F1 (GoEmotions) and weighted F1 (MELD)."""
    scores = [
        corpus.get("macro_f1", corpus.get("weighted_f1"))
        for name, corpus in by_corpus.items()
        if name != "temperatures"
    ]
    return float(np.mean(scores))
