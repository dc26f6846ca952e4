"""x_1: speech. Bytes of an audio file -> waveform -> Whisper tiny.en's encoder -> shared space."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from crossmodal.audio import preprocess
from crossmodal.modalities.base import ADAPTED, POOLED, Modality, TensorShapes
from crossmodal.pretrained import WHISPER
from crossmodal.types import FloatArray

if TYPE_CHECKING:
    from crossmodal.model.towers import Tower

SPEECH = "speech"
POOLED_WIDTH = 3840
"""Mean and standard deviation over time of five layers of 384 states."""


def _adapted(tensors: Mapping[str, FloatArray]) -> Tower:
    from crossmodal.model.towers import SpeechTower, load_over_encoder

    return load_over_encoder(SpeechTower(), tensors)


def _pooled(tensors: Mapping[str, FloatArray]) -> Tower:
    from crossmodal.model.towers import PooledSpeechTower, load_projection

    return load_projection(PooledSpeechTower(tensors["linear.weight"].shape[0]), tensors)


def _pooled_shapes(dim: int) -> TensorShapes:
    return {
        "centre": (POOLED_WIDTH,),
        "spread": (POOLED_WIDTH,),
        "linear.weight": (dim, POOLED_WIDTH),
        "linear.bias": (dim,),
    }


MODALITY = Modality(SPEECH, preprocess, {ADAPTED: _adapted, POOLED: _pooled}, WHISPER, _pooled_shapes)
