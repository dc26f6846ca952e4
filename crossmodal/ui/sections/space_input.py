"""The present input on the map of the shared space: its coordinates, those of its mixes, and their predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from crossmodal.engine import Engine
from crossmodal.explain.embedding_map import EmbeddingMap
from crossmodal.fusion import normalize_alpha
from crossmodal.fusion.fuse import fuse_many
from crossmodal.fusion.rules.shared_space import SharedSpace
from crossmodal.types import MAIN_TASK, TASKS, Array, Evidence
from crossmodal.ui import mixer_state

_STEPS = 101
"""Mixes of two modalities that the browser is given."""


@dataclass(frozen=True, slots=True, eq=False)
class MappedInput:
    """The present input on the map: the coordinates of its modalities, of every mix of two, and of the present mix.

    ``coordinates`` modality -> (2,), also of those that are switched off; ``names`` are the modalities in use. With
    two of them ``path`` (S, 2) leads from a weight of 0 to a weight of 1 for the first, else it is None. ``fused``
    (2,) is None with a single modality. ``predictions`` are theta's probabilities, (S, C) along the path or (1, C) at
    the present mix; ``first_weight`` is the normalised weight of the first modality.
    """

    coordinates: Mapping[str, Array]
    names: tuple[str, ...]
    path: Array | None
    fused: Array | None
    predictions: Array
    first_weight: float

    @property
    def current(self) -> Array:
        """The prediction of theta at the present mix, (C,)."""
        row: Array = self.predictions[0 if self.path is None else round(self.first_weight * (len(self.path) - 1))]
        return row


def locate(engine: Engine, space: EmbeddingMap, projection: str, evidence: Evidence) -> MappedInput:
    """The present input on the map; a modality that is switched off has coordinates but no part in the mix."""
    now = mixer_state.current(engine.modalities, engine.rules)
    embeddings = {
        name: prediction.embedding for name, prediction in evidence.predictions.items() if name in space.modalities
    }
    coordinates = {name: space.locate(projection, {name: z}, np.ones(1)) for name, z in embeddings.items()}
    used = {name: z for name, z in embeddings.items() if name not in now.off}
    if not used:
        return MappedInput(coordinates, (), None, None, np.empty((0, len(TASKS[MAIN_TASK]))), 0.0)
    alpha = normalize_alpha(now.alpha, list(used))
    two = len(used) == 2
    first = np.linspace(0.0, 1.0, _STEPS)
    weights = np.stack([first, 1.0 - first], axis=-1) if two else alpha[None]
    path = space.locate(projection, used, weights)
    return MappedInput(
        coordinates,
        tuple(used),
        path if two else None,
        None if len(used) == 1 else space.locate(projection, used, alpha),
        _predict(engine, evidence, list(used), weights),
        float(alpha[0]),
    )


def _predict(engine: Engine, evidence: Evidence, used: Sequence[str], weights: Array) -> Array:
    """The predictions (S, C) of theta at mixes (S, n) of the modalities in use."""
    masked = replace(evidence, predictions={name: evidence.predictions[name] for name in used})
    settings = replace(mixer_state.current(engine.modalities, engine.rules).settings(), rule=SharedSpace.name)
    return fuse_many(masked, settings, engine.calibration, weights)
