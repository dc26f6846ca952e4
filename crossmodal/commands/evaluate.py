"""Measure the shipped models and write ``metrics.json`` and the model card. No figure there comes from elsewhere."""

from __future__ import annotations

import csv
import json
import math
import random
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from crossmodal.custom import features as reference
from crossmodal.data.embeddings import LabelledEmbeddings, pad_parts
from crossmodal.data.folders import TEXT_CORPORA, check_named, locate
from crossmodal.data.speech import CorpusClip, read_corpus, speakers
from crossmodal.data.text import TextData, read_text_data
from crossmodal.errors import ModelError
from crossmodal.evaluation import card, embedding_map, pairs, prosody, speech, transfer
from crossmodal.evaluation.statistics import bootstrap
from crossmodal.evaluation.text import text_figures
from crossmodal.explain.sweep import save_pairs
from crossmodal.fusion.calibration import Calibration
from crossmodal.modalities import SPEECH, TEXT
from crossmodal.model.folder import ALONE, FOLDS, WINDOWS, ModelFolder
from crossmodal.pipeline import Pipeline
from crossmodal.training import fusion_rules, speech_windows
from crossmodal.training.speech_folds import extra_clips
from crossmodal.types import EMOTIONS, TASKS

PLAIN = ("kathleen", "speechocean762", "ljspeech")
CORPORA = ("ravdess", "emodb", *PLAIN)
OPTIONAL = ("cremad", "tess")
TRANSFER_TEXTS = 4_000
PAIRS = (
    "label-matched pairs: a RAVDESS clip, read by a model that never heard its actor, and a GoEmotions test sentence "
    "of the same label; probabilities and embeddings of either, class numbers, and the actors, numbered, as groups"
)
VOTES = {"A": "ANG", "D": "DIS", "F": "FEA", "H": "HAP", "N": "NEU", "S": "SAD"}


def evaluate(data: Path, models: Path, *, named: Mapping[str, Path] | None = None) -> dict[str, Any]:
    """Measure ``models`` on the corpora below ``data`` (or in the folders ``named``) and write the card beside them.

    Returns the figures. Raises CrossmodalError for data that is missing, ModelError for models that do not verify.
    """
    named = named or {}
    check_named(named, [*TEXT_CORPORA, *CORPORA, *OPTIONAL])
    torch.set_num_threads(2)
    pipeline = Pipeline.load(models)
    sentences = read_text_data(locate(data, named, TEXT_CORPORA))
    folders = locate(data, named, {name: name for name in CORPORA})
    folders |= {name: named[name] for name in OPTIONAL if name in named}
    corpora = {name: read_corpus(name, folder) for name, folder in folders.items()}
    manifest = ModelFolder(models).read_manifest()
    figures: dict[str, Any] = {"model_hash": pipeline.model_hash, "temperatures": manifest["temperatures"]}
    figures |= _speech(pipeline, models, corpora)
    figures["text"] = text_figures(pipeline.text_tower, pipeline.calibration, sentences)
    figures["label_matched_pairs"] = pair_figures(pipeline, models, sentences)
    figures["space"] = space_figures(pipeline, models)
    tick = _ticker("reference", len(corpora["ravdess"]))
    figures["train_your_own"] = reference.build(corpora["ravdess"], sentences, pipeline, models, tick)
    figures["transfer"] = _transfer(corpora["ravdess"], sentences)
    figures["wer"] = _wer(pipeline, corpora)
    tick = _ticker("prosody", len(corpora["ravdess"]))
    figures["prosody"] = prosody.write_reference(corpora["ravdess"], models, tick)
    figures["human"] = human_figures(data / "human_votes" / "summaryTable.csv")
    _write(figures, models, manifest)
    return figures


def evaluate_fusion(data: Path, models: Path, *, named: Mapping[str, Path] | None = None) -> dict[str, Any]:
    """Measure fusion on label-matched pairs anew and leave all other figures as an earlier ``evaluate`` found them.

    For models whose towers that evaluation saw and whose fusion rules have changed since. Raises ModelError where
    there was none, CrossmodalError for data that is missing.
    """
    metrics = ModelFolder(models).metrics
    if not metrics.is_file():
        raise ModelError("model_missing", file=metrics.name, expected="figures of an earlier evaluate")
    check_named(named or {}, [*TEXT_CORPORA, *CORPORA, *OPTIONAL])
    torch.set_num_threads(1)
    pipeline = Pipeline.load(models)
    sentences = read_text_data(locate(data, named or {}, TEXT_CORPORA))
    figures: dict[str, Any] = json.loads(metrics.read_text(encoding="utf-8"))
    figures["model_hash"] = pipeline.model_hash
    figures["label_matched_pairs"] = pair_figures(pipeline, models, sentences)
    _write(figures, models, ModelFolder(models).read_manifest())
    return figures


def evaluate_space(models: Path) -> dict[str, Any]:
    """Make the map of the shared space anew and measure that alone; needs the scores in ``models`` and no corpus.

    The card is written anew where its other figures are of the same models. Returns the figures of the space. Raises
    ModelError for models that do not verify.
    """
    pipeline = Pipeline.load(models)
    found, metrics = space_figures(pipeline, models), ModelFolder(models).metrics
    measured = json.loads(metrics.read_text(encoding="utf-8")) if metrics.is_file() else {}
    if measured.get("model_hash") == pipeline.model_hash:
        _write(measured | {"space": found}, models, ModelFolder(models).read_manifest())
    return found


def _write(figures: Mapping[str, Any], models: Path, manifest: Mapping[str, Any]) -> None:
    """The figures and the card beside the models."""
    sizes = {name: entry["bytes"] for name, entry in manifest["files"].items()}
    figures, folder = {**figures, "size": sizes}, ModelFolder(models)
    plain = json.dumps(without_nan(figures), indent=1, allow_nan=False)
    folder.metrics.write_text(plain + "\n", encoding="utf-8")
    folder.card.write_text(card.render(figures, manifest), encoding="utf-8")


def space_figures(pipeline: Pipeline, models: Path) -> dict[str, Any]:
    """The map of the shared space, left in ``models`` for the page, and its figures."""
    scores, rows = speech.read_scores(ModelFolder(models).scores(FOLDS))
    return embedding_map.space_figures(
        pipeline.text_tower, pipeline.calibration, pipeline.model_hash, models, (scores["z"], rows)
    )


def without_nan(value: Any) -> Any:
    """Figures with null for what does not exist, such as the recall of a class that a corpus lacks: JSON has no nan."""
    if isinstance(value, dict):
        return {key: without_nan(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_nan(item) for item in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def _ticker(name: str, total: int) -> Callable[[], None]:
    bar = tqdm(desc=name, total=total, unit="clip")

    def tick() -> None:
        bar.update()
        if bar.n >= total:
            bar.close()

    return tick


def unheard(corpora: Mapping[str, list[CorpusClip]]) -> dict[str, list[CorpusClip]]:
    """What the shipped model may be asked about: clips whose speaker and whose text it was not trained on.

    RAVDESS is left out whole: the shipped model heard every actor, its figures come from the folds.
    """
    heard = extra_clips(corpora)
    names = {clip.speaker for clip in heard}
    texts = {(clip.corpus, clip.text.lower()) for clip in heard if clip.corpus in PLAIN}
    found = {
        name: [clip for clip in clips if clip.speaker not in names and (name, clip.text.lower()) not in texts]
        for name, clips in corpora.items()
        if name != "ravdess"
    }
    return {name: clips for name, clips in found.items() if clips}


def _speech(pipeline: Pipeline, models: Path, corpora: Mapping[str, list[CorpusClip]]) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "ravdess_folds": speech.fold_figures(ModelFolder(models).scores(FOLDS)),
        "emodb_by_ravdess_alone": speech.emodb_figures(ModelFolder(models).scores(ALONE)),
        "plain": {},
        "unheard": {},
    }
    for name, clips in unheard(corpora).items():
        read = speech.read_clips(pipeline.towers[SPEECH], pipeline.calibration, clips, _ticker(name, len(clips)))
        place, measure = ("plain", speech.plain_figures) if name in PLAIN else ("unheard", speech.labelled_figures)
        figures[place][name] = measure(*read)
    return figures


def pair_figures(pipeline: Pipeline, models: Path, sentences: TextData) -> dict[str, Any]:
    """Fusion on label-matched pairs; leaves the tested pairs in ``models``, for the page's curve over alpha.

    Alpha is chosen on the first half of the actors with dev texts, on which the learned rules were trained as well;
    the figures are of the others with test texts.
    """
    calibration = pipeline.calibration
    voices = {kind: voice_side(calibration, models, kind) for kind in speech_windows.KINDS}
    half = fusion_rules.first_half([str(speaker) for speaker in voices["clean"].origins])
    chosen, (clean, noisy) = (
        voices["clean"].keep(half),
        [side.keep(~half) for side in voices.values()],
    )
    words, worse = text_side(pipeline, sentences, "test"), text_side(pipeline, sentences, "test", pairs.damaged)
    rows = pairs.draw(clean, words, seed=2)
    tested_on = pairs.pair(clean, words, rows)
    chosen_on = pairs.match(chosen, text_side(pipeline, sentences, "dev"), seed=1)
    about = {"model_hash": pipeline.model_hash, "meaning": PAIRS}
    save_pairs(pairs.with_grids(tested_on, calibration), models, about)
    damaged = {"speech_noisy": pairs.pair(noisy, words, rows), "text_damaged": pairs.pair(clean, worse, rows)}
    return pairs.pair_figures(chosen_on, tested_on, calibration, damaged) | {"noise_db": speech_windows.SNR_DB}


def voice_side(calibration: Calibration, models: Path, kind: str) -> LabelledEmbeddings:
    """RAVDESS as the models of the folds read it, clean or noisy, at temperatures fitted on the other folds, clean."""
    scores, rows = speech.read_scores(ModelFolder(models).scores(FOLDS))
    found = speech_windows.load(ModelFolder(models).scores(WINDOWS), kind)
    z = scores["z"] if kind == "clean" else found.z
    asked = {task: calibration.logits(task, z) for task in TASKS}
    p = speech.cross_calibrated(scores, rows, None if kind == "clean" else asked)["emotion"]
    speakers = np.array([row["speaker"] for row in rows])
    return LabelledEmbeddings(z, speech.labels_of(rows), speakers, pad_parts(found.parts), p)


def text_side(
    pipeline: Pipeline, sentences: TextData, split: str, change: Callable[[str], str] | None = None
) -> LabelledEmbeddings:
    """GoEmotions' sentences of one label in one split, ``change`` done to each."""
    texts, labels = fusion_rules.single_label(sentences.part(split, "goemotions"))
    z, parts = pipeline.text_tower.sequences([change(text) for text in texts] if change else texts)
    p = pipeline.calibration.predict(TEXT, z).probabilities["emotion"]
    return LabelledEmbeddings(z, labels, np.array(texts), pad_parts(parts), p)


# --- transfer between the modalities --------------------------------------------------------------------------------


def _text_split(sentences: TextData, split: str, count: int) -> transfer.Split:
    texts, labels_of = fusion_rules.single_label(sentences.part(split, "goemotions"))
    by_class = {label: np.flatnonzero(labels_of == label).tolist() for label in range(len(EMOTIONS))}
    shuffler = random.Random(0)  # noqa: S311  a choice of sentences, no secret
    chosen, labels = [], []
    for label, members in by_class.items():
        shuffler.shuffle(members)
        chosen += [texts[row] for row in members[: count // len(EMOTIONS)]]
        labels += [label] * len(members[: count // len(EMOTIONS)])
    return transfer.Split(reference.pooled_text(chosen), np.array(labels))


def _transfer(clips: list[CorpusClip], sentences: TextData) -> dict[str, Any]:
    """Actors 1-12 train, 13-16 dev, 17-20 test (by order of names); GoEmotions in its own splits."""
    names = speakers(clips)
    place = {name: "train" if index < 12 else "dev" if index < 16 else "test" for index, name in enumerate(names)}
    features = reference.pooled_speech(clips, _ticker("transfer", len(clips)))
    labels = np.array([EMOTIONS.index(clip.emotion or "neutral") for clip in clips])
    found: dict[str, dict[str, transfer.Split]] = {}
    for split in ("train", "dev", "test"):
        rows = [index for index, clip in enumerate(clips) if place[clip.speaker] == split]
        count = TRANSFER_TEXTS if split == "train" else TRANSFER_TEXTS // 4
        found[split] = {
            SPEECH: transfer.Split(features[rows], labels[rows]),
            TEXT: _text_split(sentences, split, count),
        }
    return transfer.transfer(found["train"], found["dev"], found["test"])


# --- the recogniser, and people -------------------------------------------------------------------------------------


def _wer(pipeline: Pipeline, corpora: Mapping[str, list[CorpusClip]]) -> dict[str, Any]:
    return {
        name: speech.word_error_rate(pipeline.transcriber, corpora[name], _ticker(f"wer {name}", len(corpora[name])))
        for name in ("kathleen", "speechocean762")
    }


def _share(right: NDArray[np.bool_], rows: NDArray[np.int64]) -> float:
    return float(right[rows].mean())


def human_figures(table: Path) -> dict[str, Any]:
    """How often people name the emotion that CREMA-D's actors intended, by voice, face and both (majority votes).

    A tie between emotions counts as wrong. Empty where the table is not at hand.
    """
    if not table.is_file():
        return {}
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found: dict[str, Any] = {"clips": len(rows)}
    for name, column in (("voice", "VoiceVote"), ("face", "FaceVote"), ("both", "MultiModalVote")):
        right = np.array([VOTES.get(row[column]) == row["FileName"].split("_")[2] for row in rows])
        found[name] = bootstrap(partial(_share, right), range(len(right)), resamples=200).as_dict()
    return found
