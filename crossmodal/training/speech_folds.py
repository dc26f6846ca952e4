"""All speech trainings of a release: the folds, their average as the model of RAVDESS alone, and the one that ships.

Each job runs in a process of its own with one thread; a finished job is not repeated. The run folder then holds

- ``space.safetensors``: theta and the reference sentences that the speech tower was aligned with,
- ``fold*/test.*``: scores of each RAVDESS clip by the model of its fold, which was not trained on its actor,
- ``ravdess_alone/``: the average of the folds' weights, and ``emodb.*``, its scores of EmoDB,
- ``speech.safetensors``: the adapted tower of the model that ships; ``speech.json``: the jobs and their durations.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from crossmodal.data.speech import CorpusClip, read_corpus, speaker_folds
from crossmodal.data.text import Sentence
from crossmodal.model.encoders.text import Tokens
from crossmodal.model.head import Head
from crossmodal.progress import ProgressCallback
from crossmodal.training import clip_cache, text
from crossmodal.training.checkpointing import average_weights, load_trained, plain_config, save, write_json
from crossmodal.training.clip_cache import identity
from crossmodal.training.speech import FIGURES, LOG, WEIGHTS, adapt_speech
from crossmodal.training.speech_model import SpeechConfig, TextSpace, build_model
from crossmodal.training.speech_scores import save_scores, score
from crossmodal.training.text_metrics import predict
from crossmodal.types import EMOTIONS

FOLDS = 5
MAIN = "ravdess"
ALONE = "ravdess_alone"
FINAL = "final"
SPACE = "space.safetensors"
DONE = "done"
EXTRA = ("emodb", "speechocean762")
"""Corpora whose ``train`` split the shipped model is also trained on."""
PER_EMOTION = 200
"""Reference sentences of each emotion."""
POLL_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Job:
    """One training: the clips it is trained on, and those it then scores (name of a score file -> clips)."""

    name: str
    train: tuple[CorpusClip, ...]
    score: Mapping[str, tuple[CorpusClip, ...]]


def fold_jobs(clips: Sequence[CorpusClip], extra: Sequence[CorpusClip] = ()) -> list[Job]:
    """One job per group of actors, trained on the other actors (and on ``extra``) and tested on these."""
    jobs = []
    for number, held in enumerate(speaker_folds(clips, FOLDS)):
        train = tuple(clip for clip in clips if clip.speaker not in held)
        test = tuple(clip for clip in clips if clip.speaker in held)
        jobs.append(Job(f"fold{number}", train + tuple(extra), {"test": test}))
    return jobs


def extra_clips(corpora: Mapping[str, Sequence[CorpusClip]]) -> list[CorpusClip]:
    """What the shipped model is trained on beside the main corpus: the ``train`` splits of EXTRA.

    These splits share no speaker with the others, and in speechocean762 no text either.
    """
    return [clip for name in EXTRA for clip in corpora.get(name, ()) if clip.split == "train"]


def plan(corpora: Mapping[str, Sequence[CorpusClip]], *, extra_in_folds: bool) -> list[Job]:
    """The jobs of a release, the longest first, so that two processes end at about the same time."""
    main, extra = list(corpora[MAIN]), extra_clips(corpora)
    return [Job(FINAL, tuple(main + extra), {}), *fold_jobs(main, extra if extra_in_folds else ())]


# --- the shared space -----------------------------------------------------------------------------------------------


def reference_sentences(sentences: Sequence[Sentence], count: int, seed: int) -> list[Sentence]:
    """At most ``count`` sentences of each emotion that carry this emotion alone."""
    random = np.random.default_rng(seed)
    chosen: list[Sentence] = []
    for column in range(len(EMOTIONS)):
        rows = [row for row in sentences if row.emotions[column] and sum(row.emotions) == 1]
        chosen += [rows[index] for index in random.permutation(len(rows))[:count]]
    return chosen


def build_space(text_weights: Path, sentences: Sequence[Sentence], path: Path, *, seed: int = 0) -> None:
    """Embed reference sentences with the adapted text tower, and write them with theta into one file.

    They are drawn from ``sentences``, which are training ones.
    """
    model = text.build_model(text.TextConfig())
    load_trained(model, text_weights)
    reference = reference_sentences(sentences, PER_EMOTION, seed)
    embedded = predict(model, Tokens(), [row.text for row in reference])
    tensors = {f"head.{name}": value.detach() for name, value in model.head.state_dict().items()}
    tensors["bank.z"] = torch.from_numpy(embedded.z).float()
    tensors["bank.emotion"] = torch.tensor([row.emotions for row in reference])
    save(tensors, path)


def load_space(path: Path) -> TextSpace:
    """The space that ``build_space`` wrote, theta frozen."""
    tensors: dict[str, Tensor] = load_file(path)
    head = Head()
    head.load_state_dict({key.removeprefix("head."): t for key, t in tensors.items() if key.startswith("head.")})
    return TextSpace(head.eval().requires_grad_(False), tensors["bank.z"], tensors["bank.emotion"])


# --- the jobs -------------------------------------------------------------------------------------------------------


def run_job(job: Job, config: SpeechConfig, cache: Path, space: Path, run_dir: Path) -> None:
    """Train one job and write its scores; a finished job is left as it is."""
    folder = run_dir / job.name
    if (folder / DONE).is_file():
        return
    torch.set_num_threads(1)
    text_space = load_space(space)
    model = adapt_speech(config, clip_cache.load(job.train, cache), (), text_space, folder)
    for name, clips in job.score.items():
        scores = score(model, text_space.head, clip_cache.load(clips, cache))
        save_scores(scores, folder / name, {identity(clip): {"model": job.name} for clip in clips})
    (folder / DONE).touch()


def _epochs_done(folder: Path) -> int:
    log = folder / LOG
    return sum(" s  epoch " in line for line in log.read_text(encoding="utf-8").splitlines()) if log.is_file() else 0


def _report(jobs: Sequence[Job], config: SpeechConfig, run_dir: Path, progress: ProgressCallback | None) -> None:
    done = {job.name: min(config.epochs, _epochs_done(run_dir / job.name)) for job in jobs}
    line = ", ".join(f"{name} {count}/{config.epochs}" for name, count in done.items() if 0 < count < config.epochs)
    if progress:
        progress(sum(done.values()), config.epochs * len(jobs), line)


def _run_jobs(
    jobs: Sequence[Job], config: SpeechConfig, run_dir: Path, workers: int, progress: ProgressCallback | None
) -> None:
    """All jobs over a pool of single-threaded processes; the first failure ends the run with its own error."""
    cache, space = run_dir / clip_cache.FOLDER, run_dir / SPACE
    with ProcessPoolExecutor(workers, get_context("spawn"), max_tasks_per_child=1) as pool:
        pending: set[Future[None]] = {pool.submit(run_job, job, config, cache, space, run_dir) for job in jobs}
        try:
            while pending:
                done, pending = wait(pending, timeout=POLL_SECONDS)
                for future in done:
                    future.result()
                _report(jobs, config, run_dir, progress)
        except BaseException:
            pool.shutdown(cancel_futures=True, wait=False)
            raise


def average_folds(config: SpeechConfig, jobs: Sequence[Job], emodb: Sequence[CorpusClip], run_dir: Path) -> None:
    """The model of RAVDESS alone, without further training: the average of the folds' weights; scores EmoDB.

    Every fold begins with the same projection, so their weights lie in one basin; together they were trained on all
    actors.
    """
    folder = run_dir / ALONE
    folder.mkdir(parents=True, exist_ok=True)
    state = average_weights([run_dir / job.name / WEIGHTS for job in jobs])
    save({name: value.half() for name, value in state.items()}, folder / WEIGHTS)
    model = build_model(config)
    load_trained(model, folder / WEIGHTS)
    scores = score(model, load_space(run_dir / SPACE).head, clip_cache.load(emodb, run_dir / clip_cache.FOLDER))
    save_scores(scores, folder / "emodb", {identity(clip): {"model": ALONE} for clip in emodb})


def _summary(jobs: Sequence[Job], config: SpeechConfig, started: float) -> dict[str, Any]:
    return {
        "config": plain_config(config),
        "seconds": round(time.monotonic() - started),
        "jobs": {job.name: {"train": len(job.train), **{k: len(v) for k, v in job.score.items()}} for job in jobs},
    }


def run_all(  # noqa: PLR0913, one argument for each thing that a release is made of
    config: SpeechConfig,
    folders: Mapping[str, Path],
    text_weights: Path,
    sentences: Sequence[Sentence],
    run_dir: Path,
    *,
    workers: int = 2,
    extra_in_folds: bool = False,
    progress: ProgressCallback | None = None,
) -> dict[str, Any]:
    """Every speech training of a release, from the corpora's ``folders`` (corpus -> folder) into ``run_dir``.

    ``text_weights`` is the finished text run, whose theta is used as it is, and ``sentences`` its training sentences.
    An interrupted run goes on where it stopped. Raises CrossmodalError ``data_missing`` where a corpus is not found.
    """
    started = time.monotonic()
    run_dir.mkdir(parents=True, exist_ok=True)
    corpora = {name: read_corpus(name, folder) for name, folder in folders.items()}
    clip_cache.fill(
        [clip for clips in corpora.values() for clip in clips], run_dir / clip_cache.FOLDER, workers=workers
    )
    if not (run_dir / SPACE).is_file():
        build_space(text_weights, sentences, run_dir / SPACE, seed=config.seed)
    jobs = plan(corpora, extra_in_folds=extra_in_folds)
    _run_jobs(jobs, config, run_dir, workers, progress)
    folds = [job for job in jobs if job.name.startswith("fold")]
    if "emodb" in corpora and not extra_in_folds:
        average_folds(config, folds, corpora["emodb"], run_dir)
    shutil.copyfile(run_dir / FINAL / WEIGHTS, run_dir / WEIGHTS)
    summary = _summary(jobs, config, started)
    write_json(summary, run_dir / FIGURES)
    return summary
