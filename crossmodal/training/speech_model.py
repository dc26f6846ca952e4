"""The speech tower as one trainable module, the configuration of its runs, and the shared space it is aligned with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from crossmodal.model.encoders.speech import LAYERS, WIDTH, SpeechEncoder
from crossmodal.model.head import Head
from crossmodal.model.projection import Projection
from crossmodal.training.augment import Strength


@dataclass(frozen=True, slots=True)
class SpeechConfig:
    """All that decides a run; the defaults are the shipped recipe. Fractions and probabilities lie in [0, 1]."""

    seed: int = 0
    epochs: int = 12
    batch: int = 16  # clips
    seconds: float = 4.0  # longest stretch of a clip that training sees at once
    encoder_rate: float = 2.5e-4  # learning rate of the last layer
    layer_decay: float = 0.8  # each layer below learns at this share of the rate of the one above
    projection_rate: float = 1e-3
    weight_decay: float = 0.05
    warmup: float = 0.1  # share of all steps in which the rate rises; a cosine then leads it to zero
    clip: float = 1.0  # largest norm of the gradient
    dropout: float = 0.3
    frozen_layers: int = 2  # lowest layers that stay as they come, beside convolutions and positions
    smoothing: float = 0.05
    mixup: float = 0.0  # parameter of the symmetric beta distribution of shares; 0 mixes nothing
    untouched: float = 0.15  # share of clips shown as they are
    strength: Strength = field(default_factory=Strength)
    plain: float = 0.5  # how often plain reading is drawn, against the clips of one emotion
    task_weights: Mapping[str, float] = field(default_factory=lambda: {"emotion": 1.0, "sentiment": 0.3})
    gamma: float = 0.3  # weight of the alignment with words of the same emotion
    contrast_temperature: float = 0.2
    bank: int = 256  # reference sentences that each batch is compared with
    bfloat16: bool | None = None  # None: where the processor multiplies it natively


@dataclass(frozen=True, slots=True)
class TextSpace:
    """The shared space after the text run: theta, and z (N, D) of reference sentences with their emotions (N, C)."""

    head: Head
    z: Tensor
    emotion: Tensor


class SpeechModel(nn.Module):
    """z = phi_1(f_1(x_1)) as one module, named as the tower that ships."""

    def __init__(self, encoder: nn.Module, projection: nn.Module) -> None:
        super().__init__()
        self.encoder, self.projection = encoder, projection

    def forward(self, mel: Tensor, mask: Tensor | None = None) -> Tensor:
        """Log-mel (B, 80, 2T) and mask (B, T) -> z (B, D), in float32."""
        states = self.encoder(mel, mask).float()
        with torch.autocast("cpu", enabled=False):
            return self.projection(states, mask)


def build_model(config: SpeechConfig) -> SpeechModel:
    """The pretrained encoder with a fresh phi_1; only what is to be adapted takes gradients."""
    encoder = SpeechEncoder.pretrained()
    encoder.adapt_above(config.frozen_layers)
    return SpeechModel(encoder, Projection(LAYERS, WIDTH, dropout=config.dropout))
