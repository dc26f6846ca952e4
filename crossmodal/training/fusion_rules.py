"""Train the learned fusion rules on label-matched pairs, from the scores in ``models/`` and the text tower alone.

Speech is the first half of RAVDESS' actors, each clip as embedded by the model that was not trained on its actor, clean
and in noise; text is GoEmotions' dev sentences of one label, which the text tower was not trained on. The other actors
and the test sentences stay for ``evaluate``. A pair is any clip with any sentence of its label.

Weights are drawn anew for every pair, one-hot ones among them, so that every alpha lies within the range of training
and a missing modality is part of it. Classes are drawn uniformly: the rule predicts under a uniform prior.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from crossmodal.data.embeddings import LabelledEmbeddings, pad_parts
from crossmodal.data.text import Sentence, TextData, implied_sentiment
from crossmodal.fusion import registry
from crossmodal.fusion.learned import LearnedRule, NetworkInputs
from crossmodal.metrics import Labels
from crossmodal.modalities import SPEECH, TEXT, load_tower
from crossmodal.model.folder import FOLDS, WINDOWS, ModelFolder, rule_file
from crossmodal.model.towers import BatchTower, as_batch_tower
from crossmodal.progress import ProgressCallback
from crossmodal.training import calibrate, speech_windows
from crossmodal.training.speech_scores import load_scores
from crossmodal.types import EMOTIONS, TASKS, Array

MODALITIES = (SPEECH, TEXT)
MIN_WEIGHT = 0.05
"""The a_i below which noise grows no further."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FusionConfig:
    """All that decides a run; the defaults are the shipped recipe."""

    seed: int = 0
    steps: int = 800
    batch: int = 256
    rate: float = 2e-3  # learning rate, led to zero by a cosine
    weight_decay: float = 0.5
    scale: float = 0.2  # standard deviation of fresh weights over z
    jitter: float = 0.06  # standard deviation of the noise on each dimension of a z of unit length, at full weight
    one_hot: float = 0.3  # fraction of pairs with a missing modality
    equal: float = 0.2  # fraction of pairs at equal weights
    drop: float = 0.2  # fraction of parts left out of a sequence
    sentiment: float = 0.3  # weight of the sentiment's loss
    patience: int = 50  # steps between two validations
    pairs: int = 1_400  # of validation


# --- the training data ----------------------------------------------------------------------------------------------


def first_half(speakers: Sequence[str]) -> NDArray[np.bool_]:
    """Which rows (N,) are of the first half of the speakers, by name: those for model selection and training."""
    names = sorted(set(speakers))
    half = set(names[: len(names) // 2])
    return np.array([speaker in half for speaker in speakers])


def speech_embeddings(models: Path, kind: str = "clean") -> LabelledEmbeddings:
    """RAVDESS out of fold, of one of ``speech_windows.KINDS``, from a models folder; origins are the actors."""
    _, rows = load_scores(ModelFolder(models).scores(FOLDS))
    windows = speech_windows.load(ModelFolder(models).scores(WINDOWS), kind)
    labels = np.array([EMOTIONS.index(row["emotion"]) for row in rows])
    speakers = np.array([row["speaker"] for row in rows])
    return LabelledEmbeddings(windows.z, labels, speakers, pad_parts(windows.parts))


def single_label(sentences: Sequence[Sentence]) -> tuple[list[str], Labels]:
    """The texts that carry one emotion alone, and its class number."""
    rows = [row for row in sentences if sum(value > 0 for value in row.emotions) == 1]
    return [row.text for row in rows], np.array([int(np.argmax(row.emotions)) for row in rows])


def text_embeddings(tower: BatchTower, texts: Sequence[str], labels: Labels) -> LabelledEmbeddings:
    """Sentences as the text tower embeds them; each is an origin of its own."""
    z, parts = tower.sequences(texts)
    return LabelledEmbeddings(z, labels, np.array(texts), pad_parts(parts))


def concatenate(sets: Sequence[LabelledEmbeddings]) -> LabelledEmbeddings:
    """Several sets with parts of one length as one."""
    return LabelledEmbeddings(
        np.concatenate([one.embeddings for one in sets]),
        np.concatenate([one.labels for one in sets]),
        np.concatenate([one.origins for one in sets]),
        np.concatenate([parts_of(one) for one in sets]),
    )


def parts_of(embeddings: LabelledEmbeddings) -> Array:
    """The segment embeddings (N, S, D), which every set here has."""
    assert embeddings.parts is not None
    return embeddings.parts


# --- batches --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Batch:
    """B pairs as tensors, and task -> targets (B, C), zeros where a task has none."""

    inputs: NetworkInputs
    targets: Mapping[str, Tensor]


def targets_of(labels: Labels) -> dict[str, Tensor]:
    """Task -> targets (B, C): the emotion, and the sentiment that it implies."""
    implied = np.array([implied_sentiment([name]) for name in EMOTIONS])
    return {
        "emotion": torch.from_numpy(np.eye(len(EMOTIONS))[labels]).float(),
        "sentiment": torch.from_numpy(implied[labels]).float(),
    }


def sentiment_weights() -> Tensor:
    """Weights (C,) that balance the sentiments which balanced emotions imply."""
    mass = np.array([implied_sentiment([name]) for name in EMOTIONS]).sum(0)
    return torch.from_numpy(1 / mass / (1 / mass).mean()).float()


class PairBatches:
    """Pairs drawn from the sets of two modalities, the classes uniformly; all draws come from the seed."""

    def __init__(self, sets: Mapping[str, LabelledEmbeddings], config: FusionConfig, seed: int) -> None:
        self._sets, self._config = sets, config
        self._random = np.random.default_rng(seed)
        self._rows = {
            name: [np.flatnonzero(one.labels == label) for label in range(len(EMOTIONS))] for name, one in sets.items()
        }

    def draw(self, count: int) -> tuple[Labels, dict[str, NDArray[np.int64]]]:
        """Labels (B,) and, by modality, as many rows with these labels."""
        known = [label for label in range(len(EMOTIONS)) if all(len(rows[label]) for rows in self._rows.values())]
        labels = np.array(known)[np.arange(count) % len(known)]
        return labels, {
            name: np.array([self._random.choice(rows[label]) for label in labels]) for name, rows in self._rows.items()
        }

    def weights(self, count: int) -> Array:
        """Random a = w / max w (B, n): some one-hot, some equal, the others uniform."""
        size = len(self._sets)
        weights = self._random.random((count, size)) + 1e-6
        kind = self._random.random(count)
        one_hot = kind < self._config.one_hot
        weights[one_hot] = np.eye(size)[self._random.integers(size, size=int(one_hot.sum()))]
        weights[kind > 1 - self._config.equal] = 1.0
        return cast(Array, weights / weights.max(1, keepdims=True))

    def train(self) -> Batch:
        """A batch for a step: with noise, and with parts left out.

        The noise is divided by a_i, so that a modality of little weight drowns in it. Otherwise a network could use it
        as well as one of full weight, and moving alpha would change nothing.
        """
        config, random = self._config, self._random
        labels, rows = self.draw(config.batch)
        weights, inputs = self.weights(config.batch), {}
        for column, (name, one) in enumerate(self._sets.items()):
            spread = config.jitter / np.maximum(weights[:, column], MIN_WEIGHT)
            z, parts = one.embeddings[rows[name]], parts_of(one)[rows[name]]
            z = z + spread[:, None] * random.normal(size=z.shape)
            present = (parts != 0).any(-1) & (random.random(parts.shape[:2]) >= config.drop)
            parts = present[..., None] * (parts + spread[:, None, None] * random.normal(size=parts.shape))
            inputs[name] = (z, parts)
        return batch_of(inputs, weights, labels)

    def fixed(self, count: int) -> Batch:
        """Pairs for validation: without noise, each at one of five weights from 0 to 1."""
        labels, rows = self.draw(count)
        alpha = np.linspace(0, 1, 5)[self._random.integers(5, size=count)]
        weights = np.stack([alpha, 1 - alpha], axis=1)
        inputs = {name: (one.embeddings[rows[name]], parts_of(one)[rows[name]]) for name, one in self._sets.items()}
        return batch_of(inputs, weights / weights.max(1, keepdims=True), labels)


def batch_of(inputs: Mapping[str, tuple[Array, Array]], weights: Array, labels: Labels) -> Batch:
    """(z, parts) by modality, their a_i (B, n) in that order and labels (B,) as tensors."""
    alpha = {name: torch.from_numpy(weights[:, i, None]).float() for i, name in enumerate(inputs)}
    z = {name: torch.from_numpy(values[0]).float() for name, values in inputs.items()}
    parts = {name: torch.from_numpy(values[1]).float() for name, values in inputs.items()}
    return Batch(NetworkInputs(alpha, z, parts), targets_of(labels))


# --- a run ----------------------------------------------------------------------------------------------------------


def fresh(rule: LearnedRule, dim: int, config: FusionConfig) -> dict[str, Tensor]:
    """Initial tensors: weights drawn, biases zero, constants one, temperatures one."""
    source = torch.Generator().manual_seed(config.seed)
    shapes = dict(rule.shapes(MODALITIES, dim))
    shapes |= {f"output.{task}.weight": (len(names), rule.width) for task, names in TASKS.items()}
    shapes |= {f"output.{task}.bias": (len(names),) for task, names in TASKS.items()}
    state = {}
    for name, shape in shapes.items():
        if name.startswith("constant."):
            state[name] = torch.ones(shape)
        elif len(shape) == 1:
            state[name] = torch.zeros(shape)
        else:
            spread = config.scale if shape[1] == dim else shape[1] ** -0.5
            state[name] = spread * torch.randn(shape, generator=source)
    return state | {f"temperature.{task}": torch.ones(1) for task in TASKS}


def loss_of(rule: LearnedRule, state: Mapping[str, Tensor], batch: Batch, sentiment: float) -> Tensor:
    """Mean cross-entropy of the emotion and, at the weight ``sentiment``, of the balanced sentiment."""
    total = torch.zeros(())
    for task, weight in (("emotion", 1.0), ("sentiment", sentiment)):
        if weight:
            logs = functional.log_softmax(rule.scores(torch, state, batch.inputs, task), dim=-1)
            targets = batch.targets[task] * (sentiment_weights() if task == "sentiment" else 1.0)
            total = total - weight * (targets * logs).sum() / targets.sum()
    return total


def train_rule(
    rule: LearnedRule,
    train: Mapping[str, LabelledEmbeddings],
    validation: Mapping[str, LabelledEmbeddings],
    config: FusionConfig,
) -> tuple[dict[str, Tensor], dict[str, float]]:
    """Train one rule on pairs of ``train``; returns the state with the least loss on pairs of ``validation``.

    Beside it the step of that state, its loss on the validation pairs, and the fitted temperatures.
    """
    torch.manual_seed(config.seed)
    state = fresh(rule, next(iter(train.values())).embeddings.shape[1], config)
    optimizer = _optimizer(state, config)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, config.steps)
    batches = PairBatches(train, config, config.seed)
    pairs = PairBatches(validation, config, config.seed + 1).fixed(config.pairs)
    best_loss, best_state, best_step = np.inf, state, 0
    for step in range(1, config.steps + 1):
        loss_of(rule, state, batches.train(), config.sentiment).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        schedule.step()
        if step % config.patience == 0:
            with torch.inference_mode():
                loss = float(loss_of(rule, state, pairs, 0.0))
            if loss < best_loss:
                best_loss, best_step = loss, step
                best_state = {name: value.detach().clone() for name, value in state.items()}
    temperatures = fit_temperatures(rule, best_state, pairs)
    best_state |= {f"temperature.{task}": torch.tensor([value]) for task, value in temperatures.items()}
    fitted = {f"T {task}": round(value, 4) for task, value in temperatures.items()}
    return best_state, {"step": best_step, "loss": round(best_loss, 4), **fitted}


def _optimizer(state: Mapping[str, Tensor], config: FusionConfig) -> torch.optim.AdamW:
    """AdamW over all tensors but the temperatures, which take gradients from here on; only matrices decay."""
    trained = [value.requires_grad_() for name, value in state.items() if not name.startswith("temperature.")]
    matrices = [value for value in trained if value.ndim > 1]
    vectors = [value for value in trained if value.ndim == 1]
    return torch.optim.AdamW(
        [{"params": matrices, "weight_decay": config.weight_decay}, {"params": vectors, "weight_decay": 0.0}],
        lr=config.rate,
    )


@torch.inference_mode()
def fit_temperatures(rule: LearnedRule, state: Mapping[str, Tensor], pairs: Batch) -> dict[str, float]:
    """Task -> the temperature with the least log-loss on validation pairs."""
    scores = {task: rule.scores(torch, state, pairs.inputs, task).double().numpy() for task in TASKS}
    return calibrate.fit_temperatures(scores, {task: pairs.targets[task].double().numpy() for task in TASKS})


# --- the release ----------------------------------------------------------------------------------------------------


def learned_rules() -> dict[str, LearnedRule]:
    """Every rule that is trained here."""
    return {name: rule for name, rule in registry().items() if isinstance(rule, LearnedRule)}


def inner_split(
    embeddings: LabelledEmbeddings, seed: int, fraction: float = 0.2
) -> tuple[LabelledEmbeddings, LabelledEmbeddings]:
    """Training set and validation set (stopping, temperatures), split by origins."""
    origins = np.unique(embeddings.origins)
    held_out = np.random.default_rng(seed).permutation(origins)[: max(1, round(fraction * len(origins)))]
    flag = np.isin(embeddings.origins, held_out)
    return embeddings.keep(~flag), embeddings.keep(flag)


def training_data(models: Path, sentences: TextData) -> dict[str, LabelledEmbeddings]:
    """All that training may see: the first half of the actors, clean and noisy, and the dev sentences."""
    clips = concatenate([speech_embeddings(models, kind) for kind in speech_windows.KINDS])
    tower = as_batch_tower(load_tower(TEXT, models, ModelFolder(models).read_manifest()))
    texts, labels = single_label(sentences.part("dev", "goemotions"))
    return {SPEECH: clips.keep(first_half(clips.origins.tolist())), TEXT: text_embeddings(tower, texts, labels)}


def train_rules(
    models: Path,
    sentences: TextData,
    config: FusionConfig | None = None,
    progress: ProgressCallback | None = None,
) -> str:
    """Train every learned rule from what lies in ``models`` and add it there; returns the new model hash.

    ``progress`` is called after each rule.
    """
    config = config or FusionConfig()
    torch.set_num_threads(1)
    splits = {name: inner_split(one, config.seed) for name, one in training_data(models, sentences).items()}
    train, validation = ({name: split[part] for name, split in splits.items()} for part in (0, 1))
    states, reports = {}, {}
    for name, rule in learned_rules().items():
        states[name], reports[name] = train_rule(rule, train, validation, config)
        logger.info("%s: %s", name, reports[name])
        if progress:
            progress(len(states), len(learned_rules()), f"{name}, loss {reports[name]['loss']:.4f}")
    return add_rules(models, states, {"config": asdict(config), "rules": reports})


def add_rules(models: Path, states: Mapping[str, Mapping[str, Tensor]], about: Mapping[str, Any]) -> str:
    """Write the tensors of rules beside the other models and name them in the manifest; returns the new model hash."""
    folder = ModelFolder(models)
    manifest = folder.read_manifest()
    for name, state in states.items():
        tensors = {key: value.detach().float().numpy() for key, value in state.items()}
        manifest["files"][rule_file(name)] = folder.save_weights(rule_file(name), tensors)
    manifest["about"] = {**manifest.get("about", {}), "fusion": about}
    return folder.write_manifest(manifest)
