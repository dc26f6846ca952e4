"""Settings of a training run from the page, and their limits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crossmodal.errors import InputError
from crossmodal.modalities import SPEECH, TEXT

DIMENSIONS = (2, 4, 8, 16, 32, 64, 128, 256)
"""Widths of the shared space that can be chosen."""
LIMITS: Mapping[str, tuple[float, float]] = {
    "lambda_speech": (0.0, 2.0),
    "lambda_text": (0.0, 2.0),
    "gamma_cross": (0.0, 2.0),
    "gamma_speech": (0.0, 2.0),
    "gamma_text": (0.0, 2.0),
    "dimension": (DIMENSIONS[0], DIMENSIONS[-1]),
    "epochs": (1, 60),
    "rate": (0.0001, 0.05),
    "dropout": (0.0, 0.9),
    "seed": (0, 9999),
}
"""Lowest and highest value of each setting; whole numbers where these are."""


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """All that decides a run; the defaults are what the page opens with.

    ``lambda_*`` weigh the task losses and ``gamma_*`` the alignment losses of L = sum lambda_i L_i + sum gamma_ij L_ij.
    ``dimension`` is the width of the shared space, ``rate`` the peak learning rate, ``dropout`` the probability that a
    step leaves one of the modalities out (modality dropout).
    """

    lambda_speech: float = 1.0
    lambda_text: float = 1.0
    gamma_cross: float = 0.3
    gamma_speech: float = 0.1
    gamma_text: float = 0.1
    dimension: int = 64
    epochs: int = 20
    rate: float = 0.002
    dropout: float = 0.0
    seed: int = 0

    @property
    def lambdas(self) -> dict[str, float]:
        """Modality -> lambda_i."""
        return {SPEECH: self.lambda_speech, TEXT: self.lambda_text}

    @property
    def gammas(self) -> dict[tuple[str, str], float]:
        """Pair of modalities -> gamma_ij."""
        return {
            (SPEECH, TEXT): self.gamma_cross,
            (SPEECH, SPEECH): self.gamma_speech,
            (TEXT, TEXT): self.gamma_text,
        }

    @classmethod
    def checked(cls, given: Mapping[str, Any]) -> TrainingSettings:
        """Settings from untrusted values. Raises InputError ``train_setting`` or ``train_nothing``."""
        values: dict[str, Any] = {}
        for name, (low, high) in LIMITS.items():
            value = given.get(name, cls.__dataclass_fields__[name].default)
            if not _within(value, low, high):
                raise InputError("train_setting", name=name, value=str(value)[:20], lowest=low, highest=high)
            values[name] = value if isinstance(low, float) else int(value)
        if values["dimension"] not in DIMENSIONS:
            low, high = LIMITS["dimension"]
            raise InputError("train_setting", name="dimension", value=values["dimension"], lowest=low, highest=high)
        settings = cls(**values)
        if not any((*settings.lambdas.values(), *settings.gammas.values())):
            raise InputError("train_nothing")
        return settings


def _within(value: object, low: float, high: float) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and math.isfinite(float(str(value))) and low <= float(str(value)) <= high
