"""Accuracy of a rule at every mix of two modalities, on label-matched pairs.

All alphas are applied to all pairs in one batched operation. Where a rule's class scores are linear in alpha (see
``FusionRule.linear_scores``) that is one matrix product; the others are pooled one by one, which takes longer, or, if
learned, interpolated on a grid that ``evaluate`` wrote.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from crossmodal.explain.pairs import Pairs
from crossmodal.fusion import correct_prior, find_rule
from crossmodal.fusion.base import LinearScores
from crossmodal.fusion.calibration import Calibration
from crossmodal.fusion.fuse import check_prior, fusion_inputs, linear_scores
from crossmodal.fusion.rules.shared_space import SharedSpace
from crossmodal.metrics import Labels, calibration_error
from crossmodal.numerics import EPS
from crossmodal.types import MAIN_TASK, TASKS, Array, FloatArray, FusionSettings

ALPHAS = np.linspace(0.0, 1.0, 101)
RESAMPLES = 1_000
_BLOCK = 8
"""Alphas pooled at a time by a rule without lines, whose work grows with the width of the shared space."""


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """Metrics at each alpha, all (A,): unweighted average recall with its 95 % band, macro-F1, calibration error.

    ``alphas`` are the weights of the first modality. The band is a percentile bootstrap over the groups.
    """

    alphas: Array
    uar: Array
    low: Array
    high: Array
    macro_f1: Array
    ece: Array

    @property
    def best(self) -> int:
        """Index of the highest UAR; of several, the one nearest to equal weights."""
        rounded = self.uar.round(4)
        highest = np.flatnonzero(rounded == rounded.max())
        return int(highest[np.abs(self.alphas[highest] - 0.5).argmin()])

    def metrics_at(self, index: int) -> dict[str, float]:
        """UAR, macro-F1 and calibration error at one alpha, rounded to four decimal places."""
        return {name: round(float(getattr(self, name)[index]), 4) for name in ("uar", "macro_f1", "ece")}


def sweep(pairs: Pairs, settings: FusionSettings, calibration: Calibration, alphas: Array = ALPHAS) -> Sweep:
    """The metrics of one rule, temperature and prior at every weight ``alphas`` (A,) of the first modality.

    The weights in the settings are not used. Raises InputError ``unknown_rule`` or ``unknown_prior``.
    """
    scores, logarithmic = _scores(pairs, settings, calibration, alphas)
    highest = scores.max(1)
    winners = _winners(scores, highest)
    correct = winners == pairs.labels
    hits = _hits(pairs, correct)
    low, high = _band(pairs, hits)
    return Sweep(
        alphas=alphas,
        uar=hits @ _recall_weights(pairs, np.ones((1, _cells(pairs)[1])))[0],
        low=low,
        high=high,
        macro_f1=_macro_f1(winners, correct, pairs.labels),
        ece=calibration_error(_confidence(scores, highest, logarithmic, settings.temperature), correct),
    )


# --- scores at every alpha ------------------------------------------------------------------------------------------


def fuse_pairs(pairs: Pairs, settings: FusionSettings, calibration: Calibration, alphas: Array) -> Array:
    """Fused probabilities (A, N, C) by the rule itself, at temperature 1: the reference for the fast way.

    Where the pairs bring the rule's own grid, by that. Raises InputError ``unknown_rule``, ``unknown_prior`` or, for a
    learned rule, ``rule_untrained`` or ``rule_modalities``.
    """
    check_prior(settings.prior)
    rule, prior = find_rule(settings.rule), calibration.prior[MAIN_TASK]
    if rule.name in pairs.grids:
        pooled = _between(pairs.grids[rule.name], alphas)
    else:
        used = rule.weights(np.stack([alphas, 1.0 - alphas], axis=-1)[:, None], pairs.probabilities)
        inputs = fusion_inputs(
            calibration,
            rule.name,
            MAIN_TASK,
            pairs.modalities,
            pairs.probabilities,
            used,
            pairs.embeddings,
            pairs.sequences,
        )
        pooled = rule.pool(inputs)
    return correct_prior(pooled, prior) if settings.prior == "even" else pooled


def _between(grid: Array, alphas: Array) -> Array:
    """Linear interpolation between the points of a grid (G, N, C) over [0, 1]: (A, N, C)."""
    position = alphas * (len(grid) - 1)
    below = np.minimum(position.astype(int), len(grid) - 2)
    fraction = (position - below)[:, None, None]
    return (1 - fraction) * grid[below] + fraction * grid[below + 1]


def _scores(pairs: Pairs, settings: FusionSettings, calibration: Calibration, alphas: Array) -> tuple[FloatArray, bool]:
    """Class scores (A, C, N), and whether they are logarithms: in that layout every step runs along the pairs."""
    if isinstance(find_rule(settings.rule), SharedSpace):
        return _shared_scores(pairs, settings, calibration, alphas), True
    intervals = linear_scores(pairs.probabilities, settings, calibration)
    size, classes = pairs.labels.size, pairs.probabilities.shape[-1]
    scores = np.empty((len(alphas), classes, size), np.float32)
    for linear in intervals:
        chosen = (alphas >= linear.start) & (alphas <= linear.end)
        ends = np.stack([linear.first.T, linear.last.T]).astype(np.float32)
        scores[chosen] = (_end_weights(linear, alphas[chosen]) @ ends.reshape(2, -1)).reshape(-1, classes, size)
    for start in range(0, 0 if intervals else len(alphas), _BLOCK):
        block = slice(start, start + _BLOCK)
        scores[block] = fuse_pairs(pairs, settings, calibration, alphas[block]).swapaxes(1, 2)
    return scores, any(linear.logarithmic for linear in intervals)


def _shared_scores(pairs: Pairs, settings: FusionSettings, calibration: Calibration, alphas: Array) -> FloatArray:
    """Log scores (A, C, N) of the shared-space sum, without the sum itself at every alpha.

    Theta is linear: at the sum its logits are those of the two z, weighed, over the length of the sum, which their
    products give.
    """
    check_prior(settings.prior)
    z = pairs.embeddings.astype(np.float32)
    weight = calibration.weight[MAIN_TASK].astype(np.float32)
    weights = np.stack([alphas, 1.0 - alphas], axis=-1).astype(np.float32)
    ends = np.stack([weight @ z[:, 0].T, weight @ z[:, 1].T])  # (2, C, N)
    products = np.stack([(z[:, i] * z[:, j]).sum(-1) for i, j in ((0, 0), (1, 1), (0, 1))])
    powers = np.stack([weights[:, 0] ** 2, weights[:, 1] ** 2, 2 * weights[:, 0] * weights[:, 1]], axis=-1)
    length = np.sqrt(np.maximum(powers @ products, 1e-18))
    temperatures = np.array([calibration.temperature[name][MAIN_TASK] for name in pairs.modalities], np.float32)
    temperature = np.exp(weights @ np.log(temperatures))
    scaled = (weights / temperature[:, None]).astype(np.float32)
    scores: FloatArray = (scaled @ ends.reshape(2, -1)).reshape(len(alphas), *ends.shape[1:]).astype(np.float32)
    scores /= length[:, None]
    scores += (calibration.bias[MAIN_TASK].astype(np.float32) / temperature[:, None])[..., None]
    if settings.prior == "even":
        scores -= np.log(np.maximum(calibration.prior[MAIN_TASK], EPS)).astype(np.float32)[:, None]
    return scores


def _end_weights(linear: LinearScores, alphas: Array) -> FloatArray:
    """Interpolation weights of the scores at either end of an interval for each alpha, over their scale: (A, 2)."""
    fraction = (alphas - linear.start) / (linear.end - linear.start)
    weights = np.stack([1.0 - fraction, fraction], axis=-1)
    return (weights / (weights @ linear.scale)[:, None]).astype(np.float32)


def _winners(scores: FloatArray, highest: FloatArray) -> NDArray[np.int8]:
    """The class (A, N) with the highest of the scores (A, C, N); of equal ones the last, as ``numerics.winner``.

    Whole planes are compared class by class: numpy's argmax across planes takes ten times as long.
    """
    winners = np.zeros(highest.shape, np.int8)
    for number in range(scores.shape[1]):
        np.maximum(winners, (scores[:, number] >= highest) * np.int8(number), out=winners)
    return winners


def _confidence(scores: FloatArray, highest: FloatArray, logarithmic: bool, temperature: float) -> FloatArray:
    """The fused probability (A, N) of the winner at that temperature, clipped as by ``scale_temperature``."""
    top = highest[:, None]
    ratio = np.exp(scores - top) if logarithmic else scores / top
    total = ratio.sum(1)
    if temperature == 1.0:
        return 1.0 / total
    np.maximum(ratio, np.float32(EPS) * total[:, None], out=ratio)
    np.power(ratio, np.float32(1.0 / temperature), out=ratio)
    confidence: FloatArray = 1.0 / ratio.sum(1)
    return confidence


# --- metrics --------------------------------------------------------------------------------------------------------


def _macro_f1(winners: NDArray[np.int8], correct: NDArray[np.bool_], labels: Labels) -> Array:
    """Macro-F1 (A,) over all classes of the main task, from winners (A, N); as ``metrics.f1_by_class`` counts it."""
    classes, rows = len(TASKS[MAIN_TASK]), np.arange(len(winners))[:, None] * len(TASKS[MAIN_TASK])
    cells = (rows + winners).ravel()
    predicted = np.bincount(cells, minlength=winners.shape[0] * classes).reshape(-1, classes)
    hits = np.bincount(cells, weights=correct.ravel(), minlength=winners.shape[0] * classes).reshape(-1, classes)
    true = np.bincount(labels, minlength=classes)
    macro_f1: Array = (2.0 * hits / np.maximum(predicted + true, 1)).mean(1)
    return macro_f1


def _cells(pairs: Pairs) -> tuple[NDArray[np.int64], int]:
    """The cell (N,) of each pair in a table of groups by classes, and the number of groups."""
    return pairs.groups * len(TASKS[MAIN_TASK]) + pairs.labels, int(pairs.groups.max()) + 1


def _hits(pairs: Pairs, correct: NDArray[np.bool_]) -> Array:
    """Correct predictions at each alpha by group and class, (A, G C), as one matrix product."""
    cells, groups = _cells(pairs)
    membership = np.zeros((len(cells), groups * len(TASKS[MAIN_TASK])), np.float32)
    membership[np.arange(len(cells)), cells] = 1.0
    return (correct.astype(np.float32) @ membership).astype(np.float64)


def _recall_weights(pairs: Pairs, drawn: Array) -> Array:
    """What a correct prediction in each cell adds to the UAR, (B, G C), where group g was drawn ``drawn`` (B, G) times.

    Classes that no drawn group contains do not count.
    """
    cells, groups = _cells(pairs)
    table = np.bincount(cells, minlength=groups * len(TASKS[MAIN_TASK])).reshape(groups, -1)
    total = drawn @ table  # (B, C)
    unit_recall = np.where(total > 0, 1.0 / np.maximum(total, 1), 0.0) / (total > 0).sum(1, keepdims=True)
    weights: Array = (drawn[:, :, None] * unit_recall[:, None, :]).reshape(len(drawn), -1)
    return weights


def _band(pairs: Pairs, hits: Array) -> tuple[Array, Array]:
    """The 95 % percentile interval of the UAR at each alpha, (A,) each, with whole groups drawn."""
    drawn = _draws(_cells(pairs)[1])
    low, high = np.percentile(hits @ _recall_weights(pairs, drawn).T, [2.5, 97.5], axis=1)
    return low, high


@cache
def _draws(groups: int) -> Array:
    """How often each group is drawn in RESAMPLES resamples of as many groups, with replacement: (B, G)."""
    random = np.random.default_rng(0)
    return random.multinomial(groups, np.full(groups, 1 / groups), size=RESAMPLES).astype(np.float64)
