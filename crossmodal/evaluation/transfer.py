"""Does what theta learns from one modality transfer to the other? Measured with alignment off and on.

Each modality gets its own projection and its own theta, trained on its own labels; the only tie between them is
gamma L_12, the supervised contrast across modalities. Then theta of one modality reads the other's embeddings. With
gamma = 0 the two spaces are unrelated, so chance is to be expected.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from crossmodal.data.speech import CorpusClip, speakers
from crossmodal.data.text import TextData
from crossmodal.metrics import Labels, unweighted_average_recall
from crossmodal.modalities import SPEECH, TEXT
from crossmodal.model.head import Head
from crossmodal.model.projection import SHARED_DIM
from crossmodal.training.fusion_rules import single_label
from crossmodal.training.objective import Objective, cross_modal_contrastive, task_loss
from crossmodal.types import EMOTIONS, FloatArray

PAIR = (SPEECH, TEXT)
GAMMAS = (0.0, 0.1, 0.3, 1.0, 3.0)
STEPS = 600
BATCH = 128
TRAIN_TEXTS = 4_000
"""Sentences of the train split, in equal numbers of each emotion; a quarter of that for dev and test."""
TRAIN_ACTORS, DEV_ACTORS = 12, 16
"""In the order of their names, actors before the first train, before the second choose gamma, the others test."""


@dataclass(frozen=True, slots=True)
class Split:
    """Pooled encoder features (N, F) of one modality with class numbers (N,)."""

    features: FloatArray
    labels: np.ndarray[tuple[int], np.dtype[np.int64]]


class _ModalityModel(nn.Module):
    """One modality: standardised features -> phi -> z, and the theta that learns from its labels."""

    def __init__(self, features: FloatArray) -> None:
        super().__init__()
        self.mean = torch.from_numpy(features.mean(0))
        self.spread = torch.from_numpy(features.std(0) + 1e-5)
        self.phi = nn.Sequential(nn.Dropout(0.3), nn.Linear(features.shape[1], SHARED_DIM))
        self.theta = Head()

    def forward(self, features: Tensor) -> Tensor:
        """Features (B, F) -> z (B, D), of unit length."""
        return functional.normalize(self.phi((features - self.mean) / self.spread), dim=-1)


def _balanced(split: Split, random: np.random.Generator) -> tuple[Tensor, Tensor]:
    """A batch with all classes equally likely: features (B, F) and one-hot labels (B, C)."""
    wanted = random.integers(0, len(EMOTIONS), BATCH)
    rows = np.array([random.choice(np.flatnonzero(split.labels == label)) for label in wanted])
    return torch.from_numpy(split.features[rows]), functional.one_hot(torch.from_numpy(wanted), len(EMOTIONS)).float()


def _fit(train: Mapping[str, Split], gamma: float, seed: int) -> dict[str, _ModalityModel]:
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    models = {name: _ModalityModel(train[name].features) for name in PAIR}
    objective = Objective(dict.fromkeys(PAIR, 1.0), {PAIR: gamma})
    parameters = [parameter for model in models.values() for parameter in model.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=2e-3, weight_decay=0.05)
    for _ in range(STEPS):
        batches = {name: _balanced(train[name], random) for name in PAIR}
        z = {name: models[name](batches[name][0]) for name in PAIR}
        tasks = {
            name: task_loss(models[name].theta(z[name]), {"emotion": batches[name][1]}, {"emotion": 1.0}, 0.1)
            for name in PAIR
        }
        (i, j) = PAIR
        aligned = cross_modal_contrastive(z[i], batches[i][1], z[j], batches[j][1])
        optimizer.zero_grad(set_to_none=True)
        objective(tasks, {PAIR: aligned}).total.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return {name: model.eval() for name, model in models.items()}


@torch.inference_mode()
def _read(model: _ModalityModel, theta: Head, split: Split) -> float:
    """UAR of ``theta`` over one modality's embeddings."""
    predicted = theta(model(torch.from_numpy(split.features)))["emotion"].argmax(1).numpy()
    return unweighted_average_recall(split.labels, predicted, len(EMOTIONS))


def _uar_by_direction(models: Mapping[str, _ModalityModel], part: Mapping[str, Split]) -> dict[str, float]:
    """Every theta on every modality: ``text>speech`` is theta of the words, read on speech."""
    return {
        f"{source}>{target}": _read(models[target], models[source].theta, part[target])
        for source in PAIR
        for target in PAIR
    }


def transfer(
    train: Mapping[str, Split], dev: Mapping[str, Split], test: Mapping[str, Split], *, seeds: Sequence[int] = (0, 1, 2)
) -> dict[str, object]:
    """Test UARs at gamma = 0 and at the gamma with the highest UAR on dev, each the mean over ``seeds``.

    Returns ``{"off": {...}, "on": {...}, "gamma": best, "dev": {gamma: mean cross-modal UAR}}`` with UARs by
    ``theta's modality>modality read``; chance is 1 / 7.
    """
    fitted = {gamma: [_fit(train, gamma, seed) for seed in seeds] for gamma in GAMMAS}
    cross = [f"{PAIR[0]}>{PAIR[1]}", f"{PAIR[1]}>{PAIR[0]}"]
    scores = {
        gamma: float(np.mean([_uar_by_direction(models, dev)[way] for models in fits for way in cross]))
        for gamma, fits in fitted.items()
    }
    best = max(scores, key=lambda gamma: scores[gamma])
    return {
        "gamma": best,
        "dev": {str(gamma): round(score, 4) for gamma, score in scores.items()},
        "off": _mean([_uar_by_direction(models, test) for models in fitted[0.0]]),
        "on": _mean([_uar_by_direction(models, test) for models in fitted[best]]),
    }


def _mean(runs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {way: round(float(np.mean([run[way] for run in runs])), 4) for way in runs[0]}


# --- the corpora ----------------------------------------------------------------------------------------------------


def corpus_transfer(
    clips: Sequence[CorpusClip],
    sentences: TextData,
    pooled_speech: FloatArray,
    pool_text: Callable[[Sequence[str]], FloatArray],
) -> dict[str, object]:
    """``transfer`` between RAVDESS, split by actors, and GoEmotions in its own splits.

    ``pooled_speech`` (N, F) are the pooled encoder features of the clips; ``pool_text`` yields those of texts.
    """
    names = speakers(clips)
    split_of = {
        name: "train" if index < TRAIN_ACTORS else "dev" if index < DEV_ACTORS else "test"
        for index, name in enumerate(names)
    }
    labels = np.array([EMOTIONS.index(clip.emotion or "neutral") for clip in clips])
    splits: dict[str, dict[str, Split]] = {}
    for split in ("train", "dev", "test"):
        rows = [index for index, clip in enumerate(clips) if split_of[clip.speaker] == split]
        texts, text_labels = _balanced_texts(sentences, split, TRAIN_TEXTS if split == "train" else TRAIN_TEXTS // 4)
        splits[split] = {
            SPEECH: Split(pooled_speech[rows], labels[rows]),
            TEXT: Split(pool_text(texts), text_labels),
        }
    return transfer(splits["train"], splits["dev"], splits["test"])


def _balanced_texts(sentences: TextData, split: str, count: int) -> tuple[list[str], Labels]:
    """About ``count`` single-label sentences of a split, as many of each emotion as there are up to a seventh."""
    texts, labels_of = single_label(sentences.part(split, "goemotions"))
    by_class = {label: np.flatnonzero(labels_of == label).tolist() for label in range(len(EMOTIONS))}
    shuffler = random.Random(0)  # noqa: S311  a choice of sentences, no secret
    chosen, labels = [], []
    for label, members in by_class.items():
        shuffler.shuffle(members)
        rows = members[: count // len(EMOTIONS)]
        chosen += [texts[row] for row in rows]
        labels += [label] * len(rows)
    return chosen, np.array(labels)
