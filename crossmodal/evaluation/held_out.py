"""One table for any head on one held-out set: voice alone, words alone, both fused, and each found by the other."""

from __future__ import annotations

from typing import Any

import numpy as np

from crossmodal import metrics
from crossmodal.data.embeddings import LabelledEmbeddings
from crossmodal.evaluation.pairs import match, probabilities_of
from crossmodal.explain import neighbours
from crossmodal.explain.sweep import sweep
from crossmodal.fusion.calibration import Calibration
from crossmodal.metrics import bootstrap, unweighted_average_recall
from crossmodal.modalities import SPEECH, TEXT
from crossmodal.types import EMOTIONS, FusionSettings

PAIR_SEED = 3
"""Fixed, so that all heads are measured on the same pairs."""
RESAMPLES = 400


def held_out_metrics(speech: LabelledEmbeddings, text: LabelledEmbeddings, calibration: Calibration) -> dict[str, Any]:
    """UAR with its 95 % interval, macro-F1 and ECE of voice, words and both, and retrieval both ways.

    ``fused`` is the linear pool at equal weights on label-matched pairs (see ``evaluation.pairs``); intervals are drawn
    over speakers, for the words over sentences. ``retrieval`` is mean average precision, see ``retrieval``.
    """
    pairs = match(speech, text, seed=PAIR_SEED)
    curve = sweep(pairs, FusionSettings(), calibration, np.array([0.5]))
    interval = {"low": round(float(curve.low[0]), 4), "high": round(float(curve.high[0]), 4)}
    return {
        SPEECH: modality_metrics(speech),
        TEXT: modality_metrics(text),
        "fused": {**curve.metrics_at(0), **interval, "pairs": len(pairs.labels)},
        "retrieval": {
            "speech>text": round(retrieval(speech, text), 4),
            "text>speech": round(retrieval(text, speech), 4),
        },
    }


def modality_metrics(embeddings: LabelledEmbeddings) -> dict[str, float]:
    """One modality alone: UAR with interval, macro-F1, ECE, number of rows."""
    probabilities = probabilities_of(embeddings)
    gold, top, size = embeddings.labels, probabilities.argmax(1), len(EMOTIONS)
    uar = bootstrap(
        lambda r: unweighted_average_recall(gold[r], top[r], size), embeddings.origins.tolist(), resamples=RESAMPLES
    )
    f1 = metrics.f1_by_class(metrics.indicators(top, size), metrics.indicators(gold, size))
    return {
        "uar": round(uar.value, 4),
        "low": round(uar.low, 4),
        "high": round(uar.high, 4),
        "macro_f1": round(float(f1.mean()), 4),
        "ece": round(metrics.expected_calibration_error(probabilities, gold == top), 4),
        "rows": len(gold),
    }


def retrieval(queries: LabelledEmbeddings, candidates: LabelledEmbeddings) -> float:
    """Mean average precision of finding, from each z of one modality, those of the other that share its emotion.

    Averaged within each emotion first, so that all weigh the same; a random ranking gives about 1 / 7.
    """
    relevant = queries.labels[:, None] == candidates.labels[None, :]
    precision = neighbours.average_precision(
        queries.embeddings @ candidates.embeddings.T, relevant, np.zeros_like(relevant)
    )
    return float(np.mean(list(neighbours.mean_by_class(precision, queries.labels).values())))
