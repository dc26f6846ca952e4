"""psi, applied: the predictions of an utterance and the user's settings to one result. Arithmetic on a few numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from crossmodal.errors import InputError
from crossmodal.fusion import FusionInputs, correct_prior, find_rule, normalize_alpha, scale_temperature
from crossmodal.fusion.base import LinearScores
from crossmodal.fusion.calibration import Calibration
from crossmodal.numerics import EPS, ranking, softmax
from crossmodal.types import MAIN_TASK, PRIORS, TASKS, Array, Evidence, FusionResult, FusionSettings, ModalityPrediction


def fuse(evidence: Evidence, settings: FusionSettings, calibration: Calibration) -> FusionResult:
    """psi: the predictions of the present modalities, fused at the weights and by the rule of the settings.

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
    used = rule.weights(normalize_alpha(settings.alpha, list(predictions)), stacked[MAIN_TASK])
    pooled = _pool(evidence, settings, calibration, stacked, used)
    fused = {task: scale_temperature(values, settings.temperature) for task, values in pooled.items()}
    return _result(fused, dict(zip(predictions, used.tolist(), strict=True)), rule.name)


def fuse_many(evidence: Evidence, settings: FusionSettings, calibration: Calibration, alpha: Array) -> Array:
    """Fused probabilities (..., C) of the main task at many weights at once, at temperature 1.

    ``alpha`` (..., n) replaces that of the settings: >= 0 with sum 1, in the order of the predictions. Raises
    InputError ``unknown_rule`` or ``unknown_prior``.
    """
    return fuse_tasks(evidence, settings, calibration, alpha, (MAIN_TASK,))[MAIN_TASK]


def fuse_tasks(
    evidence: Evidence, settings: FusionSettings, calibration: Calibration, alpha: Array, tasks: Iterable[str] = TASKS
) -> dict[str, Array]:
    """As ``fuse_many``, for several tasks: task -> fused probabilities (..., C)."""
    check_prior(settings.prior)
    used = find_rule(settings.rule).weights(alpha, _stack(evidence, MAIN_TASK))
    return _pool(evidence, settings, calibration, {task: _stack(evidence, task) for task in tasks}, used)


def fuse_counterfactuals(
    evidence: Evidence, settings: FusionSettings, calibration: Calibration, modality: str, z: Array
) -> Array:
    """Fused probabilities (M, C) of the main task with each row of ``z`` (M, D) replacing the z of one modality.

    Segment embeddings are not used, also by sequential rules. Raises InputError, see ``fuse``.
    """

    def repeated(prediction: ModalityPrediction) -> ModalityPrediction:
        read = calibration.read(modality, z) if prediction.modality == modality else prediction
        rows = {
            task: np.broadcast_to(values, (len(z), values.shape[-1])) for task, values in read.probabilities.items()
        }
        return ModalityPrediction(read.modality, np.broadcast_to(read.embedding, z.shape), {}, rows)

    counterfactuals = replace(
        evidence, predictions={name: repeated(prediction) for name, prediction in evidence.predictions.items()}
    )
    alpha = np.tile(normalize_alpha(settings.alpha, list(evidence.predictions)), (len(z), 1))
    return scale_temperature(fuse_many(counterfactuals, settings, calibration, alpha), settings.temperature)


def linear_scores(probabilities: Array, settings: FusionSettings, calibration: Calibration) -> tuple[LinearScores, ...]:
    """The rule and prior of the settings as scores linear in the mix of two modalities, main task; () if not linear.

    ``probabilities`` (..., 2, C). Raises InputError ``unknown_rule`` or ``unknown_prior``.
    """
    check_prior(settings.prior)
    prior = calibration.prior[MAIN_TASK]
    divisor = np.maximum(prior, EPS) if settings.prior == "even" else np.ones_like(prior)
    return find_rule(settings.rule).linear_scores(probabilities, prior, divisor)


def check_prior(prior: str) -> None:
    """Raise InputError ``unknown_prior`` unless ``prior`` is one of PRIORS."""
    if prior not in PRIORS:
        raise InputError("unknown_prior", prior=prior[:40], allowed=", ".join(PRIORS))


def _stack(evidence: Evidence, task: str) -> Array:
    """The probabilities of one task, (..., n, C)."""
    return np.stack([prediction.probabilities[task] for prediction in evidence.predictions.values()], axis=-2)


def _pool(
    evidence: Evidence, settings: FusionSettings, calibration: Calibration, stacked: Mapping[str, Array], used: Array
) -> dict[str, Array]:
    """Each stacked task (..., n, C) fused at the effective weights (..., n), before temperature scaling."""
    rule, present = find_rule(settings.rule), list(evidence.predictions)
    embeddings = np.stack([prediction.embedding for prediction in evidence.predictions.values()], axis=-2)
    sequences = [_segments(prediction) for prediction in evidence.predictions.values()] if rule.sequential else []
    fused = {}
    for task, probabilities in stacked.items():
        inputs = fusion_inputs(calibration, rule.name, task, present, probabilities, used, embeddings, sequences)
        pooled = rule.pool(inputs)
        fused[task] = correct_prior(pooled, inputs.prior) if settings.prior == "even" else pooled
    return fused


def _segments(prediction: ModalityPrediction) -> Array:
    """Segment embeddings (..., S, D); without them z is the only segment."""
    return prediction.embedding[..., None, :] if prediction.parts is None else prediction.parts


def fusion_inputs(  # noqa: PLR0913, one argument for each input of a rule
    calibration: Calibration,
    rule: str,
    task: str,
    present: Sequence[str],
    probabilities: Array,
    used: Array,
    embeddings: Array,
    sequences: Sequence[Array] = (),
) -> FusionInputs:
    """The inputs of a rule for one task: predictions of the ``present`` modalities at the weights ``used``."""
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
    labels, probabilities = TASKS[MAIN_TASK], fused[MAIN_TASK]
    first, second = ranking(probabilities)[:2].tolist()
    margin = float(probabilities[first] - probabilities[second])
    return FusionResult(fused, used, rule, labels[first], labels[second], margin)
