"""Train the learned fusion rules on label-matched pairs, from the scores in ``models/`` and the words' tower alone.

The voice is the first half of RAVDESS' actors, each clip as the model saw it that never heard the actor, as it is and
in noise; the words are GoEmotions' dev sentences of one label, which the words' tower was not trained on. The other
actors and the test sentences stay for ``evaluate``. A pair is any clip with any sentence of its label.

Weights are drawn anew for every pair, one-hot ones among them, so that every alpha lies within what was trained on and
a missing modality is nothing new. Classes are drawn alike: what the rule says is a reading at an even prior.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from crossmodal import metrics
from crossmodal.data.text import Sentence, TextData, implied_sentiment
from crossmodal.fusion import registry
from crossmodal.fusion.calibration import rule_file
from crossmodal.fusion.learned import LearnedRule, NetworkInputs
from crossmodal.metrics import Labels
from crossmodal.model import checkpoints
from crossmodal.model.towers import TextTower, load_tower
from crossmodal.training import speech, speech_windows
from crossmodal.types import EMOTIONS, TASKS, Array

MODALITIES = ("speech", "text")
LEAST_SHARE = 0.05
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
    jitter: float = 0.06  # standard deviation of the noise on every place of a z of unit length, at full weight
    one_hot: float = 0.3  # share of pairs with a missing modality
    equal: float = 0.2  # share of pairs at equal weights
    drop: float = 0.2  # share of parts left out of a sequence
    sentiment: float = 0.3  # weight of the sentiment's loss
    patience: int = 50  # steps between two looks at the validation pairs
    pairs: int = 1_400  # of validation


@dataclass(frozen=True, slots=True)
class LabelledEmbeddings:
    """N readings of one modality: z (N, D), padded parts (N, S, D), class numbers (N,), origins (N,)."""

    z: Array
    parts: Array
    labels: Labels
    origins: NDArray[Any]

    def keep(self, rows: NDArray[np.bool_]) -> LabelledEmbeddings:
        """The rows of a flag (N,)."""
        return LabelledEmbeddings(self.z[rows], self.parts[rows], self.labels[rows], self.origins[rows])


def pad(parts: Sequence[Array]) -> Array:
    """Sequences (S, D) of several lengths as one array (N, longest, D), zeros behind."""
    found = np.zeros((len(parts), max(len(part) for part in parts), parts[0].shape[1]))
    for row, part in enumerate(parts):
        found[row, : len(part)] = part
    return found


def join(sides: Sequence[LabelledEmbeddings]) -> LabelledEmbeddings:
    """Several sides as one."""
    return LabelledEmbeddings(
        np.concatenate([side.z for side in sides]),
        np.concatenate([side.parts for side in sides]),
        np.concatenate([side.labels for side in sides]),
        np.concatenate([side.origins for side in sides]),
    )


# --- the material ---------------------------------------------------------------------------------------------------


def first_half(speakers: Sequence[str]) -> NDArray[np.bool_]:
    """Which rows (N,) are of the first half of the speakers, by name: those that choosing and training may see."""
    actors = sorted(set(speakers))
    half = set(actors[: len(actors) // 2])
    return np.array([speaker in half for speaker in speakers])


def voice_side(scores: Path, kind: str = "clean") -> LabelledEmbeddings:
    """RAVDESS out of fold, of one of ``voice_parts.KINDS``, from the folder of scores; origins are the actors."""
    _, rows = speech.load_scores(scores / "ravdess_by_folds")
    found = speech_windows.load(scores / speech_windows.STEM, kind)
    labels = np.array([EMOTIONS.index(row["emotion"]) for row in rows])
    return LabelledEmbeddings(found.z, pad(found.parts), labels, np.array([row["speaker"] for row in rows]))


def single_label(sentences: Sequence[Sentence]) -> tuple[list[str], Labels]:
    """The texts that carry one emotion alone, and its class number."""
    rows = [row for row in sentences if sum(value > 0 for value in row.emotions) == 1]
    return [row.text for row in rows], np.array([int(np.argmax(row.emotions)) for row in rows])


def words_side(tower: TextTower, texts: Sequence[str], labels: Labels) -> LabelledEmbeddings:
    """Sentences as the words' tower reads them; each is an origin of its own."""
    z, parts = tower.sequences(texts)
    return LabelledEmbeddings(z, pad(parts), labels, np.array(texts))


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
    """Weights (C,) under which the sentiments of balanced emotions count alike."""
    share = np.array([implied_sentiment([name]) for name in EMOTIONS]).sum(0)
    return torch.from_numpy(1 / share / (1 / share).mean()).float()


class Batches:
    """Pairs drawn from two sides, the classes alike; all chance comes from the seed."""

    def __init__(self, sides: Mapping[str, LabelledEmbeddings], config: FusionConfig, seed: int) -> None:
        self._sides, self._config = sides, config
        self._random = np.random.default_rng(seed)
        self._rows = {
            name: [np.flatnonzero(side.labels == label) for label in range(len(EMOTIONS))]
            for name, side in sides.items()
        }

    def draw(self, count: int) -> tuple[Labels, dict[str, NDArray[np.int64]]]:
        """Labels (B,) and, by modality, the rows of as many readings of these labels."""
        known = [label for label in range(len(EMOTIONS)) if all(len(rows[label]) for rows in self._rows.values())]
        labels = np.array(known)[np.arange(count) % len(known)]
        return labels, {
            name: np.array([self._random.choice(rows[label]) for label in labels]) for name, rows in self._rows.items()
        }

    def shares(self, count: int) -> Array:
        """Random a = w / max w (B, n): some one-hot, some equal, the others anywhere between."""
        size = len(self._sides)
        weights = self._random.random((count, size)) + 1e-6
        kind = self._random.random(count)
        alone = kind < self._config.one_hot
        weights[alone] = np.eye(size)[self._random.integers(size, size=int(alone.sum()))]
        weights[kind > 1 - self._config.equal] = 1.0
        return cast(Array, weights / weights.max(1, keepdims=True))

    def train(self) -> Batch:
        """A batch for a step: jittered, with parts left out.

        The noise is divided by a_i, so that the less a modality weighs, the more of it is drowned. Otherwise a network
        could read what hardly counts as well as what counts in full, and moving alpha would change nothing.
        """
        config, random = self._config, self._random
        labels, rows = self.draw(config.batch)
        shares, found = self.shares(config.batch), {}
        for place, (name, side) in enumerate(self._sides.items()):
            spread = config.jitter / np.maximum(shares[:, place], LEAST_SHARE)
            z, parts = side.z[rows[name]], side.parts[rows[name]]
            z = z + spread[:, None] * random.normal(size=z.shape)
            kept = (parts != 0).any(-1) & (random.random(parts.shape[:2]) >= config.drop)
            parts = kept[..., None] * (parts + spread[:, None, None] * random.normal(size=parts.shape))
            found[name] = (z, parts)
        return batch_of(found, shares, labels)

    def fixed(self, count: int) -> Batch:
        """Pairs for validation: as they are, one after the other at weights along the whole of [0, 1]."""
        labels, rows = self.draw(count)
        place = np.linspace(0, 1, 5)[self._random.integers(5, size=count)]
        weights = np.stack([place, 1 - place], axis=1)
        found = {name: (side.z[rows[name]], side.parts[rows[name]]) for name, side in self._sides.items()}
        return batch_of(found, weights / weights.max(1, keepdims=True), labels)


def batch_of(predictions: Mapping[str, tuple[Array, Array]], shares: Array, labels: Labels) -> Batch:
    """Readings (z, parts) by modality, their a_i (B, n) in that order and labels (B,) as tensors."""
    share = {name: torch.from_numpy(shares[:, i, None]).float() for i, name in enumerate(predictions)}
    z = {name: torch.from_numpy(found[0]).float() for name, found in predictions.items()}
    parts = {name: torch.from_numpy(found[1]).float() for name, found in predictions.items()}
    return Batch(NetworkInputs(share, z, parts), targets_of(labels))


# --- a run ----------------------------------------------------------------------------------------------------------


def fresh(rule: LearnedRule, dim: int, config: FusionConfig) -> dict[str, Tensor]:
    """Tensors to begin with: weights drawn, biases zero, constants one, temperatures one."""
    source = torch.Generator().manual_seed(config.seed)
    shapes = dict(rule.shapes(MODALITIES, dim))
    shapes |= {f"output.{task}.weight": (len(names), rule.width) for task, names in TASKS.items()}
    shapes |= {f"output.{task}.bias": (len(names),) for task, names in TASKS.items()}
    found = {}
    for name, shape in shapes.items():
        if name.startswith("constant."):
            found[name] = torch.ones(shape)
        elif len(shape) == 1:
            found[name] = torch.zeros(shape)
        else:
            spread = config.scale if shape[1] == dim else shape[1] ** -0.5
            found[name] = spread * torch.randn(shape, generator=source)
    return found | {f"temperature.{task}": torch.ones(1) for task in TASKS}


def loss_of(rule: LearnedRule, state: Mapping[str, Tensor], batch: Batch, sentiment: float) -> Tensor:
    """Mean cross-entropy of the emotion and, at the weight ``sentiment``, of the balanced sentiment."""
    total = torch.zeros(())
    for task, share in (("emotion", 1.0), ("sentiment", sentiment)):
        if share:
            logs = functional.log_softmax(rule.scores(torch, state, batch.inputs, task), dim=-1)
            targets = batch.targets[task] * (sentiment_weights() if task == "sentiment" else 1.0)
            total = total - share * (targets * logs).sum() / targets.sum()
    return total


def train_rule(
    rule: LearnedRule,
    sides: Mapping[str, LabelledEmbeddings],
    held: Mapping[str, LabelledEmbeddings],
    config: FusionConfig,
) -> tuple[dict[str, Tensor], dict[str, float]]:
    """Train one rule on pairs of ``sides``; of all its states the one that pairs of ``held`` like best returns.

    Beside it how it came about: the step, its loss on the held pairs, and the fitted temperatures.
    """
    torch.manual_seed(config.seed)
    state = fresh(rule, next(iter(sides.values())).z.shape[1], config)
    trained = {name: value.requires_grad_() for name, value in state.items() if not name.startswith("temperature.")}
    decayed = [value for value in trained.values() if value.ndim > 1]
    others = [value for value in trained.values() if value.ndim == 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": config.weight_decay}, {"params": others, "weight_decay": 0.0}],
        lr=config.rate,
    )
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, config.steps)
    batches, check = Batches(sides, config, config.seed), Batches(held, config, config.seed + 1).fixed(config.pairs)
    best, kept, place = np.inf, state, 0
    for step in range(1, config.steps + 1):
        loss_of(rule, state, batches.train(), config.sentiment).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        schedule.step()
        if step % config.patience == 0:
            with torch.inference_mode():
                loss = float(loss_of(rule, state, check, 0.0))
            if loss < best:
                best, place = loss, step
                kept = {name: value.detach().clone() for name, value in state.items()}
    temperatures = fit_temperatures(rule, kept, check)
    kept |= {f"temperature.{task}": torch.tensor([value]) for task, value in temperatures.items()}
    return kept, {"step": place, "loss": round(best, 4), **{f"T {k}": round(v, 4) for k, v in temperatures.items()}}


@torch.inference_mode()
def fit_temperatures(rule: LearnedRule, state: Mapping[str, Tensor], check: Batch) -> dict[str, float]:
    """Task -> the temperature with the least log-loss on held pairs."""
    found = {}
    for task in TASKS:
        targets = check.targets[task].double().numpy()
        known = targets.sum(1) > 0
        scores = rule.scores(torch, state, check.inputs, task).double().numpy()
        found[task] = metrics.fit_temperature(scores[known], targets[known])
    return found


# --- the release ----------------------------------------------------------------------------------------------------


def learned_rules() -> dict[str, LearnedRule]:
    """Every rule that is trained here."""
    return {name: rule for name, rule in registry().items() if isinstance(rule, LearnedRule)}


def inner_split(
    side: LabelledEmbeddings, seed: int, share: float = 0.2
) -> tuple[LabelledEmbeddings, LabelledEmbeddings]:
    """A side cut by origins: what is trained on, and the share that is held for stopping and temperatures."""
    origins = np.unique(side.origins)
    held = np.random.default_rng(seed).permutation(origins)[: max(1, round(share * len(origins)))]
    flag = np.isin(side.origins, held)
    return side.keep(~flag), side.keep(flag)


def material(models: Path, sentences: TextData) -> dict[str, LabelledEmbeddings]:
    """All that training may see: the first half of the actors, clean and noisy, and the dev sentences."""
    voices = join([voice_side(models / "scores", kind) for kind in speech_windows.KINDS])
    tower = cast(TextTower, load_tower("text", models, checkpoints.read_manifest(models)))
    texts, labels = single_label(sentences.part("dev", "goemotions"))
    return {"speech": voices.keep(first_half(voices.origins.tolist())), "text": words_side(tower, texts, labels)}


def train_rules(
    models: Path,
    sentences: TextData,
    config: FusionConfig | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> str:
    """Train every learned rule from what lies in ``models`` and add it there; returns the new model hash.

    ``progress`` is told the rules done, the rules in all and how the latest came about.
    """
    config = config or FusionConfig()
    torch.set_num_threads(1)
    cut = {name: inner_split(side, config.seed) for name, side in material(models, sentences).items()}
    sides, held = ({name: parts[place] for name, parts in cut.items()} for place in (0, 1))
    found, figures = {}, {}
    for name, rule in learned_rules().items():
        found[name], figures[name] = train_rule(rule, sides, held, config)
        logger.info("%s: %s", name, figures[name])
        if progress:
            progress(len(found), len(learned_rules()), f"{name}, loss {figures[name]['loss']:.4f}")
    return add_rules(models, found, {"config": asdict(config), "rules": figures})


def add_rules(models: Path, found: Mapping[str, Mapping[str, Tensor]], about: Mapping[str, Any]) -> str:
    """Write the tensors of rules beside the other models and name them in the manifest; returns the new model hash."""
    manifest = checkpoints.read_manifest(models)
    for name, state in found.items():
        path = models / rule_file(name)
        path.parent.mkdir(exist_ok=True)
        save_file({key: value.detach().float().contiguous() for key, value in state.items()}, path)
        path.chmod(0o644)  # safetensors lets the writer alone read
        manifest["files"][rule_file(name)] = {"sha256": checkpoints.sha256(path), "bytes": path.stat().st_size}
    manifest["about"] = {**manifest.get("about", {}), "fusion": about}
    (models / checkpoints.MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return checkpoints.model_hash(manifest)
