"""Rebuild ``models/`` from data: first the text tower and theta, then the speech tower into their space.

Finally the text tower is adapted again with theta frozen, in parallel runs, and all runs are averaged: theta and the
speech tower stay valid, and the text tower gains what the mean of several runs gains.

Each stage keeps its checkpoints in the run folder and is not repeated; the same seed on the same kind of machine gives
the same weights.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from collections.abc import Mapping
from concurrent.futures import Future, ProcessPoolExecutor, wait
from dataclasses import asdict, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from crossmodal.data.folders import TEXT_CORPORA, check_named, locate
from crossmodal.data.speech import CorpusClip, read_corpus
from crossmodal.data.text import TextData, read_text_data
from crossmodal.modalities import SPEECH, TEXT
from crossmodal.model.encoders.text import Tokens
from crossmodal.model.folder import ALONE, FOLDS, HEAD, WINDOWS, DescribedTensors, ModelFolder
from crossmodal.progress import ProgressBar, ProgressCallback
from crossmodal.training import fusion_rules, ridge, speech, speech_folds, speech_windows, text
from crossmodal.training.calibrate import fit_speech_temperatures, mean_prior
from crossmodal.training.checkpointing import average_weights, claim
from crossmodal.training.speech_model import SpeechConfig
from crossmodal.training.speech_scores import load_scores
from crossmodal.training.text_metrics import dev_score, evaluate_text
from crossmodal.training.write_models import write_models
from crossmodal.types import TASKS, Array

SPEECH_CORPORA = ("ravdess", "emodb", "speechocean762")
AGAIN = 2
"""Further runs of the text tower, whose weights are averaged with those of the first."""

logger = logging.getLogger(__name__)


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
    with ProgressBar("words") as bar:
        text.adapt_text(replace(text.TextConfig(), seed=seed), sentences, runs, progress=bar)
    with ProgressBar("voice") as bar:
        config, weights = replace(SpeechConfig(), seed=seed), runs / text.WEIGHTS
        speech_folds.run_all(config, speech_folders, weights, sentences.train, runs, progress=bar)
    with ProgressBar("words again") as bar:
        adapt_again(runs, sentences, seed, bar)
    ensemble = speech_ensemble(runs, corpora)
    tower = combine_folds(runs, corpora, ensemble)
    with ProgressBar("voice in parts") as bar:
        embed_windows(runs, corpora, ensemble, bar)
    assemble(runs, models, sentences, tower, seed=seed)
    with ProgressBar("fusion rules") as bar:
        return fusion_rules.train_rules(
            models, sentences, replace(fusion_rules.FusionConfig(), seed=seed), progress=bar
        )


def _again(runs: Path, number: int) -> Path:
    return runs / f"again{number}"


def adapt_again(runs: Path, sentences: TextData, seed: int, progress: ProgressCallback) -> None:
    """The further runs of the text tower, each in a process of its own with one thread."""
    with ProcessPoolExecutor(AGAIN, get_context("spawn")) as pool:
        pending: set[Future[None]] = {
            pool.submit(_adapt_once_more, runs, sentences, seed, number) for number in range(1, AGAIN + 1)
        }
        while pending:
            done, pending = wait(pending, timeout=speech_folds.POLL_SECONDS)
            for future in done:
                future.result()
            logged = [text.logged_steps(_again(runs, number)) for number in range(1, AGAIN + 1)]
            progress(sum(step for step, _ in logged), sum(total for _, total in logged), f"{AGAIN} runs side by side")


def _adapt_once_more(runs: Path, sentences: TextData, seed: int, number: int) -> None:
    config = replace(text.TextConfig(), seed=seed + number, frozen_theta=True)
    text.adapt_text(config, sentences, _again(runs, number), earlier=runs / text.WEIGHTS)


def speech_ensemble(runs: Path, corpora: Mapping[str, list[CorpusClip]]) -> ridge.SpeechEnsemble:
    """The ensemble of ridge regression and adapted tower, over all clips that any of its parts needs."""
    space = speech_folds.load_space(runs / speech_folds.SPACE)
    extra = speech_folds.extra_clips(corpora)
    main = corpora[speech_folds.MAIN]
    clips = [*main, *corpora["emodb"], *(clip for clip in extra if clip.corpus != "emodb")]
    return ridge.SpeechEnsemble(runs, clips, space, speech_folds.MAIN)


def combine_folds(
    runs: Path, corpora: Mapping[str, list[CorpusClip]], ensemble: ridge.SpeechEnsemble
) -> dict[str, torch.Tensor]:
    """Both speech embeddings for the folds, for RAVDESS alone and for the shipped model, whose tensors are returned.

    Leaves in the run folder the scores of each fold's model for its held-out actors, and of RAVDESS alone for EmoDB.
    """
    main, extra = corpora[speech_folds.MAIN], speech_folds.extra_clips(corpora)
    folds = []
    for job in speech_folds.fold_jobs(main):
        folds.append(ensemble.combine(ensemble.fit(job.train), runs / job.name / "test"))
    ensemble.write(folds, runs / FOLDS)
    alone = ensemble.combine(ensemble.fit(main), runs / speech_folds.ALONE / "emodb")
    ensemble.write([alone], runs / ALONE)
    final = ensemble.fit([*main, *extra])
    return ridge.tower_state(final, load_file(runs / speech.WEIGHTS))


def embed_windows(
    runs: Path,
    corpora: Mapping[str, list[CorpusClip]],
    ensemble: ridge.SpeechEnsemble,
    progress: ProgressCallback,
) -> None:
    """Leave in the run folder RAVDESS in windows, clean and noisy, as the folds' models embed it; once only."""
    stem = runs / WINDOWS
    if DescribedTensors(stem).description.is_file():
        return
    torch.set_num_threads(1)
    windows = speech_windows.embed_folds(runs, corpora[speech_folds.MAIN], ensemble, progress)
    speech_windows.write(windows, stem)


def choose_text_weights(runs: Path, sentences: TextData) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """The tensors of the text tower and theta that ship, with their metrics on dev.

    All runs averaged, or the first alone, whichever scores higher on dev; theta is the same in each.
    """
    tokens, trials = Tokens(text.TextConfig().max_tokens), []
    every = [runs, *(_again(runs, number) for number in range(1, AGAIN + 1))]
    for name, folders in (("first", [runs]), ("average", every)):
        state = average_weights([folder / text.WEIGHTS for folder in folders])
        model = text.build_model(text.TextConfig())
        model.load_state_dict(state, strict=False)
        dev_metrics = evaluate_text(model, tokens, sentences, "dev")
        trials.append((dev_score(dev_metrics), name, state, dev_metrics))
    score, name, state, dev_metrics = max(trials, key=lambda trial: trial[0])
    scores = {trial[1]: round(trial[0], 4) for trial in trials}
    logger.info("words on dev: %s; taken: %s, %.4f", scores, name, score)
    return state, {"taken": name, "dev_scores": scores, "dev": dev_metrics}


def _prior(
    runs: Path, speech_logits: Mapping[str, Array], temperatures: Mapping[str, Mapping[str, float]]
) -> dict[str, list[float]]:
    """Task -> the class prior that the modalities share: of held-out clips, and of the reference sentences."""
    space = speech_folds.load_space(runs / speech_folds.SPACE)
    text_logits = {task: logits.double().numpy() for task, logits in space.head(space.z).items()}
    return {
        task: mean_prior(
            [speech_logits[task], text_logits[task]], [temperatures[SPEECH][task], temperatures[TEXT][task]]
        )
        for task in TASKS
    }


def assemble(
    runs: Path, models: Path, sentences: TextData, speech_tower: Mapping[str, torch.Tensor], *, seed: int = 0
) -> str:
    """Write ``models`` from a finished run: tensors, temperatures, prior, and the folds' scores."""
    state, chosen = choose_text_weights(runs, sentences)
    text_tower, head = text.split_tower(state)
    tensors, rows = load_scores(runs / FOLDS)
    logits = {task: tensors[task].double().numpy() for task in TASKS}
    temperatures = {
        SPEECH: fit_speech_temperatures(logits, rows),
        TEXT: {task: float(chosen["dev"]["temperatures"][task]) for task in TASKS},
    }
    about = {
        TEXT: {"config": asdict(replace(text.TextConfig(), seed=seed)), **chosen},
        "statistics": {
            "copies": ridge.COPIES,
            "ridge": ridge.RIDGE,
            "extra": ridge.EXTRA,
            "logit": ridge.LOGIT,
            "share": ridge.SHARE,
        },
        SPEECH: json.loads((runs / speech.FIGURES).read_text(encoding="utf-8")),
        "removed_from_train": sentences.removed,
        "torch": torch.__version__,
    }
    model_hash = write_models(
        models,
        {SPEECH: speech_tower, TEXT: text_tower, HEAD: head},
        temperatures,
        _prior(runs, logits, temperatures),
        about,
    )
    _copy_scores(runs, ModelFolder(models))
    return model_hash


def _copy_scores(runs: Path, models: ModelFolder) -> None:
    """What only training can know: how the folds' models predict the clips that they never heard."""
    for stem in (FOLDS, ALONE, WINDOWS):
        source, target = DescribedTensors(runs / stem), DescribedTensors(models.scores(stem))
        target.stem.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source.weights, target.weights)
        shutil.copyfile(source.description, target.description)
