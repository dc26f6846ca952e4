"""phi_i: the hidden states of one encoder -> one point z_i of the shared space.

Pooling belongs to phi: which layers and which frames carry the emotion is learned with the projection.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from crossmodal.limits import MAX_SEGMENTS

SHARED_DIM = 128


class LayerMix(nn.Module):
    """A learned convex mix of the encoder's layers (as in ELMo, Peters et al. 2018), each layer normalised first."""

    def __init__(self, layers: int, width: int) -> None:
        super().__init__()
        self.norm = nn.ModuleList([nn.LayerNorm(width) for _ in range(layers)])
        self.weight = nn.Parameter(torch.zeros(layers))

    def forward(self, states: Tensor) -> Tensor:
        """Hidden states (B, L, T, H) -> (B, T, H)."""
        weights = self.weight.softmax(0)
        return torch.stack([weights[i] * norm(states[:, i]) for i, norm in enumerate(self.norm)]).sum(0)


class AttentiveStatistics(nn.Module):
    """Attentive statistics pooling (Okabe et al. 2018): weighted mean and standard deviation over time."""

    def __init__(self, width: int, heads: int = 4, hidden: int = 64) -> None:
        super().__init__()
        self.heads = heads
        self.score = nn.Sequential(nn.Linear(width, hidden), nn.Tanh(), nn.Linear(hidden, heads))

    def forward(self, frames: Tensor, mask: Tensor | None = None) -> Tensor:
        """Frames (B, T, H) and mask (B, T) -> (B, 2H): each head pools its own slice of the width."""
        scores = self.score(frames)  # (B, T, heads)
        if mask is not None:
            scores = scores.masked_fill(~mask[..., None], float("-inf"))
        attention = scores.softmax(1).unsqueeze(-1)  # (B, T, heads, 1)
        split = frames.reshape(*frames.shape[:2], self.heads, -1)
        mean = (attention * split).sum(1)
        variance = (attention * (split - mean[:, None]).square()).sum(1)
        return torch.cat([mean.flatten(1), (variance + 1e-6).sqrt().flatten(1)], dim=1)


class Projection(nn.Module):
    """phi_i = normalise(MLP(attentive statistics(mix of layers)))."""

    def __init__(
        self, layers: int, width: int, dim: int = SHARED_DIM, *, hidden: int = 256, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.mix = LayerMix(layers, width)
        self.pool = AttentiveStatistics(width)
        self.mlp = nn.Sequential(
            nn.LayerNorm(2 * width),
            nn.Dropout(dropout),
            nn.Linear(2 * width, hidden),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(hidden, dim),
        )

    def forward(self, states: Tensor, mask: Tensor | None = None) -> Tensor:
        """Hidden states (B, L, T, H) and mask (B, T) -> z (B, D), of unit length."""
        return self.pooled(self.mix(states), mask)

    def pooled(self, frames: Tensor, mask: Tensor | None = None) -> Tensor:
        """Mixed frames (B, T, H) and mask (B, T) -> z (B, D), of unit length."""
        return functional.normalize(self.mlp(self.pool(frames, mask)), dim=-1)


class MeanProjection(nn.Module):
    """phi_i = normalise(linear(mean over tokens of the last layer)).

    Sufficient for an encoder that was trained with mean pooling and is itself adapted, as MiniLM is here.
    """

    def __init__(self, width: int, dim: int = SHARED_DIM) -> None:
        super().__init__()
        self.linear = nn.Linear(width, dim)

    def forward(self, states: Tensor, mask: Tensor | None = None) -> Tensor:
        """Hidden states (B, L, T, H) and mask (B, T) -> z (B, D), of unit length."""
        last = states[:, -1]
        weights = torch.ones(last.shape[:2]) if mask is None else mask.float()
        weights = weights / weights.sum(1, keepdim=True)
        return functional.normalize(self.linear((weights.unsqueeze(-1) * last).sum(1)), dim=-1)


class StatisticsProjection(nn.Module):
    """A linear map of mean and standard deviation over time, all layers, into the shared space.

    Not normalised: where the statistics are ambiguous the vector is short, and weighs less in a sum with another.
    """

    centre: Tensor
    spread: Tensor

    def __init__(self, layers: int, width: int, dim: int = SHARED_DIM) -> None:
        super().__init__()
        self.register_buffer("centre", torch.zeros(2 * layers * width))
        self.register_buffer("spread", torch.ones(2 * layers * width))
        self.linear = nn.Linear(2 * layers * width, dim)

    def forward(self, states: Tensor) -> Tensor:
        """Hidden states (B, L, T, H) of clips of one length -> (B, D)."""
        return self.project(statistics(states))

    def project(self, pooled: Tensor) -> Tensor:
        """Statistics (B, 2 L H) -> (B, D)."""
        projected: Tensor = self.linear((pooled - self.centre) / self.spread)
        return projected


def statistics(states: Tensor) -> Tensor:
    """Mean and standard deviation over time of every layer: (B, L, T, H) -> (B, 2 L H)."""
    return torch.cat([states.mean(2).flatten(1), states.std(2, unbiased=False).flatten(1)], dim=1)


def masked_statistics(states: Tensor, masks: Tensor) -> Tensor:
    """The statistics of one clip over the frames of many masks: (L, T, H) and (M, T) -> (M, 2 L H).

    Two matrix products, in double precision and about the clip's own mean, since a variance computed as a difference of
    squares loses digits.
    """
    frames = states.double().transpose(0, 1).flatten(1)  # (T, L H)
    centre = frames.mean(0)
    weights = masks.double() / masks.sum(1, keepdim=True)
    mean = weights @ (frames - centre)
    square = weights @ (frames - centre).square()
    deviation = (square - mean.square()).clamp(min=0.0).sqrt()
    return torch.cat([mean + centre, deviation], dim=1).float()


WINDOW_FRAMES = 25
"""Minimum length of a window in encoder frames, half a second, unless the whole clip is shorter."""


def windows(states: Tensor) -> Tensor:
    """Hidden states (1, L, T, H) of one clip -> (S, L, F, H): windows of one length F, S <= MAX_SEGMENTS.

    They are evenly spaced; where T is no multiple of S, at most one frame between two neighbours is left out.
    """
    frames = states.shape[2]
    count = min(max(1, frames // WINDOW_FRAMES), MAX_SEGMENTS)
    length = frames // count
    starts = [round(index * (frames - length) / max(1, count - 1)) for index in range(count)]
    return torch.cat([states[:, :, start : start + length] for start in starts])
