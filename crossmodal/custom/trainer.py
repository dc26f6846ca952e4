"""Train projections and a head on the reference features: phi_1, phi_2 and one theta, in seconds.

phi_i is linear, so the standardisation, the principal components and phi_i fold into one matrix, and the models folder
of a run needs nothing but that matrix.
"""

from __future__ import annotations

import json
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from crossmodal.custom.pca_tracker import PcaTracker
from crossmodal.custom.reference import Basis, Reference, load_reference
from crossmodal.custom.settings import TrainingSettings
from crossmodal.data.embeddings import LabelledEmbeddings
from crossmodal.data.text import implied_sentiment
from crossmodal.errors import CrossmodalError
from crossmodal.evaluation.held_out import held_out_metrics
from crossmodal.fusion.calibration import Calibration, load_calibration
from crossmodal.metrics import unweighted_average_recall
from crossmodal.modalities import POOLED, SPEECH, TEXT
from crossmodal.model.folder import ModelFolder
from crossmodal.model.head import Head
from crossmodal.training.calibrate import fit_temperatures, mean_prior
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

MODALITIES = (SPEECH, TEXT)
PAIRS: tuple[Pair, ...] = ((SPEECH, TEXT), (SPEECH, SPEECH), (TEXT, TEXT))
TASK_WEIGHTS = {"emotion": 1.0, "sentiment": 0.3}
"""The tasks within one L_i."""
BATCH = 128
"""Rows of each modality in a step, drawn with balanced emotions."""
DEV_BATCHES = 4
"""Batches of dev on which every epoch is measured."""
SMOOTHING = 0.1
INPUT_DROPOUT = 0.3
WEIGHT_DECAY = 0.2
WARM_UP = 0.1
"""Fraction of the steps over which the learning rate rises, before it falls to zero along a cosine."""

Emit = Callable[[Mapping[str, Any]], None]
"""Called with each event of a run, as plain JSON values."""


class ProjectionHeads(nn.Module):
    """phi_i for every modality and the one theta: scaled features (B, K_i) -> z (B, D) -> logits."""

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
    """One modality in one split as tensors: scaled features (N, K), class numbers (N,), targets by task."""

    features: Tensor
    labels: Tensor
    targets: Mapping[str, Tensor]

    def rows(self, chosen: Tensor) -> Part:
        """Some of the rows."""
        targets = {task: values[chosen] for task, values in self.targets.items()}
        return Part(self.features[chosen], self.labels[chosen], targets)


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
            split: {name: _members(part) for name, part in parts.items()} for split, parts in self.parts.items()
        }
        fixed = np.random.default_rng(0)  # not the run's own, so that every run is measured on the same rows
        self.dev_batches = [{name: self._batch(name, "dev", fixed) for name in MODALITIES} for _ in range(DEV_BATCHES)]
        self.steps = max(len(part.labels) for part in self.parts["train"].values()) // BATCH
        self.optimizer = torch.optim.AdamW(self.space.parameters(), lr=settings.rate, weight_decay=WEIGHT_DECAY)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, settings.rate, total_steps=self.steps * settings.epochs, pct_start=WARM_UP
        )
        self.tracker = PcaTracker({name: part.labels.numpy() for name, part in self.parts["dev"].items()})

    def _part(self, name: str, split: str) -> Part:
        rows = self.reference.rows[name][split]
        labels = torch.from_numpy(rows.labels)
        targets = {task: table[labels] for task, table in _TARGETS.items()}
        return Part(torch.from_numpy(rows.features) / self.scale[name], labels, targets)

    def epoch(self) -> dict[str, float]:
        """One pass over as many rows as the larger modality has; the mean of each term over the steps that had it."""
        self.space.train()
        history: dict[str, list[float]] = {}
        for _ in range(self.steps):
            terms = self._terms({name: self._batch(name, "train", self.random) for name in self._present()})
            self.optimizer.zero_grad(set_to_none=True)
            terms.total.backward()  # type: ignore[no-untyped-call]
            self.optimizer.step()
            self.schedule.step()
            for key, value in terms.as_floats().items():
                history.setdefault(key, []).append(value)
        return {key: float(np.mean(values)) for key, values in history.items()}

    def _present(self) -> tuple[str, ...]:
        """The modalities of one step: with the probability of modality dropout, one alone, at random."""
        if self.random.random() >= self.settings.dropout:
            return MODALITIES
        return (MODALITIES[int(self.random.integers(len(MODALITIES)))],)

    def _batch(self, name: str, split: str, random: np.random.Generator) -> Part:
        members = self.members[split][name]
        labels, draws = random.integers(0, len(EMOTIONS), BATCH), random.random(BATCH)
        rows = [members[label][int(draw * len(members[label]))] for label, draw in zip(labels, draws, strict=True)]
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

        The terms are means over dev batches of the training batch size: a contrastive loss grows with the number of
        rows it compares, so terms of batches of another size would not be comparable.
        """
        self.space.eval()
        parts = self.parts["dev"]
        z = {name: self.space(name, part.features) for name, part in parts.items()}
        top = {name: self.space.theta(rows)["emotion"].argmax(1).numpy() for name, rows in z.items()}
        uar = {
            name: round(unweighted_average_recall(part.labels.numpy(), top[name], len(EMOTIONS)), 4)
            for name, part in parts.items()
        }
        measured = [self._terms(batch).as_floats() for batch in self.dev_batches]
        terms = {key: float(np.mean([one[key] for one in measured])) for key in measured[0]}
        return {"epoch": epoch, "dev": rounded(terms), "uar": uar, "map": self.tracker.draw(z)}

    @torch.inference_mode()
    def predict(self, split: str) -> dict[str, tuple[Array, dict[str, Array]]]:
        """Modality -> z (N, D) and logits by task (N, C) of one split."""
        self.space.eval()
        predictions = {}
        for name, part in self.parts[split].items():
            z = self.space(name, part.features)
            logits = {task: values.double().numpy() for task, values in self.space.theta(z).items()}
            predictions[name] = (z.double().numpy(), logits)
        return predictions


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
    """Terms at four digits, as events have them."""
    return {key: round(value, 4) for key, value in terms.items()}


# --- a run ----------------------------------------------------------------------------------------------------------


def train(reference: Reference, settings: TrainingSettings, folder: Path, emit: Emit, stop: threading.Event) -> None:
    """Train, write the models folder and emit an event for the start, every epoch and the end, with its metrics.

    ``stop`` ends training after the present epoch. Raises CrossmodalError ``train_diverged`` for a loss that is not
    finite.
    """
    start = time.perf_counter()
    trainer = Trainer(reference, settings)
    emit({"event": "start", "settings": asdict(settings), "labels": trainer.tracker.labels})
    emit({"event": "epoch", **trainer.measure(0), "train": {}, "seconds": 0.0})
    epoch = 0
    while epoch < settings.epochs and not stop.is_set():
        epoch += 1
        terms = trainer.epoch()
        if not np.isfinite(list(terms.values())).all():
            raise CrossmodalError("train_diverged", epoch=epoch)
        seconds = round(time.perf_counter() - start, 2)
        emit({"event": "epoch", **trainer.measure(epoch), "train": rounded(terms), "seconds": seconds})
    model_hash = write(trainer, folder, epoch)
    metrics = {"own": test_metrics(trainer, folder), "shipped": reference.about["shipped"]["figures"]}
    emit(
        {
            "event": "done",
            "epochs": epoch,
            "model_hash": model_hash,
            "figures": metrics,
            "seconds": round(time.perf_counter() - start, 2),
        }
    )


def write(trainer: Trainer, folder: Path, epochs: int) -> str:
    """The models folder of a run, calibrated on dev; returns its model hash."""
    logits = {name: by_task for name, (_, by_task) in trainer.predict("dev").items()}
    temperatures = {name: _temperatures(trainer.parts["dev"][name], by_task) for name, by_task in logits.items()}
    prior = {
        task: mean_prior([logits[name][task] for name in MODALITIES], [temperatures[name][task] for name in MODALITIES])
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
    towers = dict.fromkeys(MODALITIES, POOLED)
    return write_models(folder, tensors, temperatures, prior, about, towers=towers)


def _temperatures(part: Part, logits: Mapping[str, Array]) -> dict[str, float]:
    """Task -> temperature with the least log-loss on the rows of a part."""
    return fit_temperatures(logits, {task: part.targets[task].double().numpy() for task in TASKS})


def fold(trainer: Trainer, name: str, basis: Basis) -> dict[str, Tensor]:
    """Standardisation, principal components and phi_i as the tensors of one projection of the pooled states.

    Speech keeps centre and spread apart, as a StatisticsProjection does; for text all is in the one matrix.
    """
    phi = trainer.space.phi[name]
    assert isinstance(phi, nn.Linear)
    weight = phi.weight.detach().double() / trainer.scale[name] @ torch.from_numpy(basis.basis).double().T
    bias = phi.bias.detach().double()
    centre, spread = torch.from_numpy(basis.centre), torch.from_numpy(basis.spread)
    if name == SPEECH:
        return {"centre": centre, "spread": spread, "linear.weight": weight.float(), "linear.bias": bias.float()}
    weight = weight / spread
    return {"linear.weight": weight.float(), "linear.bias": (bias - weight @ centre.double()).float()}


def test_metrics(trainer: Trainer, folder: Path) -> dict[str, Any]:
    """Metrics of the written model on the held-out test rows."""
    calibration: Calibration = load_calibration(folder, ModelFolder(folder).read_manifest())
    embeddings = {}
    for name, (z, _) in trainer.predict("test").items():
        rows = trainer.reference.rows[name]["test"]
        probabilities = calibration.predict(name, z).probabilities["emotion"]
        embeddings[name] = LabelledEmbeddings(z, rows.labels, rows.origins, probabilities=probabilities)
    return held_out_metrics(embeddings[SPEECH], embeddings[TEXT], calibration)


def write_example(models: Path) -> dict[str, Any]:
    """Train once at the default settings, and write the events of the run into ``models`` as the page's example.

    Returns the metrics of that head ("own") and of the shipped one ("shipped") on the same held-out rows.
    """
    events: list[Mapping[str, Any]] = []
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        train(load_reference(models), TrainingSettings(), Path(folder), events.append, threading.Event())
    untimed = [{**event, "seconds": 0.0} if "seconds" in event else event for event in events]  # reproducible
    text = json.dumps({"events": untimed}, separators=(",", ":")) + "\n"
    ModelFolder(models).training_example.write_text(text, encoding="utf-8")
    metrics: dict[str, Any] = events[-1]["figures"]
    return metrics
