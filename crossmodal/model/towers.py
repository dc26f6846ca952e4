"""Towers: the encoder and the projection of one modality, preprocessed x_i -> f_i -> phi_i -> z_i."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np
import torch
from torch import Tensor, nn

from crossmodal.limits import MAX_SEGMENTS
from crossmodal.model.encoders.speech import FRAMES_PER_SECOND, AdaptedLayers, LogMel
from crossmodal.model.encoders.speech import frozen as frozen_speech
from crossmodal.model.encoders.text import TextEncoder, shared_tokens
from crossmodal.model.encoders.text import frozen as frozen_text
from crossmodal.model.projection import MeanProjection, Projection, StatisticsProjection, masked_statistics, windows
from crossmodal.types import Array, FloatArray, Waveform

_DECIMALS = 4
"""Decimals of a segment embedding: what half precision resolves, so that records stay short."""


class Tower(Protocol):
    """Anything that turns one preprocessed input into its z (D,), of unit length."""

    def __call__(self, x: Any) -> Array:
        """Preprocessed x_i -> z_i."""
        ...

    def sequence(self, x: Any) -> tuple[Array, Array]:
        """Preprocessed x_i -> z_i (D,) and its segment embeddings in order (S, D), 1 <= S <= MAX_SEGMENTS."""
        ...


@runtime_checkable
class BatchTower(Tower, Protocol):
    """A tower that embeds many inputs at once, as text does."""

    def embed(self, inputs: Sequence[Any], /) -> Array:
        """Many preprocessed inputs -> z (N, D), in the order given."""
        ...

    def sequences(self, inputs: Sequence[Any], /) -> tuple[Array, list[Array]]:
        """Many preprocessed inputs -> z (N, D) and, input by input, its segment embeddings (S, D)."""
        ...


@runtime_checkable
class MaskableTower(Tower, Protocol):
    """A tower that can leave intervals of time out of its input, as speech does."""

    def masked(self, x: Any, intervals: Sequence[tuple[float, float]], /) -> Array:
        """Preprocessed x_i -> z (M, D), one row for each interval (start, end) in seconds that is left out."""
        ...


def as_batch_tower(tower: Tower) -> BatchTower:
    """The tower as one that embeds many inputs at once. Raises TypeError where it cannot."""
    if not isinstance(tower, BatchTower):
        raise TypeError(f"{type(tower).__name__} embeds one input at a time")
    return tower


def as_maskable_tower(tower: Tower) -> MaskableTower:
    """The tower as one that can leave intervals of time out. Raises TypeError where it cannot."""
    if not isinstance(tower, MaskableTower):
        raise TypeError(f"{type(tower).__name__} cannot leave intervals out")
    return tower


_MASKS = 16
"""Masks pooled at a time, which bounds memory."""


class SpeechTower(nn.Module):
    """z_1 = phi_1(f_1(x_1)) for a waveform, the sum of two projections.

    One is linear in the statistics of the pretrained encoder's states, the other comes from adapted upper layers with
    attentive pooling. The first is better on voices like those of training, the second on others; the sum keeps both.
    """

    share: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.encoder = frozen_speech()
        self.adapted = AdaptedLayers()
        self.statistics = StatisticsProjection(self.encoder.layers, self.encoder.width)
        self.projection = Projection(self.encoder.layers, self.encoder.width)
        self.register_buffer("share", torch.tensor(1.0))
        self._log_mel = LogMel()

    @torch.inference_mode()
    def forward(self, waveform: Waveform) -> Array:
        """Waveform -> z (D,)."""
        return _unit(self.project(self.encoder(self._log_mel(waveform.samples)[None])))[0]

    @torch.inference_mode()
    def sequence(self, waveform: Waveform) -> tuple[Array, Array]:
        """Waveform -> z (D,) and the z of its windows (S, D), pooled from the same frames, of unit length."""
        states = self.encoder(self._log_mel(waveform.samples)[None])
        adapted = self.adapted(states)
        segments = _unit(self._pool(windows(states), windows(adapted)))
        return _unit(self._pool(states, adapted))[0], segments.round(_DECIMALS)

    def project(self, states: Tensor) -> Tensor:
        """phi_1: hidden states (B, L, T, H) of the pretrained encoder -> the sum of both projections (B, D)."""
        return self._pool(states, self.adapted(states))

    def _pool(self, states: Tensor, adapted: Tensor) -> Tensor:
        """``project`` from the states (B, L, T, H) of the pretrained encoder and those of the adapted one."""
        total: Tensor = self.statistics(states) + self.share * self.projection(adapted)
        return total

    @torch.inference_mode()
    def masked(self, waveform: Waveform, intervals: Sequence[tuple[float, float]]) -> Array:
        """The z (M, D) of a waveform with one interval left out of every row, each (start, end) in seconds.

        The waveform is encoded once; what is left out is left out of the pooling alone. So a row tells what phi draws
        from the other frames, which have all heard the whole clip. An empty interval leaves z as it is. Raises
        ValueError for an interval that leaves no frame.
        """
        states = self.encoder(self._log_mel(waveform.samples)[None])
        masks = _time_masks(states.shape[2], intervals)
        mixed = self.projection.mix(self.adapted(states))
        linear = self.statistics.project(masked_statistics(states[0], masks))
        attentive = [
            self.projection.pooled(mixed.expand(len(block), -1, -1), block) for block in torch.split(masks, _MASKS)
        ]
        return _unit(linear + self.share * torch.cat(attentive))


class PooledSpeechTower(nn.Module):
    """z_1 for a waveform, linear in the statistics of the frozen pretrained encoder's states.

    A head trained on reference features needs no more.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.encoder = frozen_speech()
        self.projection = StatisticsProjection(self.encoder.layers, self.encoder.width, dim)
        self._log_mel = LogMel()

    @torch.inference_mode()
    def forward(self, waveform: Waveform) -> Array:
        """Waveform -> z (D,)."""
        return _unit(self.projection(self.encoder(self._log_mel(waveform.samples)[None])))[0]

    @torch.inference_mode()
    def sequence(self, waveform: Waveform) -> tuple[Array, Array]:
        """Waveform -> z (D,) and the z of its windows (S, D), as ``SpeechTower.sequence``."""
        states = self.encoder(self._log_mel(waveform.samples)[None])
        return _unit(self.projection(states))[0], _unit(self.projection(windows(states))).round(_DECIMALS)

    @torch.inference_mode()
    def masked(self, waveform: Waveform, intervals: Sequence[tuple[float, float]]) -> Array:
        """The z (M, D) of a waveform with one interval left out of every row, as ``SpeechTower.masked``."""
        states = self.encoder(self._log_mel(waveform.samples)[None])
        return _unit(self.projection.project(masked_statistics(states[0], _time_masks(states.shape[2], intervals))))


class TextTower(nn.Module):
    """z_2 = phi_2(f_2(x_2)) for words."""

    def __init__(self, encoder: TextEncoder, projection: MeanProjection) -> None:
        super().__init__()
        self.encoder, self.projection = encoder, projection
        self._tokens = shared_tokens()

    def forward(self, text: str) -> Array:
        """Words -> z (D,)."""
        return self.embed([text])[0]

    @torch.inference_mode()
    def embed(self, texts: Sequence[str], batch: int = 128) -> Array:
        """Many texts -> z (N, D), in the order given; encoded in batches of similar length."""
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        z = []
        for start in range(0, len(order), batch):
            tokens, mask = self._tokens([texts[row] for row in order[start : start + batch]])
            z.append(_unit(self.projection(self.encoder(tokens, mask), mask)))
        return np.concatenate(z)[np.argsort(order)]

    def sequence(self, text: str) -> tuple[Array, Array]:
        """Words -> z (D,) and the contribution of each of their tokens to it (S, D)."""
        z, contributions = self.sequences([text])
        return z[0], contributions[0]

    @torch.inference_mode()
    def sequences(self, texts: Sequence[str], batch: int = 128) -> tuple[Array, list[Array]]:
        """Many texts -> z (N, D) and, text by text, the contributions of its tokens (S, D).

        phi_2 is linear before its normalisation, so a token's contribution is phi_2 of its state divided by the same
        norm. Neighbouring tokens are averaged where there are more than MAX_SEGMENTS; the marks of beginning and end
        are left out.
        """
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        z, contributions = [], []
        for start in range(0, len(order), batch):
            tokens, mask = self._tokens([texts[row] for row in order[start : start + batch]])
            states = self.encoder(tokens, mask)
            z.append(_unit(self.projection(states, mask)))
            projected = self.projection.linear(states[:, -1])
            norm = ((projected * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)).norm(dim=1)
            scaled = (projected / norm[:, None, None]).double().numpy()
            contributions += [_merged(row[: int(count)]) for row, count in zip(scaled, mask.sum(1), strict=True)]
        original = np.argsort(order)
        return np.concatenate(z)[original], [contributions[row] for row in original]


def _merged(tokens: Array) -> Array:
    """Tokens (T, D) with their two marks -> at most MAX_SEGMENTS rows (S, D), neighbours averaged."""
    inner = tokens[1:-1] if len(tokens) > 2 else tokens
    groups = np.array_split(inner, min(len(inner), MAX_SEGMENTS))
    return np.stack([group.mean(0) for group in groups]).round(_DECIMALS)


def _time_masks(frames: int, intervals: Sequence[tuple[float, float]]) -> Tensor:
    """Masks (M, T), True on the frames whose middle lies outside an interval. Raises ValueError where none does."""
    middles = (torch.arange(frames) + 0.5) / FRAMES_PER_SECOND
    edges = torch.tensor(intervals, dtype=torch.float32).reshape(-1, 2, 1)
    masks = (middles < edges[:, 0]) | (middles >= edges[:, 1])
    if not masks.any(1).all():
        raise ValueError("an interval leaves no frame")
    return masks


def _unit(z: Tensor) -> Array:
    """Rows (B, D) as float64, normalised again after the change of precision."""
    rows: Array = z.double().numpy()
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def adapted_text_tower() -> TextTower:
    """A text tower with a pretrained encoder of its own, before the trained tensors are loaded over it."""
    encoder = TextEncoder.pretrained()
    return TextTower(encoder, MeanProjection(encoder.width))


def pooled_text_tower(dim: int) -> TextTower:
    """A text tower on the frozen encoder that every pipeline shares, before its projection is loaded."""
    encoder = frozen_text()
    return TextTower(encoder, MeanProjection(encoder.width, dim))


Built = TypeVar("Built", SpeechTower, PooledSpeechTower, TextTower)


def load_over_encoder(tower: Built, tensors: Mapping[str, FloatArray]) -> Built:
    """Load trained tensors over a tower with a pretrained encoder, in place.

    Tensors of the encoder may be missing, all others must be there. Raises KeyError for a missing or unknown one,
    RuntimeError for a shape that does not fit.
    """
    result = tower.load_state_dict(_state(tensors), strict=False)
    untrained = [key for key in result.missing_keys if not key.startswith("encoder.")]
    if result.unexpected_keys or untrained:
        raise KeyError((result.unexpected_keys + untrained)[0])
    return tower.eval().requires_grad_(False)


def load_projection(tower: Built, tensors: Mapping[str, FloatArray]) -> Built:
    """Load the projection of a tower on the frozen encoder, in place; nothing may be loaded over the encoder itself.

    Raises RuntimeError where the tensors do not fit.
    """
    tower.projection.load_state_dict(_state(tensors))
    return tower.eval().requires_grad_(False)


def _state(tensors: Mapping[str, FloatArray]) -> dict[str, Tensor]:
    return {key: torch.from_numpy(value) for key, value in tensors.items()}
