"""What moved the fused reading, by modality: exact Shapley values (Shapley 1953) over all 2^n coalitions.

The worth of a coalition S is the fused probability of the shown class, in which whoever is missing leaves its weight to
the prior: v(S) = m psi(S) + (1 - m) pi, with psi(S) the fusion of S alone and m the sum of its weights in use. So one
definition serves every rule: v of nobody is the prior, v of all is the number on the page, and a modality that weighs
nothing moves nothing. Probability and not log-odds, since it is the number that the page shows, and the values add up
to it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from crossmodal.fusion import correct_prior
from crossmodal.fusion.calibration import Calibration
from crossmodal.fusion.fuse import fuse
from crossmodal.types import MAIN_TASK, TASKS, Evidence, FusionSettings


@dataclass(frozen=True, slots=True)
class Attribution:
    """How the probability of ``label`` came about: ``baseline`` plus the values of the ``modalities`` is ``chance``."""

    label: str
    baseline: float
    modalities: Mapping[str, float]
    chance: float


def attribution(evidence: Evidence, settings: FusionSettings, calibration: Calibration) -> Attribution:
    """The Shapley value of every present modality for the fused label. Raises InputError, see ``fuse``."""
    result = fuse(evidence, settings, calibration)
    label = TASKS[MAIN_TASK].index(result.label)
    prior = calibration.prior[MAIN_TASK]
    baseline = float((correct_prior(prior, prior) if settings.prior == "even" else prior)[label])

    def worth(members: Sequence[str]) -> float:
        weight = sum(result.alpha_used[name] for name in members)
        if weight == 0.0:
            return baseline
        alone = replace(evidence, predictions={name: evidence.predictions[name] for name in members})
        found = float(fuse(alone, settings, calibration).probabilities[MAIN_TASK][label])
        return weight * found + (1 - weight) * baseline

    names = tuple(evidence.predictions)
    worths = {frozenset(members): worth(members) for members in _coalitions(names)}
    values = {name: _shapley(name, names, worths) for name in names}
    return Attribution(result.label, baseline, values, float(result.probabilities[MAIN_TASK][label]))


def _coalitions(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Every subset of the names, each in their order."""
    for size in range(len(names) + 1):
        yield from combinations(names, size)


def _shapley(name: str, names: Sequence[str], worths: Mapping[frozenset[str], float]) -> float:
    """The mean of what ``name`` adds, over all orders in which the coalition of all can come together."""
    others = [other for other in names if other != name]
    total = 0.0
    for members in _coalitions(others):
        share = 1 / (len(names) * math.comb(len(others), len(members)))
        total += share * (worths[frozenset((*members, name))] - worths[frozenset(members)])
    return total
