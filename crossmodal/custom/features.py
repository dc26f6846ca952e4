"""Build the reference features: pool what the frozen encoders make of clips and sentences, and reduce it.

``python -m crossmodal.custom.features --data DATA`` builds them; ``evaluate`` does so too.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from crossmodal.audio.decoder import shared_decoder
from crossmodal.custom.reference import DIMENSIONS, SPLITS, Basis
from crossmodal.custom.trainer import write_example
from crossmodal.data.embeddings import LabelledEmbeddings
from crossmodal.data.folders import TEXT_CORPORA, locate
from crossmodal.data.speech import CorpusClip, read_corpus, speakers
from crossmodal.data.text import TextData, read_text_data
from crossmodal.evaluation import speech as speech_evaluation
from crossmodal.evaluation.held_out import held_out_metrics
from crossmodal.modalities import SPEECH, TEXT
from crossmodal.model.encoders import speech as speech_encoder
from crossmodal.model.encoders import text as text_encoder
from crossmodal.model.folder import FOLDS, MODELS, ModelFolder, save_tensors
from crossmodal.model.projection import statistics
from crossmodal.pipeline import Pipeline
from crossmodal.pretrained import sha256
from crossmodal.progress import ItemCallback, ProgressBar
from crossmodal.training.clip_cache import condition
from crossmodal.training.fusion_rules import single_label
from crossmodal.types import EMOTIONS, FloatArray

SENTENCES = {"train": 800, "dev": 100, "test": 100}
"""At most so many sentences of each emotion."""
ACTORS = (12, 16)
"""In the order of their names, actors up to the first are train, up to the second dev, the others test."""

_MEANING = (
    "Features of frozen pretrained encoders, reduced by principal components. speech: mean and standard deviation over "
    "time of all five layers of Whisper tiny.en's encoder for RAVDESS clips; text: mean over tokens of the last layer "
    "of all-MiniLM-L6-v2 for GoEmotions comments with one emotion. No sound and no words are in here. A new input is "
    "placed by (pooled - centre) / spread @ basis."
)
_LICENCES = {
    "RAVDESS (Livingstone & Russo 2018)": "CC BY-NC-SA 4.0",
    "GoEmotions, 7 Ekman labels (Demszky et al. 2020)": "CC BY 4.0",
    "Whisper tiny.en": "MIT",
    "all-MiniLM-L6-v2": "Apache-2.0",
}


# --- pooling --------------------------------------------------------------------------------------------------------


def pooled_speech(clips: Sequence[CorpusClip], tick: ItemCallback = lambda: None) -> FloatArray:
    """Mean and standard deviation over time of every layer of the pretrained encoder, (N, 2 L H)."""
    encoder, log_mel, rows = speech_encoder.frozen(), speech_encoder.LogMel(), []
    with torch.inference_mode():
        for clip in clips:
            samples = condition(shared_decoder()(clip.path.read_bytes())).samples
            rows.append(statistics(encoder(log_mel(samples)[None]))[0].numpy())
            tick()
    return np.stack(rows)


def pooled_text(texts: Sequence[str]) -> FloatArray:
    """Mean over tokens of the pretrained encoder's last layer, (N, H)."""
    encoder, tokens, rows = text_encoder.frozen(), text_encoder.Tokens(), []
    with torch.inference_mode():
        for start in range(0, len(texts), 64):
            ids, mask = tokens(texts[start : start + 64])
            states = encoder(ids, mask)[:, -1]
            rows.append(((states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)).numpy())
    return np.concatenate(rows)


def fit_basis(pooled: FloatArray, dimensions: int) -> Basis:
    """Principal components of standardised rows (N, F), rounded to the half precision of their file."""
    centre, spread = pooled.mean(0), pooled.std(0) + 1e-5
    _, _, axes = np.linalg.svd((pooled - centre) / spread, full_matrices=False)
    return Basis(centre, spread, axes[:dimensions].T.astype(np.float16).astype(np.float32))


# --- building -------------------------------------------------------------------------------------------------------


def build(
    clips: Sequence[CorpusClip],
    sentences: TextData,
    pipeline: Pipeline,
    models: Path,
    tick: ItemCallback = lambda: None,
) -> dict[str, Any]:
    """Write the features into ``models``, with the metrics of the shipped head on the test rows, and an example run.

    ``clips`` are RAVDESS in the order of ``read_corpus``; ``tick`` is called after each clip. Returns the metrics of
    the example ("own") and of the shipped head ("shipped").
    """
    folder = ModelFolder(models)
    texts, labels = choose_sentences(sentences)
    tensors = _speech_tensors(clips, tick) | _text_tensors(texts, labels)
    save_tensors(tensors, folder.reference_features)
    about = {
        "meaning": _MEANING,
        "licences": _LICENCES,
        "sha256": sha256(folder.reference_features),
        "labels": list(EMOTIONS),
        "splits": {
            "names": list(SPLITS),
            SPEECH: f"by actors in the order of their names: to {ACTORS[0]}, to {ACTORS[1]}, the rest",
            TEXT: "GoEmotions' own",
        },
        "shipped": {
            "model_hash": pipeline.model_hash,
            "figures": shipped_metrics(clips, texts["test"], labels["test"], pipeline, models),
        },
    }
    folder.reference.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    return write_example(models)


def choose_sentences(sentences: TextData) -> tuple[dict[str, list[str]], dict[str, NDArray[np.int64]]]:
    """Sentences of GoEmotions that name one emotion alone, by split, as many of each as there are up to SENTENCES."""
    texts: dict[str, list[str]] = {}
    labels: dict[str, NDArray[np.int64]] = {}
    for split in SPLITS:
        candidates, classes = single_label(sentences.part(split, "goemotions"))
        shuffler = random.Random(0)  # noqa: S311  a choice of sentences, no secret
        chosen: list[tuple[str, int]] = []
        for label in range(len(EMOTIONS)):
            members = np.flatnonzero(classes == label).tolist()
            shuffler.shuffle(members)
            chosen += [(candidates[row], label) for row in members[: SENTENCES[split]]]
        texts[split] = [text for text, _ in chosen]
        labels[split] = np.array([label for _, label in chosen])
    return texts, labels


def actor_numbers(clips: Sequence[CorpusClip]) -> NDArray[np.int64]:
    """The actor of each clip, numbered from 1 in the order of names, (N,)."""
    names = speakers(clips)
    return np.array([names.index(clip.speaker) + 1 for clip in clips])


def split_numbers(actors: NDArray[np.int64]) -> NDArray[np.int64]:
    """The split of each clip by its actor's number, as an index into SPLITS."""
    return np.digitize(actors, [edge + 1 for edge in ACTORS])


def _tensors(name: str, pooled: FloatArray, split: NDArray[np.int64], columns: Mapping[str, Any]) -> dict[str, Any]:
    basis = fit_basis(pooled[split == 0], DIMENSIONS[name])
    parts = {
        "features": basis.project(pooled).astype(np.float16),
        "centre": basis.centre,
        "spread": basis.spread,
        "basis": basis.basis.astype(np.float16),
        "split": split.astype(np.uint8),
        **columns,
    }
    return {f"{name}.{key}": value for key, value in parts.items()}


def _speech_tensors(clips: Sequence[CorpusClip], tick: ItemCallback) -> dict[str, Any]:
    actors = actor_numbers(clips)
    labels = np.array([EMOTIONS.index(clip.emotion or "neutral") for clip in clips], np.uint8)
    columns = {"labels": labels, "origins": actors.astype(np.uint16)}
    return _tensors(SPEECH, pooled_speech(clips, tick), split_numbers(actors), columns)


def _text_tensors(texts: Mapping[str, Sequence[str]], labels: Mapping[str, NDArray[np.int64]]) -> dict[str, Any]:
    split = np.concatenate([np.full(len(texts[name]), number) for number, name in enumerate(SPLITS)])
    columns = {
        "labels": np.concatenate([labels[name] for name in SPLITS]).astype(np.uint8),
        "origins": np.arange(len(split), dtype=np.uint16),
    }
    return _tensors(TEXT, pooled_text([text for name in SPLITS for text in texts[name]]), split, columns)


def shipped_metrics(
    clips: Sequence[CorpusClip], texts: Sequence[str], labels: NDArray[np.int64], pipeline: Pipeline, models: Path
) -> dict[str, Any]:
    """The shipped head on the same test rows, speech out of fold."""
    scores, entries = speech_evaluation.read_scores(ModelFolder(models).scores(FOLDS))
    probabilities = speech_evaluation.cross_calibrated(scores, entries)["emotion"]
    row_of = {str(entry["key"]): row for row, entry in enumerate(entries)}
    actors = actor_numbers(clips)
    tested = np.flatnonzero(split_numbers(actors) == SPLITS.index("test")).tolist()
    rows = [row_of[clips[index].key] for index in tested]
    speech = LabelledEmbeddings(
        scores["z"][rows],
        speech_evaluation.labels_of(entries[row] for row in rows),
        actors[tested],
        probabilities=probabilities[rows],
    )
    z = pipeline.embed_texts(texts)
    text_probabilities = pipeline.calibration.predict(TEXT, z).probabilities["emotion"]
    text = LabelledEmbeddings(z, labels, np.arange(len(labels)), probabilities=text_probabilities)
    return held_out_metrics(speech, text, pipeline.calibration)


def main() -> None:
    """Build from data."""
    parser = argparse.ArgumentParser(prog="python -m crossmodal.custom.features", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the speech and text sets")
    parser.add_argument("--models", type=Path, default=MODELS, help="folder of the trained models")
    given = parser.parse_args()
    clips = read_corpus("ravdess", locate(given.data, {}, {"ravdess": "ravdess"})["ravdess"])
    sentences = read_text_data(locate(given.data, {}, TEXT_CORPORA))
    with ProgressBar(total=len(clips), unit="clip") as bar:
        build(clips, sentences, Pipeline.load(given.models), given.models, bar.tick)


if __name__ == "__main__":
    main()
