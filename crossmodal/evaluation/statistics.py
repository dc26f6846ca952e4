"""Figures with their uncertainty: unweighted average recall, confusion, bootstrap intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossmodal.metrics import confusion as confusion
from crossmodal.metrics import recalls as recalls
from crossmodal.metrics import unweighted_average_recall as unweighted_average_recall

RESAMPLES = 1_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float

    def as_dict(self) -> dict[str, float]:
        """The figure as plain numbers, at four digits."""
        return {"value": round(self.value, 4), "low": round(self.low, 4), "high": round(self.high, 4)}


def bootstrap(
    figure: Callable[[NDArray[np.int64]], float], groups: Sequence[object], *, resamples: int = RESAMPLES, seed: int = 0
) -> Estimate:
    """``figure`` of row numbers, on all rows and on resampled ones, as value and 95 % percentile interval.

    Whole groups are drawn, with replacement: the clips of one speaker are no independent witnesses. Give every row a
    group of its own for plain resampling (Efron & Tibshirani 1993).
    """
    _, codes = np.unique(np.asarray(groups), return_inverse=True)
    order = np.argsort(codes, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(codes))[:-1])
    random = np.random.default_rng(seed)
    values = []
    for _ in range(resamples):
        drawn = random.integers(0, len(members), len(members))
        values.append(figure(np.concatenate([members[group] for group in drawn])))
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return Estimate(figure(order), float(low), float(high))
