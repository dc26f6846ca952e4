"""Attribution of the fused prediction by modality: exact Shapley values (Shapley 1953) over all 2^n coalitions.

The value of a coalition S is the fused probability of the predicted class, with the weight of missing modalities given
to the prior: v(S) = m psi(S) + (1 - m) pi, with psi(S) the fusion of S alone and m the sum of its effective weights. So
one definition serves every rule: v of the empty coalition is the prior, v of all modalities is the fused probability,
and a modality of zero weight has value zero. Probabilities and not log-odds, since the page shows probabilities and the
values add up to the one shown.
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
    """The probability ``chance`` of ``label`` as ``baseline`` plus the values of the ``modalities``."""

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

    def value(members: Sequence[str]) -> float:
        weight = sum(result.alpha_used[name] for name in members)
        if weight == 0.0:
            return baseline
        alone = replace(evidence, predictions={name: evidence.predictions[name] for name in members})
        fused = float(fuse(alone, settings, calibration).probabilities[MAIN_TASK][label])
        return weight * fused + (1 - weight) * baseline

    names = tuple(evidence.predictions)
    coalition_values = {frozenset(members): value(members) for members in _coalitions(names)}
    values = {name: _shapley(name, names, coalition_values) for name in names}
    return Attribution(result.label, baseline, values, float(result.probabilities[MAIN_TASK][label]))


def _coalitions(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Every subset of the names, in their order."""
    for size in range(len(names) + 1):
        yield from combinations(names, size)


def _shapley(name: str, names: Sequence[str], coalition_values: Mapping[frozenset[str], float]) -> float:
    """The mean marginal contribution of ``name`` over all orders of the modalities."""
    others = [other for other in names if other != name]
    total = 0.0
    for members in _coalitions(others):
        weight = 1 / (len(names) * math.comb(len(others), len(members)))
        total += weight * (coalition_values[frozenset((*members, name))] - coalition_values[frozenset(members)])
    return total
