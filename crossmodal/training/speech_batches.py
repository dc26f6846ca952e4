"""Batches of augmented training clips, and their targets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from crossmodal.data.speech import CorpusClip
from crossmodal.data.text import implied_sentiment
from crossmodal.model.encoders.speech import LogMel, pad
from crossmodal.training.augment import augment, mask_spectrogram
from crossmodal.training.clip_cache import CachedClip
from crossmodal.training.speech_model import SpeechConfig
from crossmodal.types import EMOTIONS, SAMPLE_RATE


def targets_of(clips: Sequence[CorpusClip]) -> dict[str, Tensor]:
    """Task -> targets (N, C): the emotion, neutral where a corpus names none, and the sentiment that it implies."""
    emotions = [clip.emotion or "neutral" for clip in clips]
    one_hot = [[float(name == emotion) for name in EMOTIONS] for emotion in emotions]
    return {
        "emotion": torch.tensor(one_hot),
        "sentiment": torch.tensor([implied_sentiment([emotion]) for emotion in emotions]),
    }


class Batch(NamedTuple):
    """Log-mels (B, 80, 2T), mask (B, T) and task -> targets (B, C)."""

    mel: Tensor
    mask: Tensor
    targets: dict[str, Tensor]


def draw_weights(clips: Sequence[CorpusClip], unlabelled: float) -> np.ndarray:
    """Probability of each clip to be drawn (N,): balanced emotions, unlabelled speech ``unlabelled`` times as often."""
    groups = [clip.emotion or "" for clip in clips]
    counts = {group: groups.count(group) for group in set(groups)}
    weights = np.array([(1.0 if group else unlabelled) / counts[group] for group in groups])
    return weights / weights.sum()


class SpeechBatches:
    """Training clips in augmented batches of similar length; all draws depend on seed, epoch and batch index alone."""

    def __init__(self, clips: Sequence[CachedClip], config: SpeechConfig) -> None:
        self._clips, self._config = clips, config
        self._targets = targets_of([item.clip for item in clips])
        self._weights = draw_weights([item.clip for item in clips], config.plain)
        self._recordings = [item.samples for item in clips]
        self._log_mel = LogMel()

    def __len__(self) -> int:
        return max(1, len(self._clips) // self._config.batch)

    def epoch(self, number: int) -> list[list[int]]:
        """Rows of each batch: as many draws as there are clips, spread evenly over each group."""
        size, total = self._config.batch, len(self) * self._config.batch
        random = np.random.default_rng([self._config.seed, number])
        order = random.permutation(len(self._clips))
        quantiles = (np.arange(total) + random.random()) / total
        cumulative = np.cumsum(self._weights[order])
        drawn = order[np.searchsorted(cumulative, quantiles).clip(max=len(order) - 1)]
        random.shuffle(drawn)
        batches = []
        for start in range(0, total, 8 * size):
            ranked = sorted(drawn[start : start + 8 * size].tolist(), key=lambda row: len(self._recordings[row]))
            batches += [ranked[first : first + size] for first in range(0, len(ranked), size)]
        return [batches[index] for index in random.permutation(len(batches))]

    def _variant(self, row: int, random: np.random.Generator) -> Tensor:
        item, config = self._clips[row], self._config
        samples, speech = item.samples, item.speech
        longest = int(config.seconds * SAMPLE_RATE)
        if len(samples) > longest:
            start = int(random.integers(len(samples) - longest))
            samples, speech = samples[start : start + longest], speech[start : start + longest]
        if random.random() >= config.untouched:
            samples = augment(samples, speech, random, config.strength, self._recordings)
        return mask_spectrogram(self._log_mel(samples.numpy()), random)

    def load(self, rows: Sequence[int], epoch: int, index: int) -> Batch:
        """The batch number ``index`` of an epoch, every clip in a fresh variant."""
        random = np.random.default_rng([self._config.seed, epoch, index])
        mel, mask = pad([self._variant(row, random) for row in rows])
        batch = Batch(mel, mask, {task: values[list(rows)] for task, values in self._targets.items()})
        return mix(batch, self._config.mixup, random) if self._config.mixup else batch


def mix(batch: Batch, concentration: float, random: np.random.Generator) -> Batch:
    """Mixup (Zhang et al. 2018) of log-mels and targets, each clip keeping at least half of itself."""
    fraction = float(random.beta(concentration, concentration))
    fraction = max(fraction, 1.0 - fraction)
    partner = torch.from_numpy(random.permutation(len(batch.mel)))
    targets = {task: fraction * values + (1 - fraction) * values[partner] for task, values in batch.targets.items()}
    mel = fraction * batch.mel + (1 - fraction) * batch.mel[partner]
    return Batch(mel, batch.mask | batch.mask[partner], targets)
