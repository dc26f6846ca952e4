"""Measure the models of a folder and write ``metrics.json`` and the model card; all their numbers come from here."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import torch

from crossmodal.data.folders import TEXT_CORPORA, check_named, locate
from crossmodal.data.speech import CorpusClip, read_corpus
from crossmodal.data.text import TextData, read_text_data
from crossmodal.errors import ModelError
from crossmodal.evaluation import embedding_map, prosody, speech
from crossmodal.evaluation.card import write_card
from crossmodal.evaluation.corpus_pairs import corpus_pair_metrics
from crossmodal.evaluation.human import human_metrics
from crossmodal.evaluation.text import text_metrics
from crossmodal.evaluation.transfer import corpus_transfer
from crossmodal.modalities import SPEECH
from crossmodal.model.folder import ALONE, FOLDS, METRICS, ModelFolder
from crossmodal.pipeline import Pipeline
from crossmodal.progress import ItemCallback, ProgressBar
from crossmodal.training.speech_folds import extra_clips
from crossmodal.types import FloatArray

PLAIN = ("kathleen", "speechocean762", "ljspeech")
"""Corpora of plain read speech."""
SPEECH_CORPORA = ("ravdess", "emodb", *PLAIN)
OPTIONAL = ("cremad", "tess")
"""Corpora that are measured where a folder is named for them."""
WORD_ERRORS = ("kathleen", "speechocean762")
"""Corpora whose transcripts measure the recogniser."""


class TrainingFeatures(Protocol):
    """What the train page has above this layer: the pooled features of the frozen encoders, and its reference."""

    def pooled_speech(self, clips: Sequence[CorpusClip], tick: ItemCallback, /) -> FloatArray:
        """Pooled states of clips (N, F)."""
        ...

    def pooled_text(self, texts: Sequence[str], /) -> FloatArray:
        """Pooled states of texts (N, F)."""
        ...

    def build(
        self,
        clips: Sequence[CorpusClip],
        sentences: TextData,
        pipeline: Pipeline,
        models: Path,
        tick: ItemCallback,
        /,
    ) -> dict[str, Any]:
        """Write the reference features into a models folder; the metrics of an example run and of the shipped head."""
        ...


def measure(
    data: Path, models: Path, features: TrainingFeatures, *, named: Mapping[str, Path] | None = None
) -> dict[str, Any]:
    """Measure ``models`` on the corpora below ``data`` (or in the folders ``named``) and write metrics and card there.

    Returns the metrics. Raises CrossmodalError for data that is missing, ModelError for models that do not verify.
    """
    named = named or {}
    check_named(named, [*TEXT_CORPORA, *SPEECH_CORPORA, *OPTIONAL])
    torch.set_num_threads(2)
    pipeline = Pipeline.load(models)
    sentences = read_text_data(locate(data, named, TEXT_CORPORA))
    folders = locate(data, named, {name: name for name in SPEECH_CORPORA})
    folders |= {name: named[name] for name in OPTIONAL if name in named}
    corpora = {name: read_corpus(name, folder) for name, folder in folders.items()}
    ravdess = corpora["ravdess"]
    manifest = ModelFolder(models).read_manifest()
    metrics: dict[str, Any] = {"model_hash": pipeline.model_hash, "temperatures": manifest["temperatures"]}
    metrics |= _speech(pipeline, models, corpora)
    metrics["text"] = text_metrics(pipeline.text_tower, pipeline.calibration, sentences)
    metrics["label_matched_pairs"] = corpus_pair_metrics(pipeline, models, sentences)
    metrics["space"] = _space(pipeline, models)
    metrics["train_your_own"] = features.build(ravdess, sentences, pipeline, models, _ticker("reference", len(ravdess)))
    pooled = features.pooled_speech(ravdess, _ticker("transfer", len(ravdess)))
    metrics["transfer"] = corpus_transfer(ravdess, sentences, pooled, features.pooled_text)
    metrics["wer"] = _word_errors(pipeline, corpora)
    metrics["prosody"] = prosody.write_reference(ravdess, models, _ticker("prosody", len(ravdess)))
    metrics["human"] = human_metrics(data / "human_votes" / "summaryTable.csv")
    _write(metrics, models, manifest)
    return metrics


def measure_fusion(data: Path, models: Path, *, named: Mapping[str, Path] | None = None) -> dict[str, Any]:
    """Measure fusion on label-matched pairs anew and keep all other metrics of an earlier ``measure``.

    For models whose towers were measured then and whose fusion rules have changed since. Returns all metrics. Raises
    ModelError where there are no earlier ones, CrossmodalError for data that is missing.
    """
    if not ModelFolder(models).metrics.is_file():
        raise ModelError("model_missing", file=METRICS, expected="figures of an earlier evaluate")
    check_named(named or {}, [*TEXT_CORPORA, *SPEECH_CORPORA, *OPTIONAL])
    torch.set_num_threads(1)
    pipeline = Pipeline.load(models)
    sentences = read_text_data(locate(data, named or {}, TEXT_CORPORA))
    metrics = _earlier(models)
    metrics["model_hash"] = pipeline.model_hash
    metrics["label_matched_pairs"] = corpus_pair_metrics(pipeline, models, sentences)
    _write(metrics, models, ModelFolder(models).read_manifest())
    return metrics


def measure_space(models: Path) -> dict[str, Any]:
    """Make the map of the shared space anew and measure it alone; needs the scores in ``models`` and no corpus.

    Metrics and card are written where the earlier ones are of the same models. Returns the metrics of the space.
    Raises ModelError for models that do not verify.
    """
    pipeline = Pipeline.load(models)
    space = _space(pipeline, models)
    earlier = _earlier(models)
    if earlier.get("model_hash") == pipeline.model_hash:
        _write(earlier | {"space": space}, models, ModelFolder(models).read_manifest())
    return space


def _earlier(models: Path) -> dict[str, Any]:
    """The metrics in a models folder as JSON, empty where there are none."""
    path = ModelFolder(models).metrics
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def _write(metrics: Mapping[str, Any], models: Path, manifest: Mapping[str, Any]) -> None:
    """The metrics, with what the manifest says of the files, and the card."""
    sizes = {name: entry["bytes"] for name, entry in manifest["files"].items()}
    content = without_nan({**metrics, "temperatures": manifest["temperatures"], "size": sizes})
    ModelFolder(models).metrics.write_text(json.dumps(content, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    write_card(models)


def without_nan(value: Any) -> Any:
    """Metrics with null for what does not exist, such as the recall of a class that a corpus lacks: JSON has no nan."""
    if isinstance(value, dict):
        return {key: without_nan(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_nan(item) for item in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def _ticker(name: str, total: int) -> ItemCallback:
    """A bar over that many clips."""
    return ProgressBar(name, total=total, unit="clip").tick


# --- the parts ------------------------------------------------------------------------------------------------------


def _space(pipeline: Pipeline, models: Path) -> dict[str, Any]:
    """The metrics of the map of the shared space, which is written into ``models`` for the page."""
    scores, rows = speech.read_scores(ModelFolder(models).scores(FOLDS))
    return embedding_map.space_metrics(
        pipeline.text_tower, pipeline.calibration, pipeline.model_hash, models, (scores["z"], rows)
    )


def unseen_clips(corpora: Mapping[str, list[CorpusClip]]) -> dict[str, list[CorpusClip]]:
    """Corpus -> the clips whose speaker and, for plain reading, whose text the shipped model was not trained on.

    RAVDESS is left out whole: the shipped model was trained on every actor, its metrics come from the folds.
    """
    trained_on = extra_clips(corpora)
    names = {clip.speaker for clip in trained_on}
    texts = {(clip.corpus, clip.text.lower()) for clip in trained_on if clip.corpus in PLAIN}
    unseen = {
        name: [clip for clip in clips if clip.speaker not in names and (name, clip.text.lower()) not in texts]
        for name, clips in corpora.items()
        if name != "ravdess"
    }
    return {name: clips for name, clips in unseen.items() if clips}


def _speech(pipeline: Pipeline, models: Path, corpora: Mapping[str, list[CorpusClip]]) -> dict[str, Any]:
    metrics: dict[str, Any] = {
        "ravdess_folds": speech.fold_metrics(ModelFolder(models).scores(FOLDS)),
        "emodb_by_ravdess_alone": speech.emodb_metrics(ModelFolder(models).scores(ALONE)),
        "plain": {},
        "unheard": {},
    }
    for name, clips in unseen_clips(corpora).items():
        scored = speech.read_clips(pipeline.towers[SPEECH], pipeline.calibration, clips, _ticker(name, len(clips)))
        if name in PLAIN:
            metrics["plain"][name] = speech.neutral_speech_metrics(*scored)
        else:
            metrics["unheard"][name] = speech.unseen_speech_metrics(*scored)
    return metrics


def _word_errors(pipeline: Pipeline, corpora: Mapping[str, list[CorpusClip]]) -> dict[str, Any]:
    return {
        name: speech.word_error_rate(pipeline.transcriber, corpora[name], _ticker(f"wer {name}", len(corpora[name])))
        for name in WORD_ERRORS
    }
