"""What a modality is: a kind of input x_i, its preprocessing, and the towers that take it into the shared space."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crossmodal.pretrained import Source
from crossmodal.types import FloatArray

if TYPE_CHECKING:
    from crossmodal.model.towers import Tower

TensorShapes = Mapping[str, tuple[int, ...]]

ADAPTED = "adapted"
"""A tower with trained tensors over its pretrained encoder; what a manifest means where it names no kind."""
POOLED = "pooled"
"""A tower that is a projection of the frozen pretrained encoder's pooled states and nothing else."""


@dataclass(frozen=True, slots=True)
class Modality:
    """One kind of input.

    ``preprocess`` turns what a caller gives into x_i and raises InputError. ``towers`` maps the kinds of tower that a
    manifest may name to their loaders: trained tensors -> tower; a loader raises KeyError for a tensor that is missing
    or unknown, RuntimeError for one that does not fit. ``source`` holds the pretrained weights of the encoder, where it
    has any. ``pooled_shapes`` gives the tensors of a tower of kind POOLED at a width D of the shared space.
    """

    name: str
    preprocess: Callable[[Any], Any]
    towers: Mapping[str, Callable[[Mapping[str, FloatArray]], Tower]]
    source: Source | None = None
    pooled_shapes: Callable[[int], TensorShapes] | None = None
