"""Fusion on label-matched pairs of RAVDESS and GoEmotions: which rows choose alpha, which test, and what is damaged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from crossmodal.data.embeddings import LabelledEmbeddings, pad_parts
from crossmodal.data.text import TextData
from crossmodal.evaluation import pairs, speech
from crossmodal.explain.pairs import save_pairs
from crossmodal.fusion.calibration import Calibration
from crossmodal.modalities import TEXT
from crossmodal.model.folder import FOLDS, WINDOWS, ModelFolder
from crossmodal.pipeline import Pipeline
from crossmodal.training import fusion_rules, speech_windows
from crossmodal.types import TASKS

MEANING = (
    "label-matched pairs: a RAVDESS clip, read by a model that never heard its actor, and a GoEmotions test sentence "
    "of the same label; probabilities and embeddings of either, class numbers, and the actors, numbered, as groups"
)


def corpus_pair_metrics(pipeline: Pipeline, models: Path, sentences: TextData) -> dict[str, Any]:
    """Metrics of every rule; writes the tested pairs into ``models``, for the page's curve over alpha.

    Alpha is chosen on the first half of the actors with dev texts, on which the learned rules were trained as well;
    the metrics are of the others with test texts.
    """
    calibration = pipeline.calibration
    spoken = {kind: speech_side(calibration, models, kind) for kind in speech_windows.KINDS}
    half = fusion_rules.first_half([str(speaker) for speaker in spoken["clean"].origins])
    chosen, (clean, noisy) = (
        spoken["clean"].keep(half),
        [side.keep(~half) for side in spoken.values()],
    )
    written, worse = text_side(pipeline, sentences, "test"), text_side(pipeline, sentences, "test", pairs.damaged)
    rows = pairs.draw(clean, written, seed=2)
    tested_on = pairs.pair(clean, written, rows)
    chosen_on = pairs.match(chosen, text_side(pipeline, sentences, "dev"), seed=1)
    about = {"model_hash": pipeline.model_hash, "meaning": MEANING}
    save_pairs(pairs.with_grids(tested_on, calibration), models, about)
    damaged = {"speech_noisy": pairs.pair(noisy, written, rows), "text_damaged": pairs.pair(clean, worse, rows)}
    return pairs.pair_metrics(chosen_on, tested_on, calibration, damaged) | {"noise_db": speech_windows.SNR_DB}


def speech_side(calibration: Calibration, models: Path, kind: str) -> LabelledEmbeddings:
    """RAVDESS by the models of the folds, clean or noisy; temperatures are fitted on the other folds, clean."""
    scores, rows = speech.read_scores(ModelFolder(models).scores(FOLDS))
    segments = speech_windows.load(ModelFolder(models).scores(WINDOWS), kind)
    z = scores["z"] if kind == "clean" else segments.z
    asked = {task: calibration.logits(task, z) for task in TASKS}
    p = speech.cross_calibrated(scores, rows, None if kind == "clean" else asked)["emotion"]
    speakers = [row["speaker"] for row in rows]
    return LabelledEmbeddings(z, speech.labels_of(rows), np.array(speakers), pad_parts(segments.parts), p)


def text_side(
    pipeline: Pipeline, sentences: TextData, split: str, change: Callable[[str], str] | None = None
) -> LabelledEmbeddings:
    """GoEmotions' sentences of one label in one split, ``change`` done to each."""
    texts, labels = fusion_rules.single_label(sentences.part(split, "goemotions"))
    z, parts = pipeline.text_tower.sequences([change(text) for text in texts] if change else texts)
    p = pipeline.calibration.predict(TEXT, z).probabilities["emotion"]
    return LabelledEmbeddings(z, labels, np.array(texts), pad_parts(parts), p)
