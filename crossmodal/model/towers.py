"""A tower is one modality's way into the shared space: preprocess'd x_i -> f_i -> phi_i -> z_i."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from crossmodal.errors import ModelError
from crossmodal.limits import MAX_SEGMENTS
from crossmodal.model import checkpoints
from crossmodal.model.encoders.speech import FRAMES_PER_SECOND, AdaptedLayers, LogMel
from crossmodal.model.encoders.speech import frozen as frozen_speech
from crossmodal.model.encoders.text import TextEncoder, shared_tokens
from crossmodal.model.encoders.text import frozen as frozen_text
from crossmodal.model.projection import MeanProjection, Projection, StatisticsProjection, masked_statistics, windows
from crossmodal.numerics import unit_length
from crossmodal.types import Array, Waveform

_DECIMALS = 4
"""Decimals of the z of a part: what half precision keeps, so that records stay short."""


class Tower(Protocol):
    """Anything that turns one preprocessed input into its z (D,), of unit length."""

    def __call__(self, x: Any) -> Array:
        """Preprocessed x_i -> z_i."""
        ...

    def sequence(self, x: Any) -> tuple[Array, Array]:
        """Preprocessed x_i -> z_i (D,) and the z of its parts in their order (S, D), 1 <= S <= MAX_SEGMENTS."""
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

    @torch.inference_mode()
    def sequence(self, waveform: Waveform) -> tuple[Array, Array]:
        """Waveform -> z (D,) and the z of its windows (S, D), pooled anew from the same frames, of unit length."""
        states = self.encoder(self._log_mel(waveform.samples)[None])
        adapted = self.adapted(states)
        parts = _unit(self._pool(windows(states), windows(adapted)))
        return _unit(self._pool(states, adapted))[0], parts.round(_DECIMALS)

    def read(self, states: Tensor) -> Tensor:
        """phi_1: hidden states (B, L, T, H) of the pretrained encoder -> both readings added up (B, D)."""
        return self._pool(states, self.adapted(states))

    def _pool(self, states: Tensor, adapted: Tensor) -> Tensor:
        """The same from the states (B, L, T, H) of the pretrained encoder and those of the adapted one."""
        total: Tensor = self.statistics(states) + self.share * self.projection(adapted)
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
    def sequence(self, waveform: Waveform) -> tuple[Array, Array]:
        """Waveform -> z (D,) and the z of its windows (S, D), as ``SpeechTower.sequence``."""
        states = self.encoder(self._log_mel(waveform.samples)[None])
        return _unit(self.projection(states))[0], _unit(self.projection(windows(states))).round(_DECIMALS)

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

    def sequence(self, text: str) -> tuple[Array, Array]:
        """Words -> z (D,) and what each of their tokens adds to it (S, D)."""
        z, parts = self.sequences([text])
        return z[0], parts[0]

    @torch.inference_mode()
    def sequences(self, texts: Sequence[str], batch: int = 128) -> tuple[Array, list[Array]]:
        """Many texts -> z (N, D) and, text by text, what its tokens add to it (S, D).

        phi_2 is linear up to its length, so a token's share is phi_2 of its state over that length. Neighbouring tokens
        are averaged where there are more than MAX_SEGMENTS; the marks of beginning and end are left out.
        """
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        z, parts = [], []
        for start in range(0, len(order), batch):
            tokens, mask = self._tokens([texts[row] for row in order[start : start + batch]])
            states = self.encoder(tokens, mask)
            z.append(_unit(self.projection(states, mask)))
            shares = self.projection.linear(states[:, -1])
            length = ((shares * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)).norm(dim=1)
            scaled = (shares / length[:, None, None]).double().numpy()
            parts += [_merged(row[: int(count)]) for row, count in zip(scaled, mask.sum(1), strict=True)]
        place = np.argsort(order)
        return np.concatenate(z)[place], [parts[row] for row in place]


def _merged(tokens: Array) -> Array:
    """Tokens (T, D) with their two marks -> at most MAX_SEGMENTS rows (S, D), neighbours averaged."""
    inner = tokens[1:-1] if len(tokens) > 2 else tokens
    groups = np.array_split(inner, min(len(inner), MAX_SEGMENTS))
    return np.stack([group.mean(0) for group in groups]).round(_DECIMALS)


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
    return unit_length(z.double().numpy(), min_length=0.0)  # a zero vector becomes NaN, which ``Evidence`` refuses


def _build_text() -> TextTower:
    encoder = TextEncoder.pretrained()
    return TextTower(encoder, MeanProjection(encoder.width))


AnyTower = SpeechTower | PooledSpeechTower | TextTower
BUILDERS: Mapping[str, Callable[[], SpeechTower | TextTower]] = {"speech": SpeechTower, "text": _build_text}
"""Modality -> its tower with pretrained encoder, before the trained tensors are laid over it."""


KINDS = ("adapted", "pooled")
"""How a manifest may name a tower: with an encoder of its own, or a projection of the frozen pretrained one alone."""


def _build_pooled_text(dim: int) -> TextTower:
    encoder = frozen_text()
    return TextTower(encoder, MeanProjection(encoder.width, dim))


def load_tower(modality: str, folder: Path, manifest: Mapping[str, Any]) -> AnyTower:
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


def _load_adapted(modality: str, state: Mapping[str, Tensor]) -> AnyTower:
    """The pretrained encoder with the shipped tensors over it."""
    tower = BUILDERS[modality]()
    found = tower.load_state_dict(state, strict=False)
    untrained = [key for key in found.missing_keys if not key.startswith("encoder.")]
    if found.unexpected_keys or untrained:
        raise KeyError((found.unexpected_keys + untrained)[0])
    return tower


def _load_pooled(modality: str, state: Mapping[str, Tensor]) -> AnyTower:
    """A projection of a width of its own; nothing can be laid over the encoder, which every pipeline shares."""
    dim = state["linear.weight"].shape[0]
    tower = PooledSpeechTower(dim) if modality == "speech" else _build_pooled_text(dim)
    tower.projection.load_state_dict(state)
    return tower


def load_towers(folder: Path, manifest: Mapping[str, Any]) -> dict[str, Tower]:
    """Every tower that the manifest names, in the order in which modalities are shown."""
    return {name: load_tower(name, folder, manifest) for name in BUILDERS if name in manifest["temperatures"]}
