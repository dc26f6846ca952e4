"""psi, applied: the readings of an utterance and a person's settings to one result. Arithmetic on a few numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from crossmodal.errors import InputError
from crossmodal.fusion import FusionInputs, correct_prior, find_rule, normalize_alpha, scale_temperature
from crossmodal.fusion.base import EPS, LinearScores, softmax
from crossmodal.fusion.calibration import Calibration
from crossmodal.types import PRIORS, TASKS, Array, Evidence, FusionResult, FusionSettings, ModalityPrediction

MAIN = next(iter(TASKS))
"""The task that names the label, and whose readings decide the weights in use."""


def fuse(evidence: Evidence, settings: FusionSettings, calibration: Calibration) -> FusionResult:
    """psi: the readings of the present modalities at the given weights, by the given rule.

    Raises InputError: ``nothing_to_fuse``, ``unknown_rule``, ``unknown_prior``, ``alpha_invalid`` or
    ``temperature_invalid``; for a learned rule ``rule_untrained`` or ``rule_modalities``.
    """
    predictions = evidence.predictions
    if not predictions:
        raise InputError("nothing_to_fuse")
    if not (np.isfinite(settings.temperature) and settings.temperature > 0):
        raise InputError("temperature_invalid", value=settings.temperature)
    check_prior(settings.prior)
    rule = find_rule(settings.rule)
    stacked = {task: _stack(evidence, task) for task in TASKS}
    used = rule.weights(normalize_alpha(settings.alpha, list(predictions)), stacked[MAIN])
    pooled = _pool(evidence, settings, calibration, stacked, used)
    fused = {task: scale_temperature(values, settings.temperature) for task, values in pooled.items()}
    return _result(fused, dict(zip(predictions, used.tolist(), strict=True)), rule.name)


def fuse_many(evidence: Evidence, settings: FusionSettings, calibration: Calibration, alpha: Array) -> Array:
    """Fused probabilities (..., C) of the main task at many weights at once, at temperature 1.

    ``alpha`` (..., n) stands for that of the settings: >= 0 with sum 1, in the order of the readings. Raises InputError
    ``unknown_rule`` or ``unknown_prior``.
    """
    return fuse_tasks(evidence, settings, calibration, alpha, (MAIN,))[MAIN]


def fuse_tasks(
    evidence: Evidence, settings: FusionSettings, calibration: Calibration, alpha: Array, tasks: Iterable[str] = TASKS
) -> dict[str, Array]:
    """As ``fuse_many``, for several tasks: task -> fused probabilities (..., C)."""
    check_prior(settings.prior)
    used = find_rule(settings.rule).weights(alpha, _stack(evidence, MAIN))
    return _pool(evidence, settings, calibration, {task: _stack(evidence, task) for task in tasks}, used)


def fuse_counterfactuals(
    evidence: Evidence, settings: FusionSettings, calibration: Calibration, modality: str, z: Array
) -> Array:
    """Fused probabilities (M, C) of the main task with each row of ``z`` (M, D) in the place of one modality's own.

    Every reading is taken as a whole, also by a rule that could look at its parts. Raises InputError, see ``fuse``.
    """

    def row_by_row(reading: ModalityPrediction) -> ModalityPrediction:
        own = calibration.predict(reading.modality, z) if reading.modality == modality else reading
        many = {task: np.broadcast_to(values, (len(z), values.shape[-1])) for task, values in own.probabilities.items()}
        return ModalityPrediction(own.modality, np.broadcast_to(own.embedding, z.shape), {}, many)

    variants = replace(
        evidence, predictions={name: row_by_row(reading) for name, reading in evidence.predictions.items()}
    )
    alpha = np.tile(normalize_alpha(settings.alpha, list(evidence.predictions)), (len(z), 1))
    return scale_temperature(fuse_many(variants, settings, calibration, alpha), settings.temperature)


def linear_scores(probabilities: Array, settings: FusionSettings, calibration: Calibration) -> tuple[LinearScores, ...]:
    """The rule and prior of the settings as lines over the mix of two modalities, main task; () where they are none.

    ``probabilities`` (..., 2, C). Raises InputError ``unknown_rule`` or ``unknown_prior``.
    """
    check_prior(settings.prior)
    prior = calibration.prior[MAIN]
    divisor = np.maximum(prior, EPS) if settings.prior == "even" else np.ones_like(prior)
    return find_rule(settings.rule).lines(probabilities, prior, divisor)


def check_prior(prior: str) -> None:
    """Raise InputError ``unknown_prior`` for what is none of PRIORS."""
    if prior not in PRIORS:
        raise InputError("unknown_prior", prior=prior[:40], allowed=", ".join(PRIORS))


def _stack(evidence: Evidence, task: str) -> Array:
    """The readings of one task, (..., n, C)."""
    return np.stack([reading.probabilities[task] for reading in evidence.predictions.values()], axis=-2)


def _pool(
    evidence: Evidence, settings: FusionSettings, calibration: Calibration, stacked: Mapping[str, Array], used: Array
) -> dict[str, Array]:
    """Each stacked task (n, C) fused at the weights in use (..., n), before its temperature."""
    rule, present = find_rule(settings.rule), list(evidence.predictions)
    embeddings = np.stack([reading.embedding for reading in evidence.predictions.values()], axis=-2)
    sequences = [_parts(reading) for reading in evidence.predictions.values()] if rule.sequential else []
    fused = {}
    for task, probabilities in stacked.items():
        problem = fusion_inputs(calibration, rule.name, task, present, probabilities, used, embeddings, sequences)
        pooled = rule.pool(problem)
        fused[task] = correct_prior(pooled, problem.prior) if settings.prior == "even" else pooled
    return fused


def _parts(reading: ModalityPrediction) -> Array:
    """The parts of a reading (..., S, D); where only the whole was read it is the only part."""
    return reading.embedding[..., None, :] if reading.parts is None else reading.parts


def fusion_inputs(  # noqa: PLR0913, one argument for each thing that a rule may look at
    calibration: Calibration,
    rule: str,
    task: str,
    present: Sequence[str],
    probabilities: Array,
    used: Array,
    embeddings: Array,
    sequences: Sequence[Array] = (),
) -> FusionInputs:
    """All that a rule gets to see of one task: readings of the ``present`` modalities at the weights ``used``."""
    head = fused_head(calibration, task, present)
    trained = calibration.learned.get(rule, {})
    return FusionInputs(
        probabilities, used, calibration.prior[task], embeddings, head, task, present, sequences, trained
    )


def fused_head(calibration: Calibration, task: str, present: Sequence[str]) -> Callable[[Array, Array], Array]:
    """Theta for a fused z, at the weighted geometric mean of the present modalities' temperatures."""

    def head(z: Array, alpha: Array) -> Array:
        log_temperatures = np.log([calibration.temperature[name][task] for name in present])
        temperature = np.exp(alpha @ log_temperatures)[..., None]
        return softmax(calibration.logits(task, z) / temperature)

    return head


def _result(fused: Mapping[str, Array], used: Mapping[str, float], rule: str) -> FusionResult:
    task, labels = next(iter(TASKS.items()))
    order = fused[task].argsort(kind="stable")[::-1]
    first, second = int(order[0]), int(order[1])
    margin = float(fused[task][first] - fused[task][second])
    return FusionResult(fused, used, rule, labels[first], labels[second], margin)
