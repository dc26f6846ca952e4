"""A tower is one modality's way into the shared space: preprocess'd x_i -> f_i -> phi_i -> z_i."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from crossmodal import checkpoints
from crossmodal.encoders.speech import FRAMES_PER_SECOND, AdaptedLayers, LogMel
from crossmodal.encoders.speech import frozen as frozen_speech
from crossmodal.encoders.text import TextEncoder, shared_tokens
from crossmodal.encoders.text import frozen as frozen_text
from crossmodal.errors import ModelError
from crossmodal.projection import MeanProjection, Projection, StatisticsProjection, masked_statistics
from crossmodal.types import Array, Waveform


class Tower(Protocol):
    """Anything that turns one preprocessed input into its z (D,), of unit length."""

    def __call__(self, x: Any) -> Array:
        """Preprocessed x_i -> z_i."""
        ...


_MASKS = 16
"""Masks pooled at a time, so that what it takes stays small however many there are."""


class SpeechTower(nn.Module):
    """z_1 = phi_1(f_1(x_1)) for a waveform, from two readings of the voice.

    One is linear in the statistics of the pretrained encoder's states, the other comes from adapted upper layers with
    attentive pooling. The first is better on voices like those of training, the second on others; their sum keeps both.
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
        return _unit(self.read(self.encoder(self._log_mel(waveform.samples)[None])))[0]

    def read(self, states: Tensor) -> Tensor:
        """phi_1: hidden states (B, L, T, H) of the pretrained encoder -> both readings added up (B, D)."""
        total: Tensor = self.statistics(states) + self.share * self.projection(self.adapted(states))
        return total

    @torch.inference_mode()
    def without(self, waveform: Waveform, stretches: Sequence[tuple[float, float]]) -> Array:
        """The z (M, D) of a waveform with one stretch left out of every row, each (start, end) in seconds.

        The waveform is encoded once; what is left out is left out of the pooling alone. So a row tells what phi draws
        from the other frames, which have all heard the whole clip. An empty stretch leaves z as it is. Raises
        ValueError for a stretch that leaves no frame.
        """
        states = self.encoder(self._log_mel(waveform.samples)[None])
        kept = _kept(states.shape[2], stretches)
        mixed = self.projection.mix(self.adapted(states))
        linear = self.statistics.project(masked_statistics(states[0], kept))
        attentive = [
            self.projection.pooled(mixed.expand(len(part), -1, -1), part) for part in torch.split(kept, _MASKS)
        ]
        return _unit(linear + self.share * torch.cat(attentive))


class PooledSpeechTower(nn.Module):
    """z_1 for a waveform, linear in the statistics of the frozen pretrained encoder's states and in nothing else.

    That is all that a head trained on reference features needs.
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
    def without(self, waveform: Waveform, stretches: Sequence[tuple[float, float]]) -> Array:
        """The z (M, D) of a waveform with one stretch left out of every row, as ``SpeechTower.without``."""
        states = self.encoder(self._log_mel(waveform.samples)[None])
        return _unit(self.projection.project(masked_statistics(states[0], _kept(states.shape[2], stretches))))


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
        """Many texts -> z (N, D), in the order given; read in batches of like length."""
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        parts = []
        for start in range(0, len(order), batch):
            tokens, mask = self._tokens([texts[row] for row in order[start : start + batch]])
            parts.append(_unit(self.projection(self.encoder(tokens, mask), mask)))
        return np.concatenate(parts)[np.argsort(order)]


def _kept(frames: int, stretches: Sequence[tuple[float, float]]) -> Tensor:
    """Masks (M, T), True on the frames whose middle lies outside a stretch. Raises ValueError where none does."""
    middles = (torch.arange(frames) + 0.5) / FRAMES_PER_SECOND
    edges = torch.tensor(stretches, dtype=torch.float32).reshape(-1, 2, 1)
    kept = (middles < edges[:, 0]) | (middles >= edges[:, 1])
    if not kept.any(1).all():
        raise ValueError("a stretch leaves no frame")
    return kept


def _unit(z: Tensor) -> Array:
    """Rows (B, D) as float64, brought to unit length again after the change of precision."""
    rows: Array = z.double().numpy()
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _build_text() -> TextTower:
    encoder = TextEncoder.pretrained()
    return TextTower(encoder, MeanProjection(encoder.width))


BUILDERS = {"speech": SpeechTower, "text": _build_text}
"""Modality -> its tower with pretrained encoder, before the trained tensors are laid over it."""


KINDS = ("adapted", "pooled")
"""How a manifest may name a tower: with an encoder of its own, or a projection of the frozen pretrained one alone."""


def _build_pooled_text(dim: int) -> TextTower:
    encoder = frozen_text()
    return TextTower(encoder, MeanProjection(encoder.width, dim))


def load_tower(modality: str, folder: Path, manifest: Mapping[str, Any]) -> nn.Module:
    """One tower with the tensors of a models folder. Raises ModelError where they do not fit."""
    name = f"{modality}.safetensors"
    arrays = checkpoints.load_tensors(folder, name, manifest)
    state = {key: torch.from_numpy(value) for key, value in arrays.items()}
    kind = manifest.get("towers", {}).get(modality, KINDS[0])
    if kind not in KINDS:
        raise ModelError("model_shape", file=checkpoints.MANIFEST, tensor=str(kind))
    try:
        tower = _load_pooled(modality, state) if kind == "pooled" else _load_adapted(modality, state)
    except RuntimeError as error:
        raise ModelError("model_shape", file=name) from error
    except KeyError as error:
        raise ModelError("model_shape", file=name, tensor=str(error.args[0])) from error
    return tower.eval().requires_grad_(False)


def _load_adapted(modality: str, state: Mapping[str, Tensor]) -> nn.Module:
    """The pretrained encoder with the shipped tensors over it."""
    tower = BUILDERS[modality]()
    found = tower.load_state_dict(state, strict=False)
    untrained = [key for key in found.missing_keys if not key.startswith("encoder.")]
    if found.unexpected_keys or untrained:
        raise KeyError((found.unexpected_keys + untrained)[0])
    return tower


def _load_pooled(modality: str, state: Mapping[str, Tensor]) -> nn.Module:
    """A projection of a width of its own; nothing can be laid over the encoder, which every pipeline shares."""
    dim = state["linear.weight"].shape[0]
    tower = PooledSpeechTower(dim) if modality == "speech" else _build_pooled_text(dim)
    tower.projection.load_state_dict(state)
    return tower


def load_towers(folder: Path, manifest: Mapping[str, Any]) -> dict[str, nn.Module]:
    """Every tower that the manifest names, in the order in which modalities are shown."""
    return {name: load_tower(name, folder, manifest) for name in BUILDERS if name in manifest["temperatures"]}
