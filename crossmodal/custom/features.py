"""Reference features: what the frozen pretrained encoders make of labelled clips and sentences, small enough to ship.

They let anybody train phi and theta in seconds, without the data and without the encoders. A row is a clip or a
sentence: no sound, no words, only pooled states, reduced by principal components that were fitted on training rows.

``python -m crossmodal.custom.features --data DATA`` builds them; ``evaluate`` does so too.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from crossmodal.errors import ModelError
from crossmodal.model import checkpoints
from crossmodal.types import EMOTIONS, FloatArray

if TYPE_CHECKING:
    from crossmodal.data.speech import CorpusClip
    from crossmodal.data.text import TextData
    from crossmodal.pipeline import Pipeline

FOLDER = "reference"
"""Folder within ``models/``."""
FEATURES, ABOUT, EXAMPLE = "features.safetensors", "reference.json", "example.json"
SPLITS = ("train", "dev", "test")
DIMENSIONS = {"speech": 256, "text": 128}
"""Principal components that are kept of each modality."""
SENTENCES = {"train": 800, "dev": 100, "test": 100}
"""At most so many sentences of each emotion."""
ACTORS = (12, 16)
"""In the order of their names, actors before the first train, before the second choose, the others test."""

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


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows of one modality in one split: features (N, K), class numbers (N,), origins (N,): actors, or row numbers."""

    features: FloatArray
    labels: NDArray[np.int64]
    origins: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """Where a pooled vector lies among the features: (x - centre) / spread @ basis, with (F,), (F,) and (F, K)."""

    centre: FloatArray
    spread: FloatArray
    basis: FloatArray

    def place(self, pooled: FloatArray) -> FloatArray:
        """Pooled vectors (N, F) -> features (N, K)."""
        return ((pooled - self.centre) / self.spread @ self.basis).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """All of it: ``rows`` modality -> split -> Rows, ``bases`` modality -> Basis, ``about`` what stands in the JSON."""

    rows: Mapping[str, Mapping[str, Rows]]
    bases: Mapping[str, Basis]
    about: Mapping[str, Any]


def load_reference(models: Path = checkpoints.MODELS) -> Reference:
    """The reference features in a models folder. Raises ModelError where they are missing or altered."""
    folder = models / FOLDER
    if not (folder / ABOUT).is_file():
        raise ModelError("model_missing", file=f"{FOLDER}/{ABOUT}", expected="reference features")
    about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    found = load_file(checkpoints.verify(folder / FEATURES, about["sha256"]))
    rows, bases = {}, {}
    for name in DIMENSIONS:
        own = {key.removeprefix(f"{name}."): value for key, value in found.items() if key.startswith(f"{name}.")}
        bases[name] = Basis(*(own[key].astype(np.float32) for key in ("centre", "spread", "basis")))
        rows[name] = {split: _rows(own, own["split"] == number) for number, split in enumerate(SPLITS)}
    return Reference(rows, bases, about)


def _rows(own: Mapping[str, NDArray[Any]], chosen: NDArray[np.bool_]) -> Rows:
    return Rows(*(own[key][chosen].astype(kind) for key, kind in _COLUMNS.items()))


_COLUMNS = {"features": np.float32, "labels": np.int64, "origins": np.int64}


# --- pooling --------------------------------------------------------------------------------------------------------


def pooled_speech(clips: Sequence[CorpusClip], tick: Callable[[], None] = lambda: None) -> FloatArray:
    """Mean and standard deviation over time of every layer of the pretrained encoder, (N, 2 L H)."""
    import torch

    from crossmodal.audio.decoder import shared_decoder
    from crossmodal.model.encoders.speech import LogMel, frozen
    from crossmodal.model.projection import statistics
    from crossmodal.training.clip_cache import condition

    encoder, log_mel, rows = frozen(), LogMel(), []
    with torch.inference_mode():
        for clip in clips:
            samples = condition(shared_decoder()(clip.path.read_bytes())).samples
            rows.append(statistics(encoder(log_mel(samples)[None]))[0].numpy())
            tick()
    return np.stack(rows)


def pooled_text(texts: Sequence[str]) -> FloatArray:
    """Mean over tokens of the pretrained encoder's last layer, (N, H)."""
    import torch

    from crossmodal.model.encoders.text import Tokens, frozen

    encoder, tokens, rows = frozen(), Tokens(), []
    with torch.inference_mode():
        for start in range(0, len(texts), 64):
            ids, mask = tokens(texts[start : start + 64])
            states = encoder(ids, mask)[:, -1]
            rows.append(((states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)).numpy())
    return np.concatenate(rows)


def fit_basis(pooled: FloatArray, dimensions: int) -> Basis:
    """Principal components of standardised rows (N, F), rounded as they are kept."""
    centre, spread = pooled.mean(0), pooled.std(0) + 1e-5
    _, _, axes = np.linalg.svd((pooled - centre) / spread, full_matrices=False)
    return Basis(centre, spread, axes[:dimensions].T.astype(np.float16).astype(np.float32))


# --- building -------------------------------------------------------------------------------------------------------


def build(
    clips: Sequence[CorpusClip],
    sentences: TextData,
    pipeline: Pipeline,
    models: Path,
    tick: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Write the features into ``models``, with what the shipped head makes of the same test rows, and an example run.

    ``clips`` are RAVDESS in the order of ``read_corpus``; ``tick`` is told of each clip. Returns the figures of the
    example ("own") and of the shipped head ("shipped").
    """
    from crossmodal.custom import worker

    folder = models / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    texts, labels = choose_sentences(sentences)
    tensors = _speech_tensors(clips, tick) | _text_tensors(texts, labels)
    save_file({name: np.ascontiguousarray(value) for name, value in tensors.items()}, folder / FEATURES)
    (folder / FEATURES).chmod(0o644)  # safetensors lets the writer alone read
    about = {
        "meaning": _MEANING,
        "licences": _LICENCES,
        "sha256": checkpoints.sha256(folder / FEATURES),
        "labels": list(EMOTIONS),
        "splits": {
            "names": list(SPLITS),
            "speech": f"by actors in the order of their names: to {ACTORS[0]}, to {ACTORS[1]}, the rest",
            "text": "GoEmotions' own",
        },
        "shipped": {
            "model_hash": pipeline.model_hash,
            "figures": shipped_figures(clips, texts["test"], labels["test"], pipeline, models),
        },
    }
    (folder / ABOUT).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    return worker.write_example(models)


def choose_sentences(sentences: TextData) -> tuple[dict[str, list[str]], dict[str, NDArray[np.int64]]]:
    """Sentences of GoEmotions that name one emotion alone, by split, as many of each as there are up to SENTENCES."""
    from crossmodal.training.fusion_rules import single_label

    texts: dict[str, list[str]] = {}
    labels: dict[str, NDArray[np.int64]] = {}
    for split in SPLITS:
        found, classes = single_label(sentences.part(split, "goemotions"))
        shuffler = random.Random(0)  # noqa: S311  a choice of sentences, no secret
        chosen: list[tuple[str, int]] = []
        for label in range(len(EMOTIONS)):
            members = np.flatnonzero(classes == label).tolist()
            shuffler.shuffle(members)
            chosen += [(found[row], label) for row in members[: SENTENCES[split]]]
        texts[split] = [text for text, _ in chosen]
        labels[split] = np.array([label for _, label in chosen])
    return texts, labels


def actor_numbers(clips: Sequence[CorpusClip]) -> NDArray[np.int64]:
    """The actor of each clip, numbered from 1 in the order of names, (N,)."""
    from crossmodal.data.speech import speakers

    names = speakers(clips)
    return np.array([names.index(clip.speaker) + 1 for clip in clips])


def split_numbers(actors: NDArray[np.int64]) -> NDArray[np.int64]:
    """The split of each clip by its actor's number, as a place in SPLITS."""
    return np.digitize(actors, [edge + 1 for edge in ACTORS])


def _tensors(name: str, pooled: FloatArray, split: NDArray[np.int64], columns: Mapping[str, Any]) -> dict[str, Any]:
    basis = fit_basis(pooled[split == 0], DIMENSIONS[name])
    parts = {
        "features": basis.place(pooled).astype(np.float16),
        "centre": basis.centre,
        "spread": basis.spread,
        "basis": basis.basis.astype(np.float16),
        "split": split.astype(np.uint8),
        **columns,
    }
    return {f"{name}.{key}": value for key, value in parts.items()}


def _speech_tensors(clips: Sequence[CorpusClip], tick: Callable[[], None]) -> dict[str, Any]:
    actors = actor_numbers(clips)
    labels = np.array([EMOTIONS.index(clip.emotion or "neutral") for clip in clips], np.uint8)
    columns = {"labels": labels, "origins": actors.astype(np.uint16)}
    return _tensors("speech", pooled_speech(clips, tick), split_numbers(actors), columns)


def _text_tensors(texts: Mapping[str, Sequence[str]], labels: Mapping[str, NDArray[np.int64]]) -> dict[str, Any]:
    split = np.concatenate([np.full(len(texts[name]), number) for number, name in enumerate(SPLITS)])
    columns = {
        "labels": np.concatenate([labels[name] for name in SPLITS]).astype(np.uint8),
        "origins": np.arange(len(split), dtype=np.uint16),
    }
    return _tensors("text", pooled_text([text for name in SPLITS for text in texts[name]]), split, columns)


def shipped_figures(
    clips: Sequence[CorpusClip], texts: Sequence[str], labels: NDArray[np.int64], pipeline: Pipeline, models: Path
) -> dict[str, Any]:
    """The shipped head on the same test rows: the voice as the folds read actors that they never heard."""
    from crossmodal.evaluation import speech as voice
    from crossmodal.evaluation.held_out import held_out_figures
    from crossmodal.evaluation.pairs import LabelledEmbeddings
    from crossmodal.training.release import OOF, SCORES

    scores, entries = voice.read_scores(models / SCORES / OOF)
    probabilities = voice.cross_calibrated(scores, entries)["emotion"]
    place = {str(entry["key"]): row for row, entry in enumerate(entries)}
    actors = actor_numbers(clips)
    tested = np.flatnonzero(split_numbers(actors) == SPLITS.index("test")).tolist()
    rows = [place[clips[index].key] for index in tested]
    speech = LabelledEmbeddings(
        probabilities[rows], scores["z"][rows], voice.labels_of(entries[row] for row in rows), actors[tested].tolist()
    )
    z = pipeline.towers["text"].embed(texts)  # type: ignore[attr-defined]
    reading = pipeline.calibration.read("text", z)
    text = LabelledEmbeddings(reading.probabilities["emotion"], z, labels, range(len(labels)))
    return held_out_figures(speech, text, pipeline.calibration)


def main() -> None:
    """Build from data."""
    from tqdm import tqdm

    from crossmodal.data.speech import read_corpus
    from crossmodal.data.text import read_text_data
    from crossmodal.pipeline import Pipeline
    from crossmodal.training.release import TEXT_CORPORA, locate

    parser = argparse.ArgumentParser(prog="python -m crossmodal.custom.features", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the speech and text sets")
    parser.add_argument("--models", type=Path, default=checkpoints.MODELS, help="folder of the trained models")
    given = parser.parse_args()
    clips = read_corpus("ravdess", locate(given.data, {}, {"ravdess": "ravdess"})["ravdess"])
    sentences = read_text_data(locate(given.data, {}, TEXT_CORPORA))
    with tqdm(total=len(clips), unit="clip") as bar:
        build(clips, sentences, Pipeline.load(given.models), given.models, lambda: (bar.update(), None)[1])


if __name__ == "__main__":
    main()
