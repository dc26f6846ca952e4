"""psi, applied: the readings of an utterance and a person's settings to one result. Arithmetic on a few numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from crossmodal.calibration import Calibration
from crossmodal.errors import InputError
from crossmodal.fusion import Problem, find_rule, level_prior, normalize_alpha, sharpen
from crossmodal.fusion.rule import softmax
from crossmodal.types import PRIORS, TASKS, Array, Evidence, FusionResult, FusionSettings


def fuse(evidence: Evidence, settings: FusionSettings, calibration: Calibration) -> FusionResult:
    """psi: the readings of the present modalities at the given weights, by the given rule.

    Raises InputError: ``nothing_to_fuse``, ``unknown_rule``, ``unknown_prior``, ``alpha_invalid`` or
    ``temperature_invalid``.
    """
    readings = evidence.readings
    if not readings:
        raise InputError("nothing_to_fuse")
    if not (np.isfinite(settings.temperature) and settings.temperature > 0):
        raise InputError("temperature_invalid", value=settings.temperature)
    if settings.prior not in PRIORS:
        raise InputError("unknown_prior", prior=settings.prior[:40], allowed=", ".join(PRIORS))
    rule = find_rule(settings.rule)
    present = list(readings)
    stacked = {task: np.stack([readings[name].probabilities[task] for name in present]) for task in TASKS}
    main = next(iter(TASKS))
    used = rule.weights(normalize_alpha(settings.alpha, present), stacked[main])
    embeddings = np.stack([readings[name].embedding for name in present])
    fused = {}
    for task in TASKS:
        head = fused_head(calibration, task, present)
        pooled = rule.pool(Problem(stacked[task], used, calibration.prior[task], embeddings, head))
        if settings.prior == "even":
            pooled = level_prior(pooled, calibration.prior[task])
        fused[task] = sharpen(pooled, settings.temperature)
    return _result(fused, dict(zip(present, used.tolist(), strict=True)), rule.name)


def fused_head(calibration: Calibration, task: str, present: Sequence[str]) -> Callable[[Array, Array], Array]:
    """Theta for a fused z, at the weighted geometric mean of the present modalities' temperatures."""
    log_temperatures = np.log([calibration.temperature[name][task] for name in present])

    def head(z: Array, alpha: Array) -> Array:
        temperature = np.exp(alpha @ log_temperatures)[..., None]
        return softmax(calibration.logits(task, z) / temperature)

    return head


def _result(fused: Mapping[str, Array], used: Mapping[str, float], rule: str) -> FusionResult:
    task, labels = next(iter(TASKS.items()))
    order = fused[task].argsort(kind="stable")[::-1]
    first, second = int(order[0]), int(order[1])
    margin = float(fused[task][first] - fused[task][second])
    return FusionResult(fused, used, rule, labels[first], labels[second], margin)
