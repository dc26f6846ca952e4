"""The map of the shared space, made: reference points, three projections, and how well search across modalities works.

The voices are RAVDESS clips, each read by the model of the fold that left its actor out; the words are the phrasebook,
read by the shipped models. Nothing of the corpora is needed but the scores that ``train`` left.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from crossmodal.data.phrasebook import Phrase, load_phrasebook
from crossmodal.errors import ModelError
from crossmodal.evaluation.speech import Row, labels_of
from crossmodal.explain import neighbours
from crossmodal.explain.embedding_map import EmbeddingMap, save_map
from crossmodal.fusion.calibration import Calibration
from crossmodal.metrics import Labels, bootstrap, recalls
from crossmodal.modalities import SPEECH, TEXT
from crossmodal.numerics import unit_length
from crossmodal.types import EMOTIONS, Array

PER_ACTOR = 4
"""Clips of each actor and emotion on the map: 20 actors, 7 emotions, 560 voices."""
OURS = "ours"
SEED = 0
MEANING = (
    "reference points of the shared space: RAVDESS clips, each read by a model that never heard its actor (origin: the "
    "actor, split: that model's fold), and the lines of the phrasebook, read by the shipped models; the figures of the "
    "voices derive from RAVDESS, CC BY-NC-SA 4.0"
)
REQUIREMENT = "umap-learn==0.5.12"


class Texts(Protocol):
    """What reads many texts at once, as the tower of the words does."""

    def embed(self, texts: Sequence[str]) -> Array:
        """Texts -> z (N, D)."""
        ...


def space_metrics(
    tower: Texts, calibration: Calibration, model_hash: str, models: Path, scores: tuple[Array, list[Row]]
) -> dict[str, Any]:
    """Write the map into ``models`` and return its figures; ``scores`` are the folds' z (N, D) and their rows.

    Raises ModelError where umap-learn, which only this needs, is not installed.
    """
    z, rows = unit_length(scores[0].astype(np.float64)), scores[1]
    phrases = load_phrasebook()
    text = tower.embed([phrase.text for phrase in phrases])
    on_map = thinned(rows)
    space = _space(z[on_map], [rows[row] for row in on_map], text, phrases)
    save_map(space, models, {"model_hash": model_hash, "meaning": MEANING})
    actors = np.array([row["speaker"] for row in rows])
    return {
        "on_map": {"voices": len(on_map), "phrases": len(phrases)},
        "explained": round(space.explained, 4),
        "gap": round(float(np.linalg.norm(z[on_map].mean(0) - text.mean(0))), 4),
        "read_as_intended": _as_intended(text, phrases, calibration),
        "retrieval": retrieval(z, labels_of(rows), actors, text, _labels(phrases)),
    }


def thinned(rows: Sequence[Row]) -> list[int]:
    """Row numbers of PER_ACTOR clips of every actor and emotion, spread over those that there are."""
    cells: dict[tuple[str, str], list[int]] = {}
    for number, row in enumerate(rows):
        cells.setdefault((row["speaker"], row["emotion"]), []).append(number)
    chosen = [
        members[index]
        for members in cells.values()
        for index in np.linspace(0, len(members) - 1, min(PER_ACTOR, len(members))).round().astype(int)
    ]
    return sorted(chosen)


def _labels(phrases: Sequence[Phrase]) -> Labels:
    return np.array([EMOTIONS.index(phrase.emotion) for phrase in phrases])


def _space(z: Array, rows: Sequence[Row], text: Array, phrases: Sequence[Phrase]) -> EmbeddingMap:
    points = np.concatenate([z, text])
    modality = np.repeat([0, 1], [len(z), len(text)])
    mean, components, explained = principal_plane(points)
    level, _ = neighbours.centred(points, modality)
    return EmbeddingMap(
        z=points,
        modality=modality,
        labels=np.concatenate([labels_of(rows), _labels(phrases)]),
        origins=(*(row["speaker"].rpartition("_")[2] for row in rows), *(phrase.id for phrase in phrases)),
        splits=(*(row["model"].removeprefix("fold") for row in rows), *(OURS for _ in phrases)),
        mean=mean,
        components=components,
        explained=explained,
        layouts={"tsne": framed(tsne(level)), "umap": framed(umap(level))},
    )


# --- projections -----------------------------------------------------------------------------------------------------


def principal_plane(points: Array) -> tuple[Array, Array, float]:
    """PCA of points (N, D): their mean (D,), the plane of most variance (2, D), and the share of it that it shows."""
    from sklearn.decomposition import PCA

    fitted = PCA(2, svd_solver="full").fit(points)
    return fitted.mean_, fitted.components_, float(fitted.explained_variance_ratio_.sum())


def tsne(points: Array) -> Array:
    """t-SNE (van der Maaten & Hinton 2008) of points (N, D) by their cosines, from PCA: (N, 2)."""
    from sklearn.manifold import TSNE

    wide = min(40.0, (len(points) - 1) / 4)
    model = TSNE(2, perplexity=wide, metric="cosine", init="pca", random_state=SEED, n_jobs=1)
    layout: Array = model.fit_transform(points).astype(np.float64)
    return layout


def umap(points: Array) -> Array:
    """UMAP (McInnes et al. 2018) of points (N, D) by their cosines: (N, 2). Raises ModelError where it is missing."""
    try:
        from umap import UMAP
    except ImportError as error:
        raise ModelError("package_missing", package="umap-learn", requirement=REQUIREMENT) from error
    model = UMAP(n_neighbors=30, min_dist=0.35, metric="cosine", random_state=SEED, n_jobs=1)
    layout: Array = model.fit_transform(points).astype(np.float64)
    return layout


def framed(coordinates: Array) -> Array:
    """Coordinates (N, 2) about the origin, the farthest of either axis at 1; the shape is kept."""
    middle = (coordinates.max(0) + coordinates.min(0)) / 2
    scaled: Array = (coordinates - middle) / np.abs(coordinates - middle).max()
    return scaled


# --- metrics ---------------------------------------------------------------------------------------------------------


def _as_intended(text: Array, phrases: Sequence[Phrase], calibration: Calibration) -> dict[str, Any]:
    """How many lines of the phrasebook the words' reading names as they were written."""
    true = _labels(phrases)
    predicted = calibration.logits(next(iter(calibration.weight)), text).argmax(1)
    by_class = recalls(true, predicted, len(EMOTIONS))
    return {
        "share": round(float((predicted == true).mean()), 4),
        "by_emotion": {name: round(float(value), 4) for name, value in zip(EMOTIONS, by_class, strict=True)},
    }


def retrieval(
    speech: Array, speech_labels: Labels, actors: NDArray[Any], text: Array, text_labels: Labels
) -> dict[str, dict[str, Any]]:
    """Mean average precision by emotion, ``query>found``, with chance: across the modalities and within each.

    Points are found by cosine; right is what has the query's emotion. Within speech no clip of the same actor is
    ranked. Intervals draw actors, or phrases where those are the queries. ``centred`` is the same without the mean of
    each modality.
    """
    same_actor = actors[:, None] == actors[None, :]
    sides = {SPEECH: (speech, speech_labels, actors), TEXT: (text, text_labels, np.arange(len(text)))}
    level = {name: unit_length(z - z.mean(0)) for name, (z, _, _) in sides.items()}
    barred = {"speech>speech": same_actor, "text>text": np.eye(len(text), dtype=bool)}
    by_way = {}
    for source, (z, labels, groups) in sides.items():
        for target, (points, others, _) in sides.items():
            way = f"{source}>{target}"
            relevant = labels[:, None] == others[None, :]
            left_out = barred.get(way, np.zeros_like(relevant))
            precision = neighbours.average_precision(z @ points.T, relevant, left_out)
            moved = neighbours.average_precision(level[source] @ level[target].T, relevant, left_out)
            chance = neighbours.chance_precision((relevant & ~left_out).sum(1), (~left_out).sum(1))
            by_way[way] = _precision(precision, labels, groups) | {
                "chance": round(_macro(chance, labels), 4),
                "centred": round(_macro(moved, labels), 4),
            }
    return by_way


def _macro(values: Array, labels: Labels, rows: NDArray[np.int64] | None = None) -> float:
    """The mean over emotions of the mean over their queries, so that every emotion has equal weight."""
    if rows is not None:
        values, labels = values[rows], labels[rows]
    return float(np.mean(list(neighbours.mean_by_class(values, labels).values())))


def _precision(precision: Array, labels: Labels, groups: Sequence[Any] | NDArray[Any]) -> dict[str, Any]:
    by_class = neighbours.mean_by_class(precision, labels)
    return {
        "map": bootstrap(partial(_macro, precision, labels), list(groups)).as_dict(),
        "by_emotion": {EMOTIONS[label]: round(value, 4) for label, value in by_class.items()},
    }
