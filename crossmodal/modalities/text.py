"""x_2: text. Words, typed or recognised -> cleaned words -> MiniLM -> shared space."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from crossmodal.modalities.base import ADAPTED, POOLED, Modality, TensorShapes
from crossmodal.pretrained import MINILM
from crossmodal.text import preprocess
from crossmodal.types import FloatArray

if TYPE_CHECKING:
    from crossmodal.model.towers import Tower

TEXT = "text"
POOLED_WIDTH = 384
"""Mean over tokens of the last layer."""


def _adapted(tensors: Mapping[str, FloatArray]) -> Tower:
    from crossmodal.model.towers import adapted_text_tower, load_over_encoder

    return load_over_encoder(adapted_text_tower(), tensors)


def _pooled(tensors: Mapping[str, FloatArray]) -> Tower:
    from crossmodal.model.towers import load_projection, pooled_text_tower

    return load_projection(pooled_text_tower(tensors["linear.weight"].shape[0]), tensors)


def _pooled_shapes(dim: int) -> TensorShapes:
    return {"linear.weight": (dim, POOLED_WIDTH), "linear.bias": (dim,)}


MODALITY = Modality(TEXT, preprocess, {ADAPTED: _adapted, POOLED: _pooled}, MINILM, _pooled_shapes)
