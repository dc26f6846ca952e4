"""Fusion on label-matched pairs: a clip and a sentence of the same label, from speakers and texts held out of training.

No open corpus at hand has both emotional words and emotional voice, so these pairs are made. They assume that voice
and words are independent given the emotion, which makes their metrics an upper bound; everywhere they are shown they
are called label-matched pairs.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossmodal.data.embeddings import LabelledEmbeddings
from crossmodal.explain.pairs import GRID, Pairs
from crossmodal.explain.sweep import fuse_pairs, sweep
from crossmodal.fusion.calibration import Calibration
from crossmodal.metrics import bootstrap, unweighted_average_recall
from crossmodal.text import without_punctuation
from crossmodal.types import EMOTIONS, Array, FusionSettings

COUNT = 2_000
REPEATS = 7
LOST = 5
"""Every word at a multiple of this position is lost from a damaged text."""
Rows = NDArray[np.int64]


def match(speech: LabelledEmbeddings, text: LabelledEmbeddings, *, count: int = COUNT, seed: int = 0) -> Pairs:
    """``count`` pairs, equally many of each class: for each, a clip and a sentence of its class are drawn.

    The groups of the pairs are the speakers of the clips.
    """
    return pair(speech, text, draw(speech, text, count=count, seed=seed))


def draw(
    speech: LabelledEmbeddings, text: LabelledEmbeddings, *, count: int = COUNT, seed: int = 0
) -> tuple[Rows, Rows]:
    """The rows of either side that ``match`` puts together, (count,) each."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % len(EMOTIONS)
    first, second = (
        np.array([random.choice(np.flatnonzero(side.labels == label)) for label in labels]) for side in (speech, text)
    )
    return first, second


def pair(speech: LabelledEmbeddings, text: LabelledEmbeddings, rows: tuple[Rows, Rows]) -> Pairs:
    """The pairs of the rows drawn; drawn once, they may be put together from sides that were damaged since."""
    _, groups = np.unique(speech.origins[rows[0]], return_inverse=True)
    chosen = list(zip((speech, text), rows, strict=True))
    return Pairs(
        np.stack([probabilities_of(side)[drawn] for side, drawn in chosen], axis=1),
        np.stack([side.embeddings[drawn] for side, drawn in chosen], axis=1),
        speech.labels[rows[0]],
        groups,
        sequences=tuple(side.parts[drawn] for side, drawn in chosen if side.parts is not None),
    )


def probabilities_of(side: LabelledEmbeddings) -> Array:
    """The calibrated probabilities (N, C) of a side, which every one that is fused has."""
    assert side.probabilities is not None
    return side.probabilities


def damaged(text: str) -> str:
    """A sentence in small letters, without punctuation and without every fifth word."""
    words = without_punctuation(text).lower().split()
    return " ".join(word for position, word in enumerate(words, 1) if position % LOST) or text


def pair_metrics(
    chosen_on: Pairs, tested_on: Pairs, calibration: Calibration, damaged_pairs: Mapping[str, Pairs] | None = None
) -> dict[str, Any]:
    """Every rule on ``tested_on``, at equal weights and at the alpha with the highest UAR on ``chosen_on``.

    ``damaged_pairs`` are the same pairs under other names with one modality damaged, fused at equal weights.
    """
    alone = sweep(tested_on, FusionSettings(), calibration, np.array([1.0, 0.0]))
    metrics: dict[str, Any] = {
        "pairs": len(tested_on.labels),
        "speech_alone": alone.metrics_at(0),
        "text_alone": alone.metrics_at(1),
        "rules": {},
    }
    for name in calibration.rules():
        settings = FusionSettings(rule=name)
        curve = sweep(chosen_on, settings, calibration)
        alpha = float(curve.alphas[curve.best])
        metrics["rules"][name] = {
            "best_alpha": round(alpha, 2),
            **_conditions(tested_on, settings, calibration, alpha),
            **{
                kind: sweep(pairs, settings, calibration, np.array([0.5])).metrics_at(0)
                for kind, pairs in (damaged_pairs or {}).items()
            },
            "parameters": parameters(calibration, name),
            "microseconds_per_pair": _cost(tested_on, settings, calibration),
        }
    return metrics | {"learned_against_pools": learned_against_pools(tested_on, calibration, metrics["rules"])}


def _conditions(pairs: Pairs, settings: FusionSettings, calibration: Calibration, best: float) -> dict[str, Any]:
    """The metrics at equal weights, at the best alpha, with either modality missing, and at a uniform prior."""
    tested = sweep(pairs, settings, calibration, np.array([0.5, best, 0.0, 1.0]))
    even = sweep(pairs, replace(settings, prior="even"), calibration, np.array([0.5]))
    names = ("equal", "best", "speech_missing", "text_missing")
    return {name: tested.metrics_at(index) for index, name in enumerate(names)} | {"even_prior": even.metrics_at(0)}


def parameters(calibration: Calibration, rule: str) -> int:
    """The number of trained parameters of a rule."""
    return sum(value.size for value in calibration.learned.get(rule, {}).values())


def learned_against_pools(pairs: Pairs, calibration: Calibration, metrics: Mapping[str, Any]) -> dict[str, Any] | None:
    """The best learned rule less the best pool, each at its own best alpha: the difference in UAR with its interval.

    None where nothing is learned.
    """
    learned = [name for name, rule in calibration.rules().items() if rule.learned]
    pools = [name for name in metrics if name not in learned]
    if not learned:
        return None
    best = [max(names, key=lambda name: metrics[name]["best"]["uar"]) for names in (learned, pools)]
    tops = [
        fuse_pairs(pairs, FusionSettings(rule=name), calibration, np.array([metrics[name]["best_alpha"]]))[0].argmax(1)
        for name in best
    ]

    def difference(rows: Rows) -> float:
        first, second = (unweighted_average_recall(pairs.labels[rows], top[rows], len(EMOTIONS)) for top in tops)
        return first - second

    return {"learned": best[0], "pool": best[1], "difference": bootstrap(difference, pairs.groups.tolist()).as_dict()}


def with_grids(pairs: Pairs, calibration: Calibration) -> Pairs:
    """The pairs with each learned rule's output at GRID alphas, and without the sequences."""
    grids = {
        name: fuse_pairs(pairs, FusionSettings(rule=name), calibration, GRID)
        for name, rule in calibration.rules().items()
        if rule.learned
    }
    return replace(pairs, sequences=(), grids=grids)


def _cost(pairs: Pairs, settings: FusionSettings, calibration: Calibration) -> float:
    """Microseconds a pair takes in one batch: the least of REPEATS, which other load on the machine affects least."""
    taken = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        fuse_pairs(pairs, settings, calibration, np.array([0.5]))
        taken.append(time.perf_counter() - start)
    return round(min(taken) / len(pairs.labels) * 1e6, 2)
