"""Rebuild ``models/`` from data: the words first, then the voice into the space that the words have left.

At last the words are adapted again with theta as it is, in runs side by side, and all runs are averaged: theta and the
voice stay valid, and the words gain what the mean of several runs gains.

Each stage keeps its checkpoints in the run folder and is not done again; the same seed on the same kind of machine
gives the same weights.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from dataclasses import asdict, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from tqdm import tqdm

from crossmodal import metrics
from crossmodal.data.speech import CorpusClip, read_corpus
from crossmodal.data.text import TextData, read_text_data
from crossmodal.errors import CrossmodalError
from crossmodal.model.encoders.text import Tokens
from crossmodal.numerics import softmax
from crossmodal.training import fusion_rules, ridge, speech, speech_folds, speech_windows
from crossmodal.training import text as words
from crossmodal.training.checkpointing import average_weights, claim
from crossmodal.training.text_metrics import dev_score, evaluate_text
from crossmodal.training.write_models import write_models
from crossmodal.types import TASKS, Array

SPEECH_CORPORA = ("ravdess", "emodb", "speechocean762")
TEXT_CORPORA = {"goemotions": "text/GoEmotions_ekman", "meld": "text/MELD"}
AGAIN = 2
"""Further runs of the words, whose weights are averaged with those of the first."""
OOF = "ravdess_by_folds"
ALONE = "emodb_by_ravdess_alone"
SCORES = "scores"
"""Folder within models/ of what only training can know: how the folds' models read the clips they never heard."""

logger = logging.getLogger(__name__)


def locate(data: Path, named: Mapping[str, Path], corpora: Mapping[str, str]) -> dict[str, Path]:
    """Corpus -> folder: the one that was named for it, else its usual place below ``data``.

    Raises CrossmodalError ``data_missing`` where a folder does not exist.
    """
    folders = {name: named.get(name, data / place) for name, place in corpora.items()}
    for folder in folders.values():
        if not folder.is_dir():
            raise CrossmodalError("data_missing", file=str(folder))
    return folders


def check_named(named: Mapping[str, Path], allowed: Sequence[str]) -> None:
    """Raises CrossmodalError ``data_unknown`` for a corpus that was named and is not used."""
    for name in named:
        if name not in allowed:
            raise CrossmodalError("data_unknown", corpus=name, allowed=", ".join(allowed))


def digests(sentences: TextData, corpora: Mapping[str, list[CorpusClip]]) -> dict[str, str]:
    """Corpus -> digest of what training takes from it: every sentence with its labels, every clip with its size."""
    parts: dict[str, list[str]] = {"words": [repr(row) for row in (*sentences.train, *sentences.dev)]}
    for name, clips in corpora.items():
        parts[name] = [
            f"{clip.key} {clip.speaker} {clip.emotion} {clip.split} {clip.path.stat().st_size}" for clip in clips
        ]
    return {name: hashlib.sha256("\n".join(rows).encode()).hexdigest()[:16] for name, rows in parts.items()}


def train(data: Path, models: Path, runs: Path, *, named: Mapping[str, Path] | None = None, seed: int = 0) -> str:
    """Train every part, calibrate it and write ``models``; returns the model hash.

    ``data`` is the folder of the corpora, ``named`` gives other folders for some of them, in their published layouts.
    Raises CrossmodalError for data that is missing or cannot be used.
    """
    named = named or {}
    check_named(named, [*TEXT_CORPORA, *SPEECH_CORPORA])
    text_folders = locate(data, named, TEXT_CORPORA)
    speech_folders = locate(data, named, {name: name for name in SPEECH_CORPORA})
    sentences = read_text_data(text_folders)
    corpora = {name: read_corpus(name, folder) for name, folder in speech_folders.items()}
    claim(runs, digests(sentences, corpora))
    with _Bar("words") as bar:
        words.adapt_text(replace(words.TextConfig(), seed=seed), sentences, runs, progress=bar)
    with _Bar("voice") as bar:
        speech_folds.run_all(
            replace(speech.SpeechConfig(), seed=seed),
            speech_folders,
            runs / words.WEIGHTS,
            sentences.train,
            runs,
            progress=bar,
        )
    with _Bar("words again") as bar:
        adapt_again(runs, sentences, seed, bar)
    voice = join_voice(runs, corpora)
    with _Bar("voice in parts") as bar:
        read_voice_parts(runs, corpora, bar)
    assemble(runs, models, sentences, voice, seed=seed)
    with _Bar("fusion rules") as bar:
        return fusion_rules.train_rules(
            models, sentences, replace(fusion_rules.FusionConfig(), seed=seed), progress=bar
        )


def _again(runs: Path, number: int) -> Path:
    return runs / f"again{number}"


def adapt_again(runs: Path, sentences: TextData, seed: int, progress: words.Progress) -> None:
    """The further runs of the words, each in a process of its own with one thread."""
    with ProcessPoolExecutor(AGAIN, get_context("spawn")) as pool:
        pending: set[Future[None]] = {
            pool.submit(_adapt_once_more, runs, sentences, seed, number) for number in range(1, AGAIN + 1)
        }
        while pending:
            done, pending = wait(pending, timeout=speech_folds.POLL_SECONDS)
            for future in done:
                future.result()
            logged = [words.logged_steps(_again(runs, number)) for number in range(1, AGAIN + 1)]
            progress(sum(step for step, _ in logged), sum(total for _, total in logged), f"{AGAIN} runs side by side")


def _adapt_once_more(runs: Path, sentences: TextData, seed: int, number: int) -> None:
    config = replace(words.TextConfig(), seed=seed + number, frozen_theta=True)
    words.adapt_text(config, sentences, _again(runs, number), earlier=runs / words.WEIGHTS)


def join_voice(runs: Path, corpora: Mapping[str, list[CorpusClip]]) -> dict[str, torch.Tensor]:
    """Both readings of the voice for the folds, for RAVDESS alone and for the model that ships, whose tensors return.

    Leaves in the run folder how each fold's model read the actors it never heard, and EmoDB as RAVDESS alone reads it.
    """
    main, extra = corpora[speech_folds.MAIN], speech_folds.training_share(corpora)
    joiner = _joiner(runs, corpora)
    folds = []
    for job in speech_folds.fold_jobs(main):
        folds.append(joiner.join(joiner.fit(job.train), runs / job.name / "test"))
    joiner.write(folds, runs / OOF)
    alone = joiner.join(joiner.fit(main), runs / speech_folds.ALONE / "emodb")
    joiner.write([alone], runs / ALONE)
    final = joiner.fit([*main, *extra])
    return ridge.tower_state(final, load_file(runs / speech.WEIGHTS))


def _joiner(runs: Path, corpora: Mapping[str, list[CorpusClip]]) -> ridge.SpeechEnsemble:
    space = speech_folds.load_space(runs / speech_folds.SPACE)
    extra = speech_folds.training_share(corpora)
    main = corpora[speech_folds.MAIN]
    clips = [*main, *corpora["emodb"], *(clip for clip in extra if clip.corpus != "emodb")]
    return ridge.SpeechEnsemble(runs, clips, space, speech_folds.MAIN)


def read_voice_parts(runs: Path, corpora: Mapping[str, list[CorpusClip]], progress: words.Progress) -> None:
    """Leave in the run folder RAVDESS in windows, clean and in noise, as the folds' models read it; once only."""
    stem = runs / speech_windows.STEM
    if stem.with_suffix(".json").is_file():
        return
    torch.set_num_threads(1)
    found = speech_windows.read_folds(runs, corpora[speech_folds.MAIN], _joiner(runs, corpora), progress)
    speech_windows.write(found, stem)


def choose_words(runs: Path, sentences: TextData) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """The tensors of the words' tower and theta that ship, with their figures on dev.

    All runs averaged, or the first alone, whichever dev likes better; theta is the same in each.
    """
    tokens, trials = Tokens(words.TextConfig().max_tokens), []
    every = [runs, *(_again(runs, number) for number in range(1, AGAIN + 1))]
    for name, folders in (("first", [runs]), ("average", every)):
        state = average_weights([folder / words.WEIGHTS for folder in folders])
        model = words.build_model(words.TextConfig())
        model.load_state_dict(state, strict=False)
        figures = evaluate_text(model, tokens, sentences, "dev")
        trials.append((dev_score(figures), name, state, figures))
    score, name, state, figures = max(trials, key=lambda trial: trial[0])
    scores = {trial[1]: round(trial[0], 4) for trial in trials}
    logger.info("words on dev: %s; taken: %s, %.4f", scores, name, score)
    return state, {"taken": name, "dev_scores": scores, "dev": figures}


class _Bar:
    """A progress bar for stages that say how far they are."""

    def __init__(self, name: str) -> None:
        self._bar = tqdm(desc=name, unit="step")

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def __call__(self, done: int, total: int, line: str) -> None:
        self._bar.total = total
        self._bar.set_postfix_str(line, refresh=False)
        self._bar.update(done - self._bar.n)


def one_hot_targets(rows: list[dict[str, Any]], task: str) -> Array:
    """Targets (N, C) of scored clips for a task; zeros where an emotion implies no sentiment."""
    from crossmodal.data.text import implied_sentiment

    emotions = [row["emotion"] or "neutral" for row in rows]
    if task == "sentiment":
        return np.array([implied_sentiment([emotion]) for emotion in emotions])
    return np.array([[float(name == emotion) for name in TASKS[task]] for emotion in emotions])


def fit_speech_temperatures(logits: Mapping[str, Array], rows: list[dict[str, Any]]) -> dict[str, float]:
    """Task -> temperature with the least log-loss over scored clips."""
    fitted = {}
    for task in TASKS:
        targets = one_hot_targets(rows, task)
        known = targets.sum(1) > 0
        fitted[task] = metrics.fit_temperature(logits[task][known], targets[known])
    return fitted


def _prior(runs: Path, logits: Mapping[str, Array], temperatures: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    """Task -> the class prior that the readings share: the mean of what voice and words say on average.

    For the voice that is the mean over held-out clips, for the words over the bank of sentences.
    """
    space = speech_folds.load_space(runs / speech_folds.SPACE)
    prior = {}
    for task in TASKS:
        bank = space.head(space.z)[task].double().numpy()
        means = [
            softmax(logits[task] / temperatures["speech"][task]).mean(0),
            softmax(bank / temperatures["text"][task]).mean(0),
        ]
        prior[task] = [round(float(value), 6) for value in np.mean(means, axis=0)]
    return prior


def assemble(runs: Path, models: Path, sentences: TextData, voice: Mapping[str, torch.Tensor], *, seed: int = 0) -> str:
    """Write ``models`` from a finished run: tensors, temperatures, prior, and the folds' scores."""
    state, chosen = choose_words(runs, sentences)
    tower, head = words.split_tower(state)
    tensors, rows = speech.load_scores(runs / OOF)
    logits = {task: tensors[task].double().numpy() for task in TASKS}
    temperatures = {
        "speech": fit_speech_temperatures(logits, rows),
        "text": {task: float(chosen["dev"]["temperatures"][task]) for task in TASKS},
    }
    about = {
        "text": {"config": asdict(replace(words.TextConfig(), seed=seed)), **chosen},
        "statistics": {
            "copies": ridge.COPIES,
            "ridge": ridge.RIDGE,
            "extra": ridge.EXTRA,
            "logit": ridge.LOGIT,
            "share": ridge.SHARE,
        },
        "speech": json.loads((runs / speech.FIGURES).read_text(encoding="utf-8")),
        "removed_from_train": sentences.removed,
        "torch": torch.__version__,
    }
    found = write_models(
        models,
        {"speech": voice, "text": tower, "head": head},
        temperatures,
        _prior(runs, logits, temperatures),
        about,
    )
    _copy_scores(runs, models / SCORES)
    return found


def _copy_scores(runs: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for name in (OOF, ALONE, speech_windows.STEM):
        for suffix in (".safetensors", ".json"):
            shutil.copyfile((runs / name).with_suffix(suffix), (target / name).with_suffix(suffix))
