"""Fit the linear part of the speech tower: ridge regression of pooled layer statistics onto class anchors.

On RAVDESS' held-out actors this closed form over the frozen encoder outperforms adapting the encoder, and adding the
adapted embedding keeps what that one is better at: speech recorded elsewhere. Every training clip is used unchanged and
in COPIES augmented variants. The targets are points of the shared space near the text embeddings, at which theta
predicts exactly the wanted emotion: speech is aligned with text by construction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional

from crossmodal.data.speech import CorpusClip
from crossmodal.data.text import implied_sentiment
from crossmodal.model.encoders.speech import FROZEN_LAYERS, LogMel, SpeechEncoder
from crossmodal.model.folder import DescribedTensors
from crossmodal.model.projection import statistics
from crossmodal.training import clip_cache
from crossmodal.training.augment import Strength, augment
from crossmodal.training.checkpointing import save, write_json
from crossmodal.training.clip_cache import CachedClip, identity
from crossmodal.training.speech_model import TextSpace
from crossmodal.training.speech_scores import load_scores
from crossmodal.types import EMOTIONS, TASKS

COPIES = 5
RIDGE = 1_500.0
"""Strength of the ridge penalty per variant, for standardised statistics."""
EXTRA = 0.25
"""Weight of all clips of other corpora together, against those of the main one."""
LOGIT = 8.0
"""Logit of theta at the anchor of an emotion, against zero for the others."""

SHARE = 0.4
"""Weight of the adapted embedding, of unit length, against the linear one."""

_encoder: SpeechEncoder | None = None


@torch.inference_mode()
def _statistics(samples: Tensor) -> Tensor:
    global _encoder  # one encoder per worker process
    _encoder = _encoder or SpeechEncoder.pretrained()
    return statistics(_encoder(LogMel()(samples.numpy())[None]))[0].clone()


def _extract(clips: Sequence[CorpusClip], cache: Path, copy: int, target: Path) -> None:
    """Statistics (N, 2 L H) of clips, unchanged for copy 0, else in an augmented variant: the work of one process."""
    torch.set_num_threads(1)
    items = clip_cache.load(clips, cache)
    voices = [item.samples for item in items]
    rows = [_statistics(_variant(item, copy, index, voices)) for index, item in enumerate(items)]
    save({"rows": torch.stack(rows)}, target)


def _variant(item: CachedClip, copy: int, index: int, voices: Sequence[Tensor]) -> Tensor:
    if copy == 0:
        return item.samples
    return augment(item.samples, item.speech, np.random.default_rng([copy, index]), Strength(), voices)


def extract(clips: Sequence[CorpusClip], cache: Path, folder: Path, *, workers: int = 2) -> Tensor:
    """Statistics of every clip in every variant, (1 + COPIES, N, 2 L H); what is done already is not done again."""
    folder.mkdir(parents=True, exist_ok=True)
    targets = [folder / f"copy{copy}.safetensors" for copy in range(COPIES + 1)]
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        jobs = [
            pool.submit(_extract, clips, cache, copy, target)
            for copy, target in enumerate(targets)
            if not target.is_file()
        ]
        for job in jobs:
            job.result()
    return torch.stack([load_file(target)["rows"] for target in targets])


def class_anchors(space: TextSpace) -> Tensor:
    """The anchor of each emotion in the shared space, (C, D).

    The point nearest to the mean text embedding of that emotion at which the logit of theta is LOGIT for it and zero
    for all other emotions, and LOGIT for the sentiment that it implies: the least change that solves theta(z) = wanted.
    """
    with torch.no_grad():
        origin = space.head(torch.zeros(space.z.shape[1]))
        axes = space.head(torch.eye(space.z.shape[1]))
    bias = torch.cat([origin[task] for task in TASKS])
    weight = torch.cat([(axes[task] - origin[task]).T for task in TASKS])
    anchors = []
    for column, emotion in enumerate(EMOTIONS):
        members = space.emotion[:, column] > 0
        centre = functional.normalize(space.z[members].mean(0), dim=0)
        wanted = torch.cat([torch.eye(len(EMOTIONS))[column], torch.tensor(implied_sentiment([emotion]))]) * LOGIT
        error = wanted - bias - weight @ centre
        anchors.append(centre + torch.linalg.pinv(weight) @ error)
    return torch.stack(anchors).float()


def class_weights(labels: Tensor) -> Tensor:
    """Weights (N,), summing to 1, that balance the classes."""
    counts = torch.bincount(labels, minlength=len(EMOTIONS)).clamp(min=1)
    weights = 1.0 / counts[labels]
    return weights / weights.sum()


def fit(rows: Tensor, labels: Tensor, weights: Tensor, targets: Tensor, variants: int) -> dict[str, Tensor]:
    """Weighted ridge regression of standardised rows (N, F) onto ``targets`` (C, D) by label (N,).

    Returns the tensors of a StatisticsProjection. The solution is exact; the penalty grows with the ``variants``.
    """
    rows = rows.double()
    centre, spread = rows.mean(0), rows.std(0, unbiased=False) + 1e-5
    root = (weights / weights.mean()).sqrt().double()[:, None]
    x = (rows - centre) / spread * root
    centred = functional.one_hot(labels, len(EMOTIONS)).double() - 1 / len(EMOTIONS)
    penalty = RIDGE * variants * torch.eye(x.shape[1], dtype=torch.float64)
    solved = torch.linalg.solve(x.T @ x + penalty, x.T @ (centred * root))  # (F, C)
    mean = targets.double().mean(0)
    return {
        "centre": centre.float(),
        "spread": spread.float(),
        "linear.weight": (solved @ targets.double()).T.float().contiguous(),
        "linear.bias": mean.float(),
    }


def fit_clips(
    features: Tensor, clips: Sequence[CorpusClip], chosen: Sequence[CorpusClip], main: str, targets: Tensor
) -> dict[str, Tensor]:
    """Fit on the ``chosen`` of ``clips`` in every variant: features (V, N, F) in the order of ``clips``.

    Clips of the corpus ``main`` weigh 1 together, those of all others EXTRA.
    """
    names = {identity(clip) for clip in chosen}
    flag = torch.tensor([identity(clip) in names for clip in clips])
    fitted = [clip for clip in clips if identity(clip) in names]
    labels = torch.tensor([EMOTIONS.index(clip.emotion or "neutral") for clip in fitted])
    is_main = torch.tensor([clip.corpus == main for clip in fitted])
    weights = torch.zeros(len(fitted))
    weights[is_main] = class_weights(labels[is_main])
    if not bool(is_main.all()):
        weights[~is_main] = EXTRA * class_weights(labels[~is_main])
    variants = len(features)
    return fit(features[:, flag].flatten(0, 1), labels.repeat(variants), weights.repeat(variants), targets, variants)


def project(state: Mapping[str, Tensor], rows: Tensor) -> Tensor:
    """The linear embedding (N, D) of statistics (N, F)."""
    return (rows - state["centre"]) / state["spread"] @ state["linear.weight"].T + state["linear.bias"]


# --- both embeddings together ---------------------------------------------------------------------------------------


def combine(linear: Tensor, adapted: Tensor, weight: float = SHARE) -> Tensor:
    """Z (N, D) of both embeddings: their sum, the adapted one weighted by ``weight``, at unit length."""
    return functional.normalize(linear + weight * adapted, dim=-1)


class SpeechEnsemble:
    """Fits the linear embedding for each job of a finished run, and combines it with the adapted one of that job."""

    def __init__(self, run_dir: Path, clips: Sequence[CorpusClip], space: TextSpace, main: str) -> None:
        self.run_dir, self.space, self.main = run_dir, space, main
        self.clips = list(clips)
        self.targets = class_anchors(space)
        self.features = extract(self.clips, run_dir / clip_cache.FOLDER, run_dir / "statistics")
        self._row = {identity(clip): index for index, clip in enumerate(self.clips)}

    def fit(self, chosen: Sequence[CorpusClip]) -> dict[str, Tensor]:
        """The linear embedding, fitted on some clips."""
        return fit_clips(self.features, self.clips, chosen, self.main, self.targets)

    def combine(self, state: Mapping[str, Tensor], stem: Path) -> tuple[Tensor, list[dict[str, Any]]]:
        """Z (N, D) of both embeddings for the clips that a job scored into ``stem``, and their entries."""
        scores, entries = load_scores(stem)
        rows = [self._row[f"{entry['corpus']}/{entry['key']}"] for entry in entries]
        return combine(project(state, self.features[0, rows]), scores["z"]), entries

    def write(self, parts: Sequence[tuple[Tensor, list[dict[str, Any]]]], stem: Path) -> None:
        """Write combined embeddings with theta's logits, in the order of the clips' names."""
        rows = [row for _, entries in parts for row in entries]
        order = sorted(range(len(rows)), key=lambda index: str(rows[index]["key"]))
        z = torch.cat([part for part, _ in parts])[order]
        files = DescribedTensors(stem)
        with torch.inference_mode():
            save({"z": z, **self.space.head(z)}, files.weights)
        write_json({"clips": [rows[index] for index in order]}, files.description)


def tower_state(
    linear: Mapping[str, Tensor], adapted: Mapping[str, Tensor], weight: float = SHARE
) -> dict[str, Tensor]:
    """The tensors of a SpeechTower from both parts, the adapted layers renamed to their names in it."""
    state = {f"statistics.{name}": value for name, value in linear.items()} | {"share": torch.tensor(weight)}
    for name, value in adapted.items():
        layer = name.removeprefix("encoder.whisper.layers.")
        if layer != name:
            number, _, rest = layer.partition(".")
            state[f"adapted.layers.{int(number) - FROZEN_LAYERS}.{rest}"] = value
        else:
            state[name.replace("encoder.whisper.layer_norm", "adapted.layer_norm")] = value
    return state
