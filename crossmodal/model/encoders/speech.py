"""f_1: a waveform -> the hidden states of all layers of Whisper's encoder, at the clip's own length.

Whisper's own pipeline pads every clip to 30 s. For emotion that costs about ten times the work and mixes silence into
the statistics, so the log-mel keeps the length of the clip and the positional embeddings are cut to it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import WhisperConfig, WhisperFeatureExtractor
from transformers.models.whisper.modeling_whisper import WhisperEncoder

from crossmodal.model.ctranslate2 import whisper_state
from crossmodal.types import SAMPLE_RATE, FloatArray

LAYERS = 5
"""Hidden states of tiny.en: the input of the first layer, then the output of each of the four."""
DEPTH = LAYERS - 1
"""Transformer layers of tiny.en's encoder."""
WIDTH = 384
FRAMES_PER_SECOND = 50


def whisper_config() -> WhisperConfig:
    """Architecture of tiny.en, every dropout off: adaptation uses its own regularisation."""
    config = WhisperConfig(
        vocab_size=51864,
        num_mel_bins=80,
        d_model=WIDTH,
        encoder_layers=DEPTH,
        decoder_layers=4,
        encoder_attention_heads=6,
        decoder_attention_heads=6,
        encoder_ffn_dim=1536,
        decoder_ffn_dim=1536,
        max_source_positions=1500,
        max_target_positions=448,
        dropout=0.0,
    )
    config._attn_implementation = "sdpa"
    return config


class LogMel:
    """Whisper's log-mel spectrogram of a clip at its own length."""

    def __init__(self) -> None:
        self._extract = WhisperFeatureExtractor(feature_size=80, sampling_rate=SAMPLE_RATE)  # type: ignore[no-untyped-call]

    def __call__(self, samples: FloatArray) -> Tensor:
        """Samples (samples,) -> log-mel (80, frames) at 100 frames a second; an even number of frames, at least two."""
        mel = self._extract(samples, sampling_rate=SAMPLE_RATE, padding="do_not_pad", truncation=False)
        features = torch.from_numpy(np.asarray(mel["input_features"][0], dtype=np.float32))
        return features[:, : max(2, features.shape[1] // 2 * 2)]


def pad(mels: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """Log-mels of several lengths -> one batch (B, 80, frames) and a mask (B, T), True on real encoder frames."""
    longest = max(mel.shape[1] for mel in mels)
    batch = torch.stack([functional.pad(mel, (0, longest - mel.shape[1])) for mel in mels])
    lengths = torch.tensor([mel.shape[1] // 2 for mel in mels])
    return batch, torch.arange(longest // 2)[None] < lengths[:, None]


class SpeechEncoder(nn.Module):
    """Whisper tiny.en's encoder (Radford et al. 2022), run at the clip's own length."""

    width = WIDTH
    layers = LAYERS

    def __init__(self) -> None:
        super().__init__()
        self.whisper = WhisperEncoder(whisper_config())

    @classmethod
    def pretrained(cls) -> SpeechEncoder:
        """The encoder with the verified pretrained weights, in evaluation mode."""
        encoder = cls()
        state = {key: torch.from_numpy(value) for key, value in whisper_state("encoder").items()}
        encoder.whisper.load_state_dict(state)
        return encoder.eval()

    def adapt_above(self, frozen_layers: int) -> None:
        """For training: gradients for the layers above the lowest ``frozen_layers`` and the last norm alone."""
        # on clips of a few seconds plain matrix products train a quarter faster here than the fused attention
        self.whisper.config._attn_implementation = "eager"
        self.whisper.requires_grad_(False)
        self.whisper.layers[frozen_layers:].requires_grad_(True)
        self.whisper.layer_norm.requires_grad_(True)

    def forward(self, mel: Tensor, mask: Tensor | None = None) -> Tensor:
        """Log-mel (B, 80, 2T) and mask (B, T) -> hidden states (B, L, T, H); a single clip needs no mask.

        The last layer's states are normalised as in Whisper; the earlier ones are the layers' own outputs.
        """
        whisper = self.whisper
        states = functional.gelu(whisper.conv1(mel))
        if mask is not None:  # to the second convolution, a padded frame must equal that convolution's zero padding
            states = states * mask.repeat_interleave(2, dim=1)[:, None, : states.shape[2]]
        states = functional.gelu(whisper.conv2(states)).transpose(1, 2)
        states = states + whisper.embed_positions.weight[: states.shape[1]]
        bias = None if mask is None else mask[:, None, None, :]
        hidden = [states]
        for layer in whisper.layers:
            states = layer(states, bias)
            hidden.append(states)
        hidden[-1] = whisper.layer_norm(hidden[-1])
        return torch.stack(hidden, dim=1)


def layer_of(name: str) -> int | None:
    """Number of the layer, from 0 at the lowest, that a parameter's ``name`` belongs to; None outside of the layers."""
    layer = re.search(r"whisper\.layers\.(\d+)\.", name)
    return None if layer is None else int(layer[1])


@cache
def frozen() -> SpeechEncoder:
    """The pretrained encoder, one for all pipelines of a process. Never trained, and no tensors are loaded over it."""
    return SpeechEncoder.pretrained().requires_grad_(False)


FROZEN_LAYERS = 2
"""Number of lowest layers that adaptation leaves unchanged; their states serve both projections of SpeechTower."""


class AdaptedLayers(nn.Module):
    """The upper layers of the encoder, adapted to emotion; their input is the states of the frozen ones."""

    def __init__(self) -> None:
        super().__init__()
        whisper = WhisperEncoder(whisper_config())
        self.layers = whisper.layers[FROZEN_LAYERS:]
        self.layer_norm = whisper.layer_norm

    def forward(self, states: Tensor) -> Tensor:
        """Hidden states (B, L, T, H) of the pretrained encoder -> the same with the upper layers' states replaced."""
        hidden = list(states[:, : FROZEN_LAYERS + 1].unbind(1))
        for layer in self.layers:
            hidden.append(layer(hidden[-1], None))
        hidden[-1] = self.layer_norm(hidden[-1])
        return torch.stack(hidden, dim=1)
