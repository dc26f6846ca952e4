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

from crossmodal.calibration import Calibration
from crossmodal.fusion import fusion_rules
from crossmodal.insight.sweep import Pairs, fuse_pairs, sweep
from crossmodal.metrics import Labels
from crossmodal.types import EMOTIONS, Array, FusionSettings

COUNT = 2_000


@dataclass(frozen=True, slots=True)
class Side:
    """Readings of one modality: probabilities (N, C), embeddings (N, D), class numbers (N,), origins (N,).

    Rows of the same origin, a speaker or a text, are no independent witnesses.
    """

    probabilities: Array
    embeddings: Array
    labels: Labels
    origins: Sequence[object]


def match(speech: Side, text: Side, *, count: int = COUNT, seed: int = 0) -> Pairs:
    """``count`` pairs, the classes alike: for each, a clip and a sentence of its class are drawn.

    The groups of the pairs are the speakers of the clips.
    """
    random = np.random.default_rng(seed)
    labels = np.arange(count) % len(EMOTIONS)
    rows = [
        np.array([random.choice(np.flatnonzero(side.labels == label)) for label in labels]) for side in (speech, text)
    ]
    _, groups = np.unique(np.asarray(speech.origins)[rows[0]], return_inverse=True)
    return Pairs(
        np.stack([side.probabilities[chosen] for side, chosen in zip((speech, text), rows, strict=True)], axis=1),
        np.stack([side.embeddings[chosen] for side, chosen in zip((speech, text), rows, strict=True)], axis=1),
        labels,
        groups,
    )


def pair_figures(chosen_on: Pairs, tested_on: Pairs, calibration: Calibration) -> dict[str, Any]:
    """Every rule on ``tested_on``, at equal weights and at the alpha that ``chosen_on`` likes best."""
    alone = sweep(tested_on, FusionSettings(), calibration, np.array([1.0, 0.0]))
    found: dict[str, Any] = {
        "pairs": len(tested_on.labels),
        "speech_alone": alone.figures(0),
        "text_alone": alone.figures(1),
        "rules": {},
    }
    for name in fusion_rules():
        settings = FusionSettings(rule=name)
        curve = sweep(chosen_on, settings, calibration)
        alpha = float(curve.alphas[curve.best])
        tested = sweep(tested_on, settings, calibration, np.array([0.5, alpha]))
        found["rules"][name] = {
            "equal": tested.figures(0),
            "best_alpha": round(alpha, 2),
            "best": tested.figures(1),
            "microseconds_per_pair": _cost(tested_on, settings, calibration),
        }
    return found


def _cost(pairs: Pairs, settings: FusionSettings, calibration: Calibration) -> float:
    start = time.perf_counter()
    fuse_pairs(pairs, settings, calibration, np.array([0.5]))
    return round((time.perf_counter() - start) / len(pairs.labels) * 1e6, 2)


def split_side(side: Side, first: Sequence[bool]) -> tuple[Side, Side]:
    """One side cut in two by a flag per row."""
    flag, origins = np.asarray(first, dtype=bool), np.asarray(side.origins)
    return tuple(  # type: ignore[return-value]
        Side(side.probabilities[rows], side.embeddings[rows], side.labels[rows], origins[rows])
        for rows in (flag, ~flag)
    )


def single_label(gold: Array) -> Mapping[str, Any]:
    """Rows of multi-hot targets (N, C) that name one class alone, and that class."""
    rows = np.flatnonzero((gold > 0).sum(1) == 1)
    return {"rows": rows, "labels": gold[rows].argmax(1)}
