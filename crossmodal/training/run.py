"""One resumable training run: the loop, learning rates, log and checkpoints that every modality's adaptation shares.

A modality gives what is its own by overriding the hooks of ``AdaptationRun``: the batches, the loss, and what else its
checkpoint holds.
"""

from __future__ import annotations

import logging
import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import torch
from torch import Tensor, nn

from crossmodal.progress import ProgressCallback
from crossmodal.training.checkpointing import load_checkpoint, save_checkpoint
from crossmodal.training.objective import Terms
from crossmodal.training.precision import native_bfloat16

logger = logging.getLogger(__name__)


class RunConfig(Protocol):
    """What the loop reads of a modality's configuration, a dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def epochs(self) -> int:
        """Epochs at most."""

    @property
    def weight_decay(self) -> float:
        """Weight decay of matrices; vectors have none."""

    @property
    def warmup(self) -> float:
        """Fraction of all steps in which the learning rate rises."""

    @property
    def clip(self) -> float:
        """Largest norm of the gradient."""

    @property
    def bfloat16(self) -> bool | None:
        """Whether to train in bfloat16; None: where the processor multiplies it natively."""


@dataclass(slots=True)
class Position:
    """How far a run has come, as its checkpoint keeps it; ``history`` holds the figures of each finished epoch."""

    epoch: int = 0
    seconds: float = 0.0
    history: list[dict[str, Any]] = field(default_factory=list)


ConfigT = TypeVar("ConfigT", bound=RunConfig)
PositionT = TypeVar("PositionT", bound=Position)
BatchT = TypeVar("BatchT")


def layer_rate(layer: int | None, top_layer: int, top_rate: float, decay: float) -> float | None:
    """Learning rate in an encoder layer: ``top_rate`` in the top layer, times ``decay`` a layer below.

    None for no layer, as of a parameter outside of the layers.
    """
    return None if layer is None else top_rate * decay ** (top_layer - layer)


def make_optimizer(model: nn.Module, rate_of: Callable[[str], float], weight_decay: float) -> torch.optim.AdamW:
    """AdamW over the parameters that take gradients, each at its own peak rate; only matrices decay."""
    groups = [
        {
            "params": [parameter],
            "lr": rate_of(name),
            "peak": rate_of(name),
            "weight_decay": weight_decay if parameter.ndim > 1 else 0.0,
        }
        for name, parameter in model.named_parameters()
        if parameter.requires_grad
    ]
    return torch.optim.AdamW(groups, betas=(0.9, 0.98), fused=True)


def cosine_decay(step: int, total: int) -> float:
    """Factor of the learning rate at ``step`` of ``total``: half a cosine from 1 to 0."""
    return 0.5 * (1.0 + math.cos(math.pi * step / total))


def linear_decay(step: int, total: int) -> float:
    """Factor of the learning rate at ``step`` of ``total``: a line from 1 to 0."""
    return 1.0 - step / total


class AdaptationRun(ABC, Generic[ConfigT, PositionT, BatchT]):
    """One adaptation: model, optimiser and position, which together a checkpoint holds.

    ``decay`` leads the learning rates to zero after the warm-up. Files lie in ``run_dir`` under the names ``log_file``
    and ``checkpoint_file``. ``position`` is where a fresh run begins.
    """

    log_file: ClassVar[str]
    checkpoint_file: ClassVar[str]

    def __init__(  # noqa: PLR0913, one argument for each thing that a run is made of
        self,
        config: ConfigT,
        run_dir: Path,
        model: nn.Module,
        position: PositionT,
        *,
        steps_per_epoch: int,
        rate_of: Callable[[str], float],
        decay: Callable[[int, int], float],
    ) -> None:
        self.config, self.run_dir, self.model, self.position = config, run_dir, model, position
        self.steps_per_epoch, self.total_steps = steps_per_epoch, steps_per_epoch * config.epochs
        self.bfloat16 = native_bfloat16() if config.bfloat16 is None else config.bfloat16
        self.optimizer = make_optimizer(model, rate_of, config.weight_decay)
        self._decay = decay
        self._started = self.saved_at = time.monotonic()

    # -- hooks

    @abstractmethod
    def epoch_batches(self) -> Iterable[tuple[int, BatchT]]:
        """The batches of the present epoch that are still to be trained on, each with its index in the epoch."""

    @abstractmethod
    def loss(self, batch: BatchT, index: int) -> Terms:
        """The objective on a batch."""

    @abstractmethod
    def end_epoch(self, steps: list[Terms]) -> None:
        """Judge the epoch that has just been trained, ``steps`` being its terms, and move the position to the next."""

    def start_epoch(self) -> None:
        """Prepare the epoch, before its first batch is drawn."""

    def end_step(self, step: int, terms: list[Terms], progress: ProgressCallback | None) -> None:
        """Follow up step number ``step`` of the run; ``terms`` are those of the epoch's steps so far."""

    def end_save(self, progress: ProgressCallback | None) -> None:
        """Follow up the checkpoint after an epoch."""

    def is_stale(self) -> bool:
        """Whether to stop before the last epoch."""
        return False

    def extra_state(self) -> dict[str, Tensor]:
        """Tensors of the checkpoint beside model and optimiser."""
        return {}

    def load_extra_state(self, tensors: dict[str, Tensor]) -> None:
        """Take over what ``extra_state`` gave."""

    @abstractmethod
    def resumed_at(self) -> str:
        """Where a resumed run goes on, for the log."""

    # -- the loop

    def train(self, progress: ProgressCallback | None) -> None:
        """From the current position to the last epoch, or until the run is stale."""
        while self.position.epoch < self.config.epochs and not self.is_stale():
            self.train_epoch(progress)
            self.save()
            self.end_save(progress)

    def train_epoch(self, progress: ProgressCallback | None) -> None:
        """Train what remains of the present epoch."""
        self.start_epoch()
        self.model.train()
        terms: list[Terms] = []
        for index, batch in self.epoch_batches():
            step = self.position.epoch * self.steps_per_epoch + index
            terms.append(self.step(batch, index, step))
            self.end_step(step, terms, progress)
        self.end_epoch(terms)

    def step(self, batch: BatchT, index: int, step: int) -> Terms:
        """Train on one batch, number ``step`` of the run; returns its terms, detached."""
        self._set_rates(step)
        terms = self.loss(batch, index)
        terms.total.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return terms.detach()

    def _set_rates(self, step: int) -> None:
        """Linear warm-up, then the decay to zero."""
        rise = (step + 1) / max(1.0, self.config.warmup * self.total_steps)
        factor = min(1.0, rise) * self._decay(step, self.total_steps)
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * factor

    # -- the log

    def seconds(self) -> float:
        """Seconds spent on this run, over all its resumptions."""
        return self.position.seconds + time.monotonic() - self._started

    def log(self, line: str) -> None:
        """One line, with the seconds of this run, to the log file and to the logger."""
        logger.info(line)
        with (self.run_dir / self.log_file).open("a", encoding="utf-8") as file:
            file.write(f"{self.seconds():8.0f} s  {line}\n")

    # -- checkpoints

    def save(self) -> None:
        """Write the checkpoint."""
        position = asdict(self.position) | {"seconds": self.seconds()}
        path = self.run_dir / self.checkpoint_file
        save_checkpoint(path, self.model, self.optimizer, self.config, position, self.extra_state())
        self.saved_at = time.monotonic()

    def resume(self) -> None:
        """Go on from the checkpoint, if there is one. Raises CrossmodalError ``run_config`` if it is of another run."""
        checkpoint = load_checkpoint(self.run_dir / self.checkpoint_file, self.model, self.optimizer, self.config)
        if checkpoint is None:
            return
        position, tensors = checkpoint
        self.position = type(self.position)(**position)
        self.load_extra_state(tensors)
        self.log(f"resumed {self.resumed_at()}")
