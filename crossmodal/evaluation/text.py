"""Metrics of text, on GoEmotions and MELD, by the shipped weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from crossmodal import metrics
from crossmodal.data.text import Sentence, TextData, text_key
from crossmodal.fusion.calibration import Calibration
from crossmodal.metrics import bootstrap, confusion, recalls, unweighted_average_recall
from crossmodal.modalities import TEXT
from crossmodal.model.towers import BatchTower
from crossmodal.numerics import softmax
from crossmodal.text import without_punctuation
from crossmodal.training.text_metrics import targets_of
from crossmodal.types import EMOTIONS, SENTIMENTS, Array

CORPORA = ("goemotions", "meld")


def _by_corpus(
    tower: BatchTower, calibration: Calibration, data: TextData, split: str, *, unpunctuated: bool = False
) -> dict[str, tuple[list[Sentence], Array]]:
    embedded = {}
    for corpus in CORPORA:
        rows = data.part(split, corpus)
        texts = [without_punctuation(row.text) if unpunctuated else row.text for row in rows]
        embedded[corpus] = (rows, tower.embed(texts))
    return embedded


def _emotion(calibration: Calibration, z: Array) -> Array:
    return softmax(calibration.logits("emotion", z) / calibration.temperature[TEXT]["emotion"])


def goemotions_metrics(true: Array, p: Array, thresholds: Array) -> dict[str, Any]:
    """Multi-label metrics at thresholds from dev: macro-F1 with interval, F1 by class, calibration of the top label."""
    gold = true > 0
    rows = np.arange(len(p))
    macro = bootstrap(lambda r: float(metrics.f1_by_class(p[r] >= thresholds, gold[r]).mean()), rows.tolist())
    f1 = metrics.f1_by_class(p >= thresholds, gold)
    correct = gold[rows, p.argmax(1)]
    return {
        "rows": len(p),
        "macro_f1": macro.as_dict(),
        "f1": dict(zip(EMOTIONS, np.round(f1, 4).tolist(), strict=True)),
        "thresholds": dict(zip(EMOTIONS, np.round(thresholds, 4).tolist(), strict=True)),
        "top_label_accuracy": round(float(correct.mean()), 4),
        "ece": round(metrics.expected_calibration_error(p, correct), 4),
    }


def meld_metrics(true: Array, p: Array) -> dict[str, Any]:
    """Single-label metrics of the top label: weighted F1 with interval, UAR, F1 and recall by class, calibration."""
    gold, top, classes = true.argmax(1), p.argmax(1), len(EMOTIONS)
    rows = np.arange(len(p)).tolist()
    weighted = bootstrap(lambda r: metrics.weighted_f1(top[r], gold[r], classes), rows)
    f1 = metrics.f1_by_class(metrics.indicators(top, classes), metrics.indicators(gold, classes))
    return {
        "rows": len(p),
        "weighted_f1": weighted.as_dict(),
        "macro_f1": round(float(f1.mean()), 4),
        "uar": round(unweighted_average_recall(gold, top, classes), 4),
        "accuracy": round(float((gold == top).mean()), 4),
        "f1": dict(zip(EMOTIONS, np.round(f1, 4).tolist(), strict=True)),
        "recall": dict(zip(EMOTIONS, np.round(recalls(gold, top, classes), 4).tolist(), strict=True)),
        "confusion": confusion(gold, top, classes).tolist(),
        "ece": round(metrics.expected_calibration_error(p, gold == top), 4),
    }


def fit_offset(p: Array, gold: metrics.Labels) -> Array:
    """A shift of the log-probabilities (C,) that suits the class shares of a corpus, found on its dev split.

    Coordinate ascent on weighted F1; for comparison only, no part of the shipped model.
    """
    scores, offset = np.log(np.maximum(p, 1e-9)), np.zeros(p.shape[1])
    for _ in range(3):
        for column in range(p.shape[1]):
            trials = []
            for step in np.linspace(-1.5, 1.5, 31):
                shifted = offset.copy()
                shifted[column] = step
                top = (scores + shifted).argmax(1)
                trials.append((metrics.weighted_f1(top, gold, p.shape[1]), -abs(step), step))
            offset[column] = max(trials)[2]
    return offset


def sentiment_metrics(calibration: Calibration, rows: Sequence[Sentence], z: Array) -> dict[str, Any]:
    """Weighted F1, UAR and calibration of the three sentiments, over rows with one known sentiment."""
    true = targets_of(rows, "sentiment")
    known = true.max(1) == 1.0
    gold = true[known].argmax(1)
    p = softmax(calibration.logits("sentiment", z[known]) / calibration.temperature[TEXT]["sentiment"])
    top = p.argmax(1)
    return {
        "rows": int(known.sum()),
        "weighted_f1": round(metrics.weighted_f1(top, gold, len(SENTIMENTS)), 4),
        "uar": round(unweighted_average_recall(gold, top, len(SENTIMENTS)), 4),
        "ece": round(metrics.expected_calibration_error(p, gold == top), 4),
    }


def _not_in_train(
    data: TextData, p: Mapping[str, Array], gold: Mapping[str, Array], thresholds: Array
) -> dict[str, Any]:
    """The main metrics over test lines whose words do not stand in train, as short everyday lines may."""
    known = {text_key(row.text) for row in data.train}
    rows = {name: [text_key(row.text) not in known for row in data.part("test", name)] for name in CORPORA}
    return {
        "goemotions": goemotions_metrics(
            gold["goemotions"][rows["goemotions"]], p["goemotions"][rows["goemotions"]], thresholds
        ),
        "meld": meld_metrics(gold["meld"][rows["meld"]], p["meld"][rows["meld"]]),
    }


def text_metrics(tower: BatchTower, calibration: Calibration, data: TextData) -> dict[str, Any]:
    """Every metric of text on test; thresholds come from dev, and test is read once."""
    dev = _by_corpus(tower, calibration, data, "dev")
    test = _by_corpus(tower, calibration, data, "test")
    heard = _by_corpus(tower, calibration, data, "test", unpunctuated=True)
    p = {corpus: _emotion(calibration, z) for corpus, (_, z) in test.items()}
    gold = {corpus: targets_of(rows, "emotion") for corpus, (rows, _) in test.items()}
    dev_p = {corpus: _emotion(calibration, z) for corpus, (_, z) in dev.items()}
    dev_gold = {corpus: targets_of(rows, "emotion") for corpus, (rows, _) in dev.items()}
    thresholds = metrics.steady_thresholds(dev_p["goemotions"], dev_gold["goemotions"] > 0)
    offset = fit_offset(dev_p["meld"], dev_gold["meld"].argmax(1))
    shifted = softmax(np.log(np.maximum(p["meld"], 1e-9)) + offset)
    unpunctuated = {corpus: _emotion(calibration, z) for corpus, (_, z) in heard.items()}
    return {
        "goemotions": goemotions_metrics(gold["goemotions"], p["goemotions"], thresholds)
        | {"sentiment": sentiment_metrics(calibration, *test["goemotions"])},
        "meld": meld_metrics(gold["meld"], p["meld"]) | {"sentiment": sentiment_metrics(calibration, *test["meld"])},
        "meld_with_dev_prior": meld_metrics(gold["meld"], shifted),
        "not_in_train": _not_in_train(data, p, gold, thresholds),
        "without_punctuation": {
            "goemotions": goemotions_metrics(gold["goemotions"], unpunctuated["goemotions"], thresholds)["macro_f1"],
            "meld": meld_metrics(gold["meld"], unpunctuated["meld"])["weighted_f1"],
        },
        "removed_from_train": data.removed,
    }
