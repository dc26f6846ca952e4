"""Fusion on label-matched pairs: a clip and a sentence of the same label, from speakers and texts held out of training.

No open corpus at hand has both emotional words and emotional voice, so these pairs are made. They assume that voice
and words are independent given the emotion, which makes their figures an upper bound; everywhere they are shown they
are called label-matched pairs.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from crossmodal import metrics
from crossmodal.calibration import Calibration
from crossmodal.evaluation.statistics import unweighted_average_recall
from crossmodal.fusing import fused_head
from crossmodal.fusion import FusionRule, Problem, fusion_rules
from crossmodal.metrics import Labels
from crossmodal.types import EMOTIONS, Array

MODALITIES = ("speech", "text")
ALPHAS = np.linspace(0.0, 1.0, 101)
COUNT = 2_000


@dataclass(frozen=True, slots=True)
class Pairs:
    """N pairs: ``probabilities`` (N, 2, C), ``embeddings`` (N, 2, D) and class numbers ``labels`` (N,)."""

    probabilities: Array
    embeddings: Array
    labels: Labels


@dataclass(frozen=True, slots=True)
class Side:
    """Readings of one modality: probabilities (N, C), embeddings (N, D), class numbers (N,)."""

    probabilities: Array
    embeddings: Array
    labels: Labels


def match(speech: Side, text: Side, *, count: int = COUNT, seed: int = 0) -> Pairs:
    """``count`` pairs, the classes alike: for each, a clip and a sentence of its class are drawn."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % len(EMOTIONS)
    rows = [
        np.array([random.choice(np.flatnonzero(side.labels == label)) for label in labels]) for side in (speech, text)
    ]
    return Pairs(
        np.stack([side.probabilities[chosen] for side, chosen in zip((speech, text), rows, strict=True)], axis=1),
        np.stack([side.embeddings[chosen] for side, chosen in zip((speech, text), rows, strict=True)], axis=1),
        labels,
    )


def fuse_pairs(rule: FusionRule, pairs: Pairs, alpha: float, calibration: Calibration) -> Array:
    """Fused probabilities (N, C) of all pairs at one weight of the voice in [0, 1]; the words get the rest."""
    weights = np.broadcast_to([alpha, 1.0 - alpha], (len(pairs.labels), 2))
    used = rule.weights(weights, pairs.probabilities)
    head = fused_head(calibration, "emotion", MODALITIES)
    return rule.pool(Problem(pairs.probabilities, used, calibration.prior["emotion"], pairs.embeddings, head))


def _figures(p: Array, labels: Labels) -> dict[str, float]:
    top = p.argmax(1)
    indicators = (metrics.indicators(top, len(EMOTIONS)), metrics.indicators(labels, len(EMOTIONS)))
    return {
        "uar": round(unweighted_average_recall(labels, top, len(EMOTIONS)), 4),
        "macro_f1": round(float(metrics.f1_by_class(*indicators).mean()), 4),
        "ece": round(metrics.expected_calibration_error(p, top == labels), 4),
    }


def best_alpha(rule: FusionRule, pairs: Pairs, calibration: Calibration) -> float:
    """The weight of the voice with the highest UAR; of several, the one nearest to one half."""
    scores = [
        (_figures(fuse_pairs(rule, pairs, alpha, calibration), pairs.labels)["uar"], -abs(alpha - 0.5), alpha)
        for alpha in ALPHAS
    ]
    return float(max(scores)[2])


def pair_figures(chosen_on: Pairs, tested_on: Pairs, calibration: Calibration) -> dict[str, Any]:
    """Every rule on ``tested_on``, at equal weights and at the alpha that ``chosen_on`` likes best."""
    found: dict[str, Any] = {
        "pairs": len(tested_on.labels),
        "speech_alone": _figures(tested_on.probabilities[:, 0], tested_on.labels),
        "text_alone": _figures(tested_on.probabilities[:, 1], tested_on.labels),
        "rules": {},
    }
    for name, rule in fusion_rules().items():
        alpha = best_alpha(rule, chosen_on, calibration)
        found["rules"][name] = {
            "equal": _figures(fuse_pairs(rule, tested_on, 0.5, calibration), tested_on.labels),
            "best_alpha": round(alpha, 2),
            "best": _figures(fuse_pairs(rule, tested_on, alpha, calibration), tested_on.labels),
            "microseconds_per_pair": _cost(rule, tested_on, calibration),
        }
    return found


def _cost(rule: FusionRule, pairs: Pairs, calibration: Calibration) -> float:
    start = time.perf_counter()
    fuse_pairs(rule, pairs, 0.5, calibration)
    return round((time.perf_counter() - start) / len(pairs.labels) * 1e6, 2)


def split_side(side: Side, first: Sequence[bool]) -> tuple[Side, Side]:
    """One side cut in two by a flag per row."""
    flag = np.asarray(first, dtype=bool)
    return tuple(  # type: ignore[return-value]
        Side(side.probabilities[rows], side.embeddings[rows], side.labels[rows]) for rows in (flag, ~flag)
    )


def single_label(gold: Array) -> Mapping[str, Any]:
    """Rows of multi-hot targets (N, C) that name one class alone, and that class."""
    rows = np.flatnonzero((gold > 0).sum(1) == 1)
    return {"rows": rows, "labels": gold[rows].argmax(1)}
