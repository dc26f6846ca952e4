"""Metrics on plain arrays: N rows, C classes. Probabilities sum to 1 along the last axis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossmodal.types import Array

Labels = NDArray[np.int64]

ECE_BINS = 15
BOOTSTRAP_RESAMPLES = 1_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A metric with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float

    def as_dict(self) -> dict[str, float]:
        """The three numbers, rounded to four digits."""
        return {"value": round(self.value, 4), "low": round(self.low, 4), "high": round(self.high, 4)}


def f1_by_class(predicted: NDArray[np.bool_], true: NDArray[np.bool_]) -> Array:
    """F1 of each class from indicator arrays (N, C) -> (C,); 0 for a class neither predicted nor true."""
    hits = (predicted & true).sum(0)
    f1: Array = 2.0 * hits / np.maximum(predicted.sum(0) + true.sum(0), 1)
    return f1


def indicators(labels: Labels, classes: int) -> NDArray[np.bool_]:
    """Class numbers (N,) -> indicator array (N, C)."""
    return labels[:, None] == np.arange(classes)


def weighted_f1(predicted: Labels, true: Labels, classes: int) -> float:
    """F1 averaged over classes, each weighted by its share of ``true``; both (N,)."""
    targets = indicators(true, classes)
    return float(f1_by_class(indicators(predicted, classes), targets) @ targets.mean(0))


def best_thresholds(scores: Array, true: NDArray[np.bool_] | Array) -> Array:
    """For each class the threshold that makes its F1 largest: scores (N, C) and indicators (N, C) -> (C,).

    Probabilities in place of the indicators make the expected F1 largest (nearly: the ratio of the expectations).

    A class is predicted where its score is at least the threshold. The threshold lies midway between two scores, so
    that it does not depend on the value of one row.
    """
    thresholds = np.empty(scores.shape[1])
    for column in range(scores.shape[1]):
        order = np.argsort(-scores[:, column], kind="stable")
        ranked = scores[order, column]
        hits = np.cumsum(true[order, column])
        f1 = 2.0 * hits / (np.arange(1, len(ranked) + 1) + true[:, column].sum())
        f1[:-1][ranked[:-1] == ranked[1:]] = -1.0  # no threshold can part equal scores
        best = int(f1.argmax())
        thresholds[column] = ranked[best : best + 2].mean()
    return thresholds


def _logistic(x: Array, true: NDArray[np.bool_], steps: int = 30) -> Array:
    """P(true | x) by logistic regression on x (N,), by Newton's method with a ridge too small to matter."""
    design = np.stack([np.ones_like(x), x], axis=1)
    weights = np.zeros(2)
    for _ in range(steps):
        estimate = 1.0 / (1.0 + np.exp(-np.clip(design @ weights, -30, 30)))
        curvature = (design * (estimate * (1 - estimate))[:, None]).T @ design + 1e-3 * np.eye(2)
        weights += np.linalg.solve(curvature, design.T @ (true - estimate) - 1e-3 * weights)
    fitted: Array = 1.0 / (1.0 + np.exp(-np.clip(design @ weights, -30, 30)))
    return fitted


def steady_thresholds(probabilities: Array, true: NDArray[np.bool_]) -> Array:
    """Thresholds for F1 that carry over to other rows better than the best ones on these: (N, C), (N, C) -> (C,).

    A class with few true rows has a ragged F1 curve, and its peak is luck. Here each class is calibrated first (Platt
    1999) and the expected F1 of the calibrated probabilities is made largest (Lipton et al. 2014).
    """
    log_odds = np.log(np.clip(probabilities, 1e-9, 1 - 1e-9)) - np.log1p(-np.clip(probabilities, 1e-9, 1 - 1e-9))
    expected = [_logistic(log_odds[:, k], true[:, k]) for k in range(true.shape[1])]
    return best_thresholds(probabilities, np.stack(expected, axis=1))


def expected_calibration_error(probabilities: Array, correct: NDArray[np.bool_], bins: int = ECE_BINS) -> float:
    """ECE of the top label (Naeini et al. 2015; Guo et al. 2017) with equal-width bins.

    ``probabilities`` (N, C), ``correct`` (N,): whether the top label is right.
    """
    return float(calibration_error(probabilities.max(1)[None], correct[None], bins)[0])


def calibration_error(confidence: NDArray[np.floating], correct: NDArray[np.bool_], bins: int = ECE_BINS) -> Array:
    """ECE of many readers at once: the probability of the top label (A, N) and whether it is right (A, N) -> (A,)."""
    readers, rows = confidence.shape
    cells = np.minimum((confidence * bins).astype(int), bins - 1) + bins * np.arange(readers)[:, None]
    gap = np.bincount(cells.ravel(), weights=(correct - confidence).ravel(), minlength=readers * bins)
    return np.abs(gap.reshape(readers, bins)).sum(1) / max(rows, 1)


def log_loss(logits: Array, targets: Array, temperature: float = 1.0) -> float:
    """Mean cross-entropy of softmax(logits / temperature) against targets (N, C) whose rows sum to 1."""
    scaled = logits / temperature
    scaled = scaled - scaled.max(1, keepdims=True)
    log_probabilities = scaled - np.log(np.exp(scaled).sum(1, keepdims=True))
    return float(-(targets * log_probabilities).sum(1).mean())


def fit_temperature(logits: Array, targets: Array, low: float = 0.1, high: float = 10.0) -> float:
    """The temperature with the least log-loss (Guo et al. 2017): logits (N, C), targets (N, C) with rows summing to 1.

    The log-loss has a single minimum along the temperature, so a golden-section search over its logarithm finds it.
    """
    ratio = (np.sqrt(5.0) - 1.0) / 2.0
    left, right = np.log(low), np.log(high)
    while right - left > 1e-4:
        a, b = right - ratio * (right - left), left + ratio * (right - left)
        if log_loss(logits, targets, float(np.exp(a))) < log_loss(logits, targets, float(np.exp(b))):
            right = b
        else:
            left = a
    return float(np.exp((left + right) / 2.0))


# --- recall, and uncertainty -----------------------------------------------------------------------------------------


def confusion(true: Labels, predicted: Labels, classes: int) -> NDArray[np.int64]:
    """Counts (C, C): rows are true classes, columns predicted ones."""
    return np.bincount(true * classes + predicted, minlength=classes * classes).reshape(classes, classes)


def recalls(true: Labels, predicted: Labels, classes: int) -> Array:
    """Recall of each class (C,); nan for a class that does not occur."""
    table = confusion(true, predicted, classes)
    total = table.sum(1)
    return np.where(total > 0, np.diag(table) / np.maximum(total, 1), np.nan)


def unweighted_average_recall(true: Labels, predicted: Labels, classes: int) -> float:
    """UAR: the mean recall over the classes that occur in ``true``. Chance is one over their number."""
    return float(np.nanmean(recalls(true, predicted, classes)))


def bootstrap(
    metric: Callable[[NDArray[np.int64]], float],
    groups: Sequence[object],
    *,
    resamples: int = BOOTSTRAP_RESAMPLES,
    seed: int = 0,
) -> Estimate:
    """``metric`` of row numbers, on all rows and on resampled ones, as value and 95 % percentile interval.

    Whole groups are drawn, with replacement: the clips of one speaker are not independent. Give every row a group of
    its own for plain resampling (Efron & Tibshirani 1993).
    """
    _, codes = np.unique(np.asarray(groups), return_inverse=True)
    order = np.argsort(codes, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(codes))[:-1])
    random = np.random.default_rng(seed)
    values = []
    for _ in range(resamples):
        drawn = random.integers(0, len(members), len(members))
        values.append(metric(np.concatenate([members[group] for group in drawn])))
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return Estimate(metric(order), float(low), float(high))
