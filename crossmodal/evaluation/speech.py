"""Metrics of speech: held-out actors, another language, neutral read speech, and the recogniser's errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from torchaudio import functional
from transformers.models.whisper.english_normalizer import BasicTextNormalizer

from crossmodal import audio, metrics
from crossmodal.data.speech import CorpusClip
from crossmodal.errors import InputError
from crossmodal.fusion.calibration import Calibration
from crossmodal.metrics import Labels, bootstrap, confusion, recalls, unweighted_average_recall
from crossmodal.modalities import SPEECH
from crossmodal.numerics import softmax
from crossmodal.progress import ItemCallback
from crossmodal.training.calibrate import fit_speech_temperatures, one_hot_targets
from crossmodal.training.speech_scores import load_scores
from crossmodal.types import EMOTIONS, SENTIMENTS, TASKS, Array, Transcript, Waveform

Row = dict[str, Any]
NEUTRAL = EMOTIONS.index("neutral")
EMODB = ("anger", "joy", "neutral", "sadness")


def read_scores(stem: Path) -> tuple[dict[str, Array], list[Row]]:
    """Scores that training kept: ``z`` and logits by task as arrays (N, ...), and one row per clip."""
    tensors, rows = load_scores(stem)
    return {name: tensor.double().numpy() for name, tensor in tensors.items()}, rows


def labels_of(rows: Iterable[Row]) -> Labels:
    """Class numbers (N,) of scored clips."""
    return np.array([EMOTIONS.index(row["emotion"]) for row in rows])


def cross_calibrated(
    logits: Mapping[str, Array], rows: Sequence[Row], asked: Mapping[str, Array] | None = None
) -> dict[str, Array]:
    """Calibrated probabilities by task, each fold at a temperature fitted on the other folds alone.

    ``asked`` are logits of the same clips under another condition, to be calibrated in place of ``logits``.
    """
    asked = logits if asked is None else asked
    folds = np.array([row["model"] for row in rows])
    calibrated = {task: np.empty_like(logits[task]) for task in TASKS}
    for fold in np.unique(folds):
        in_fold = folds == fold
        others = [row for row, is_own in zip(rows, in_fold, strict=True) if not is_own]
        temperatures = fit_speech_temperatures({task: logits[task][~in_fold] for task in TASKS}, others)
        for task in TASKS:
            calibrated[task][in_fold] = softmax(asked[task][in_fold] / temperatures[task])
    return calibrated


def recall_metrics(gold: Labels, top: Labels, groups: Sequence[object], names: Sequence[str]) -> dict[str, Any]:
    """UAR with interval, accuracy, recall, precision and F1 by class, and the confusion."""
    size = len(names)
    uar = bootstrap(lambda r: unweighted_average_recall(gold[r], top[r], size), groups)
    table = confusion(gold, top, size)
    f1 = metrics.f1_by_class(metrics.indicators(top, size), metrics.indicators(gold, size))
    precision = np.diag(table) / np.maximum(table.sum(0), 1)
    return {
        "clips": len(gold),
        "uar": uar.as_dict(),
        "accuracy": round(float((gold == top).mean()), 4),
        "recall": dict(zip(names, np.round(recalls(gold, top, size), 4).tolist(), strict=True)),
        "precision": dict(zip(names, np.round(precision, 4).tolist(), strict=True)),
        "f1": dict(zip(names, np.round(f1, 4).tolist(), strict=True)),
        "confusion": table.tolist(),
    }


def fold_metrics(stem: Path) -> dict[str, Any]:
    """RAVDESS, each clip read by the fold's model that was not trained on its actor."""
    logits, rows = read_scores(stem)
    gold, p = labels_of(rows), cross_calibrated(logits, rows)
    top, actors = p["emotion"].argmax(1), [row["speaker"] for row in rows]
    correct = gold == top
    sentiment = one_hot_targets(list(rows), "sentiment")
    known = sentiment.sum(1) > 0
    by_fold = {
        name: unweighted_average_recall(gold[chosen], top[chosen], len(EMOTIONS))
        for name in sorted({row["model"] for row in rows})
        for chosen in [np.array([row["model"] == name for row in rows])]
    }
    return recall_metrics(gold, top, actors, EMOTIONS) | {
        "actors": len(set(actors)),
        "uar_by_fold": {name: round(value, 4) for name, value in by_fold.items()},
        "ece_before": round(metrics.expected_calibration_error(softmax(logits["emotion"]), correct), 4),
        "ece": round(metrics.expected_calibration_error(p["emotion"], correct), 4),
        "sentiment_uar": round(
            unweighted_average_recall(sentiment[known].argmax(1), p["sentiment"][known].argmax(1), len(SENTIMENTS)),
            4,
        ),
    }


def emodb_metrics(stem: Path) -> dict[str, Any]:
    """EmoDB by the model of RAVDESS alone: the highest score of all seven emotions, and of EmoDB's own four."""
    logits, rows = read_scores(stem)
    chosen = [index for index, row in enumerate(rows) if row["emotion"] in EMODB]
    gold = labels_of(rows[index] for index in chosen)
    scores, speakers = logits["emotion"][chosen], [rows[index]["speaker"] for index in chosen]
    columns = [EMOTIONS.index(name) for name in EMODB]
    among = np.array(columns)[scores[:, columns].argmax(1)]
    return {
        "among_seven": recall_metrics(gold, scores.argmax(1), speakers, EMOTIONS),
        "among_four": recall_metrics(gold, among, speakers, EMOTIONS),
    }


def read_clips(
    embed: Callable[[Waveform], Array],
    calibration: Calibration,
    clips: Sequence[CorpusClip],
    tick: ItemCallback,
) -> tuple[Array, list[CorpusClip], int]:
    """Calibrated emotion probabilities (N, C) of clips as the page computes them, the clips read, how many refused."""
    embeddings, read = [], []
    for clip in clips:
        tick()
        try:
            embeddings.append(embed(audio.preprocess(clip.path.read_bytes())))
            read.append(clip)
        except InputError:
            continue  # counted: the difference of the two lengths
    z = np.stack(embeddings)
    p = softmax(calibration.logits("emotion", z) / calibration.temperature[SPEECH]["emotion"])
    return p, read, len(clips) - len(read)


def neutral_speech_metrics(p: Array, clips: Sequence[CorpusClip], refused: int) -> dict[str, Any]:
    """Neutral read speech: the share called neutral, with interval over speakers (over clips for one speaker)."""
    top = p.argmax(1)
    speakers = [clip.speaker for clip in clips]
    groups: Sequence[object] = speakers if len(set(speakers)) > 1 else range(len(clips))
    neutral = bootstrap(lambda r: float((top[r] == NEUTRAL).mean()), groups)
    shares = np.bincount(top, minlength=len(EMOTIONS)) / len(top)
    return {
        "clips": len(clips),
        "speakers": len(set(speakers)),
        "refused": refused,
        "neutral": neutral.as_dict(),
        "called": dict(zip(EMOTIONS, np.round(shares, 4).tolist(), strict=True)),
        "confidence": round(float(p.max(1).mean()), 4),
    }


def unseen_speech_metrics(p: Array, clips: Sequence[CorpusClip], refused: int) -> dict[str, Any]:
    """Emotional speech that the shipped model was not trained on."""
    gold = np.array([EMOTIONS.index(clip.emotion or "neutral") for clip in clips])
    top = p.argmax(1)
    return recall_metrics(gold, top, [clip.speaker for clip in clips], EMOTIONS) | {
        "refused": refused,
        "ece": round(metrics.expected_calibration_error(p, gold == top), 4),
    }


def word_error_rate(
    transcribe: Callable[[Waveform], Transcript], clips: Sequence[CorpusClip], tick: ItemCallback
) -> dict[str, Any]:
    """Edit distance over words by reference words, both in lower case without punctuation."""
    normalise = BasicTextNormalizer()
    errors = np.zeros((len(clips), 2))
    for index, clip in enumerate(clips):
        tick()
        said = normalise(clip.text.replace("'", "")).split()
        try:
            heard = transcribe(audio.preprocess(clip.path.read_bytes())).text
        except InputError:
            heard = ""
        errors[index] = functional.edit_distance(said, normalise(heard.replace("'", "")).split()), len(said)
    estimate = bootstrap(lambda r: float(errors[r, 0].sum() / errors[r, 1].sum()), range(len(clips)))
    return {"clips": len(clips), "words": int(errors[:, 1].sum()), "wer": estimate.as_dict()}
