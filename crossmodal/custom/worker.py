"""Train a head of one's own on the reference features: phi_1, phi_2 and one theta, in seconds, in a process apart.

``python -m crossmodal.custom.worker FOLDER MODELS`` reads the settings as one JSON line from its standard input, writes
a models folder that ``Pipeline.load`` accepts, and tells of every epoch as one JSON line on its standard output. A
further line ``stop`` ends the training, and what was learned so far is kept; the end of the input ends the process,
since nobody is there any more.

phi_i is linear, so the standardisation, the principal components and phi_i fold into one matrix, and the folder needs
nothing but that matrix.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from crossmodal import metrics
from crossmodal.custom.features import EXAMPLE, FOLDER, Basis, Reference, load_reference
from crossmodal.custom.queue import TrainingSettings
from crossmodal.data.text import implied_sentiment
from crossmodal.errors import CrossmodalError
from crossmodal.evaluation.held_out import held_out_figures
from crossmodal.evaluation.pairs import LabelledEmbeddings
from crossmodal.fusion.base import softmax
from crossmodal.fusion.calibration import Calibration, load_calibration
from crossmodal.metrics import unweighted_average_recall
from crossmodal.model import checkpoints
from crossmodal.model.head import Head
from crossmodal.training.objective import (
    Objective,
    Pair,
    Terms,
    cross_modal_contrastive,
    supervised_contrastive,
    task_loss,
)
from crossmodal.training.write_models import write_models
from crossmodal.types import EMOTIONS, TASKS, Array

MODALITIES = ("speech", "text")
PAIRS: tuple[Pair, ...] = (("speech", "text"), ("speech", "speech"), ("text", "text"))
TASK_WEIGHTS = {"emotion": 1.0, "sentiment": 0.3}
"""The tasks within one L_i."""
BATCH = 128
"""Rows of each modality in a step, every emotion alike."""
PROBES = 4
"""Batches of dev on which every epoch is measured."""
SMOOTHING = 0.1
INPUT_DROPOUT = 0.3
WEIGHT_DECAY = 0.2
WARM_UP = 0.1
"""Share of the steps over which the learning rate rises, before it falls to nothing along a cosine."""
SHOWN = 20
"""Dev rows of each emotion and modality on the map."""
MEMORY_BYTES = 2 * 1024**3
CPU_SECONDS = 900
NICE = 5

Tell = Callable[[Mapping[str, Any]], None]


class ProjectionHeads(nn.Module):
    """phi_i for every modality and the one theta: features (B, K_i), of one scale, -> z (B, D) -> logits."""

    def __init__(self, widths: Mapping[str, int], dim: int) -> None:
        super().__init__()
        self.phi = nn.ModuleDict({name: nn.Linear(width, dim) for name, width in widths.items()})
        self.theta = Head(dim)
        self.dropout = nn.Dropout(INPUT_DROPOUT)

    def forward(self, name: str, features: Tensor) -> Tensor:
        """Features of one modality -> z (B, D), of unit length."""
        return functional.normalize(self.phi[name](self.dropout(features)), dim=-1)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One modality in one split as tensors: features (N, K) of one scale, class numbers (N,), targets by task."""

    features: Tensor
    labels: Tensor
    targets: Mapping[str, Tensor]

    def rows(self, chosen: Tensor) -> Part:
        """Some of the rows."""
        own = {task: values[chosen] for task, values in self.targets.items()}
        return Part(self.features[chosen], self.labels[chosen], own)


_TARGETS = {
    "emotion": torch.eye(len(EMOTIONS)),
    "sentiment": torch.tensor([implied_sentiment([emotion]) for emotion in EMOTIONS]),
}
"""Targets of each class: one row an emotion; surprise implies no sentiment, and its row is all zeros."""


class Trainer:
    """One run over a reference, epoch by epoch."""

    def __init__(self, reference: Reference, settings: TrainingSettings) -> None:
        torch.manual_seed(settings.seed)
        self.reference, self.settings = reference, settings
        self.random = np.random.default_rng(settings.seed)
        self.scale = {name: float(reference.rows[name]["train"].features.std()) for name in MODALITIES}
        self.parts = {
            split: {name: self._part(name, split) for name in MODALITIES} for split in ("train", "dev", "test")
        }
        widths = {name: self.parts["train"][name].features.shape[1] for name in MODALITIES}
        self.space = ProjectionHeads(widths, settings.dimension)
        self.objective = Objective(settings.lambdas, settings.gammas)
        self.members = {
            split: {name: _members(part) for name, part in own.items()} for split, own in self.parts.items()
        }
        lots = np.random.default_rng(0)  # apart from the run's own, so that every run is measured on the same rows
        self.probes = [{name: self._batch(name, "dev", lots) for name in MODALITIES} for _ in range(PROBES)]
        self.steps = max(len(part.labels) for part in self.parts["train"].values()) // BATCH
        self.optimizer = torch.optim.AdamW(self.space.parameters(), lr=settings.rate, weight_decay=WEIGHT_DECAY)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, settings.rate, total_steps=self.steps * settings.epochs, pct_start=WARM_UP
        )
        self.atlas = PcaTracker(self.parts["dev"])

    def _part(self, name: str, split: str) -> Part:
        rows = self.reference.rows[name][split]
        labels = torch.from_numpy(rows.labels)
        targets = {task: table[labels] for task, table in _TARGETS.items()}
        return Part(torch.from_numpy(rows.features) / self.scale[name], labels, targets)

    def epoch(self) -> dict[str, float]:
        """One pass over as many rows as the larger modality has; the mean of each term over the steps that had it."""
        self.space.train()
        found: dict[str, list[float]] = {}
        for _ in range(self.steps):
            terms = self._terms({name: self._batch(name, "train", self.random) for name in self._present()})
            self.optimizer.zero_grad(set_to_none=True)
            terms.total.backward()  # type: ignore[no-untyped-call]
            self.optimizer.step()
            self.schedule.step()
            for key, value in terms.as_floats().items():
                found.setdefault(key, []).append(value)
        return {key: float(np.mean(values)) for key, values in found.items()}

    def _present(self) -> tuple[str, ...]:
        """The modalities of one step: with the chance of the modality dropout, one of them is left out by lot."""
        if self.random.random() >= self.settings.dropout:
            return MODALITIES
        return (MODALITIES[int(self.random.integers(len(MODALITIES)))],)

    def _batch(self, name: str, split: str, random: np.random.Generator) -> Part:
        members = self.members[split][name]
        wanted, lots = random.integers(0, len(EMOTIONS), BATCH), random.random(BATCH)
        rows = [members[label][int(lot * len(members[label]))] for label, lot in zip(wanted, lots, strict=True)]
        return self.parts[split][name].rows(torch.from_numpy(np.array(rows)))

    def _terms(self, parts: Mapping[str, Part]) -> Terms:
        """The objective on one part of each modality that is present."""
        z = {name: self.space(name, part.features) for name, part in parts.items()}
        smoothing = SMOOTHING if self.space.training else 0.0
        tasks = {
            name: task_loss(self.space.theta(z[name]), part.targets, TASK_WEIGHTS, smoothing)
            for name, part in parts.items()
        }
        return self.objective(tasks, {pair: _alignment(pair, z, parts) for pair in PAIRS if set(pair) <= set(parts)})

    @torch.inference_mode()
    def measure(self, epoch: int) -> dict[str, Any]:
        """Every term and the UAR of each modality on dev, and the map.

        The terms are means over dev batches of the size of training's: a contrast is the harder the more it has to
        choose from, so that terms of batches of another size could not be held against them.
        """
        self.space.eval()
        parts = self.parts["dev"]
        z = {name: self.space(name, part.features) for name, part in parts.items()}
        top = {name: self.space.theta(rows)["emotion"].argmax(1).numpy() for name, rows in z.items()}
        uar = {
            name: round(unweighted_average_recall(part.labels.numpy(), top[name], len(EMOTIONS)), 4)
            for name, part in parts.items()
        }
        probed = [self._terms(probe).as_floats() for probe in self.probes]
        terms = {key: float(np.mean([one[key] for one in probed])) for key in probed[0]}
        return {"epoch": epoch, "dev": rounded(terms), "uar": uar, "map": self.atlas.draw(z)}

    @torch.inference_mode()
    def read(self, split: str) -> dict[str, tuple[Array, dict[str, Array]]]:
        """Modality -> z (N, D) and logits by task (N, C) of one split."""
        self.space.eval()
        found = {}
        for name, part in self.parts[split].items():
            z = self.space(name, part.features)
            logits = {task: values.double().numpy() for task, values in self.space.theta(z).items()}
            found[name] = (z.double().numpy(), logits)
        return found


def _members(part: Part) -> list[NDArray[np.int64]]:
    """The rows of each emotion."""
    return [torch.where(part.labels == label)[0].numpy() for label in range(len(EMOTIONS))]


def _alignment(pair: Pair, z: Mapping[str, Tensor], parts: Mapping[str, Part]) -> Tensor:
    """L_ij: the contrast across two modalities, or the supervised one within a modality."""
    i, j = pair
    if i == j:
        return supervised_contrastive(z[i], parts[i].targets["emotion"])
    return cross_modal_contrastive(z[i], parts[i].targets["emotion"], z[j], parts[j].targets["emotion"])


def rounded(terms: Mapping[str, float]) -> dict[str, float]:
    """Terms at four digits, as they are told."""
    return {key: round(value, 4) for key, value in terms.items()}


class PcaTracker:
    """The same dev rows on a map after every epoch: the first two principal components of their z.

    Each map is turned and mirrored to lie as near as can be to the one before (orthogonal Procrustes), so that what
    moves on it has moved in the space.
    """

    def __init__(self, parts: Mapping[str, Part]) -> None:
        self.rows = {name: _first_of_each(part.labels.numpy(), SHOWN) for name, part in parts.items()}
        self.labels = {name: parts[name].labels.numpy()[rows].tolist() for name, rows in self.rows.items()}
        self._before: Array | None = None

    def draw(self, z: Mapping[str, Tensor]) -> dict[str, list[list[float]]]:
        """Z (N, D) of all dev rows -> modality -> coordinates (M, 2) of those shown."""
        shown = {name: z[name].double().numpy()[rows] for name, rows in self.rows.items()}
        points = np.concatenate(list(shown.values()))
        centred = points - points.mean(0)
        _, _, axes = np.linalg.svd(centred, full_matrices=False)
        flat = centred @ axes[:2].T
        if self._before is not None:
            left, _, right = np.linalg.svd(flat.T @ self._before)
            flat = flat @ left @ right
        self._before = flat
        cut = np.cumsum([len(rows) for rows in shown.values()])[:-1]
        return {name: part.round(3).tolist() for name, part in zip(shown, np.split(flat, cut), strict=True)}


def _first_of_each(labels: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    return np.concatenate([np.flatnonzero(labels == label)[:count] for label in range(len(EMOTIONS))])


# --- a run ----------------------------------------------------------------------------------------------------------


def train(reference: Reference, settings: TrainingSettings, folder: Path, tell: Tell, stop: threading.Event) -> None:
    """Train, tell of every epoch, write the models folder and tell the figures. ``stop`` ends it after the epoch.

    Raises CrossmodalError ``train_diverged`` where a loss is no number any more.
    """
    start = time.perf_counter()
    trainer = Trainer(reference, settings)
    tell({"event": "start", "settings": asdict(settings), "labels": trainer.atlas.labels})
    tell({"event": "epoch", **trainer.measure(0), "train": {}, "seconds": 0.0})
    epoch = 0
    while epoch < settings.epochs and not stop.is_set():
        epoch += 1
        terms = trainer.epoch()
        if not np.isfinite(list(terms.values())).all():
            raise CrossmodalError("train_diverged", epoch=epoch)
        seconds = round(time.perf_counter() - start, 2)
        tell({"event": "epoch", **trainer.measure(epoch), "train": rounded(terms), "seconds": seconds})
    model_hash = write(trainer, folder, epoch)
    figures = {"own": test_figures(trainer, folder), "shipped": reference.about["shipped"]["figures"]}
    tell(
        {
            "event": "done",
            "epochs": epoch,
            "model_hash": model_hash,
            "figures": figures,
            "seconds": round(time.perf_counter() - start, 2),
        }
    )


def write(trainer: Trainer, folder: Path, epochs: int) -> str:
    """The models folder of a run; returns its model hash."""
    read = trainer.read("dev")
    temperatures = {name: _temperatures(trainer.parts["dev"][name], logits) for name, (_, logits) in read.items()}
    prior = {
        task: np.mean(
            [softmax(logits[task] / temperatures[name][task]).mean(0) for name, (_, logits) in read.items()], axis=0
        )
        .round(6)
        .tolist()
        for task in TASKS
    }
    tensors = {name: fold(trainer, name, trainer.reference.bases[name]) for name in MODALITIES}
    tensors["head"] = {key: value.detach() for key, value in trainer.space.theta.state_dict().items()}
    about = {
        "settings": asdict(trainer.settings),
        "epochs": epochs,
        "reference": trainer.reference.about["sha256"],
        "licences": trainer.reference.about["licences"],
        "torch": torch.__version__,
    }
    towers = dict.fromkeys(MODALITIES, "pooled")
    return write_models(folder, tensors, temperatures, prior, about, towers=towers)


def _temperatures(part: Part, logits: Mapping[str, Array]) -> dict[str, float]:
    """Task -> temperature with the least log-loss on dev."""
    fitted = {}
    for task in TASKS:
        targets = part.targets[task].double().numpy()
        known = targets.sum(1) > 0
        shares = targets[known] / targets[known].sum(1, keepdims=True)
        fitted[task] = metrics.fit_temperature(logits[task][known], shares)
    return fitted


def fold(trainer: Trainer, name: str, basis: Basis) -> dict[str, Tensor]:
    """Standardisation, principal components and phi_i as the tensors of one projection of the pooled states.

    The voice keeps centre and spread apart, as a StatisticsProjection does; for the words all is in the one matrix.
    """
    phi = trainer.space.phi[name]
    assert isinstance(phi, nn.Linear)
    weight = phi.weight.detach().double() / trainer.scale[name] @ torch.from_numpy(basis.basis).double().T
    bias = phi.bias.detach().double()
    centre, spread = torch.from_numpy(basis.centre), torch.from_numpy(basis.spread)
    if name == "speech":
        return {"centre": centre, "spread": spread, "linear.weight": weight.float(), "linear.bias": bias.float()}
    weight = weight / spread
    return {"linear.weight": weight.float(), "linear.bias": (bias - weight @ centre.double()).float()}


def test_figures(trainer: Trainer, folder: Path) -> dict[str, Any]:
    """The written model on the held-out test rows."""
    calibration: Calibration = load_calibration(folder, checkpoints.read_manifest(folder))
    sides = {}
    for name, (z, _) in trainer.read("test").items():
        rows = trainer.reference.rows[name]["test"]
        reading = calibration.read(name, z)
        sides[name] = LabelledEmbeddings(reading.probabilities["emotion"], z, rows.labels, rows.origins.tolist())
    return held_out_figures(sides["speech"], sides["text"], calibration)


def write_example(models: Path) -> dict[str, Any]:
    """Train once at the settings that the page opens with, and keep all that the run told as the page's example.

    Returns the figures of that head ("own") and of the shipped one ("shipped") on the same held-out rows.
    """
    told: list[Mapping[str, Any]] = []
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        train(load_reference(models), TrainingSettings(), Path(folder), told.append, threading.Event())
    plain = [{**event, "seconds": 0.0} if "seconds" in event else event for event in told]  # the same on any machine
    text = json.dumps({"events": plain}, separators=(",", ":")) + "\n"
    (models / FOLDER / EXAMPLE).write_text(text, encoding="utf-8")
    figures: dict[str, Any] = told[-1]["figures"]
    return figures


# --- the process ----------------------------------------------------------------------------------------------------


def _limit_process() -> None:
    """Low priority, one thread, bounded memory and processor time, where the system knows such limits."""
    torch.set_num_threads(1)
    with contextlib.suppress(AttributeError, OSError):
        os.nice(NICE)
    with contextlib.suppress(ImportError):
        import resource

        for kind, limit in ((resource.RLIMIT_DATA, MEMORY_BYTES), (resource.RLIMIT_CPU, CPU_SECONDS)):
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(kind, (limit, resource.getrlimit(kind)[1]))


def _listen(lines: Iterator[str], stop: threading.Event) -> None:
    """Obey ``stop``; when the input ends, whoever asked is gone, and so is the reason to go on."""
    for line in lines:
        if line.strip() == "stop":
            stop.set()
    os._exit(1)


def main() -> None:
    """One run, as the page starts it."""
    _limit_process()
    settings = TrainingSettings.checked(json.loads(sys.stdin.readline()))
    stop = threading.Event()
    threading.Thread(target=_listen, args=(sys.stdin, stop), daemon=True).start()

    def tell(event: Mapping[str, Any]) -> None:
        sys.stdout.write(json.dumps(event, separators=(",", ":"), allow_nan=False) + "\n")
        sys.stdout.flush()

    try:
        train(load_reference(Path(sys.argv[2])), settings, Path(sys.argv[1]), tell, stop)
    except CrossmodalError as error:
        tell({"event": "error", **error.as_dict()})
    os._exit(0)  # the listening thread cannot be woken from its read


if __name__ == "__main__":
    main()
