"""The learned rules: what every one of them must keep to, and what the shipped ones are worth."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers.fakes import FakeEngine
from helpers.learned import evidence_with_parts, learned_calibration, only
from helpers.samples import DIM, make_calibration, make_evidence

from crossmodal.errors import InputError
from crossmodal.explain.pairs import load_pairs
from crossmodal.explain.sweep import sweep
from crossmodal.fusion import fusion_rules, registry
from crossmodal.fusion.fuse import fuse, fuse_tasks, fusion_inputs
from crossmodal.model.folder import MODELS
from crossmodal.sharing.comparison import decode, every_rule
from crossmodal.training import fusion_rules as fusion
from crossmodal.types import EMOTIONS, MAIN_TASK, PRIORS, TASKS, FusionSettings

NAMES = ("speech", "text")
LEARNED = list(fusion.learned_rules())


@pytest.fixture
def calibration():
    return learned_calibration()


@pytest.fixture
def evidence(calibration):
    return evidence_with_parts(calibration)


def same(first, second, tolerance=1e-9):
    for task in TASKS:
        np.testing.assert_allclose(first.probabilities[task], second.probabilities[task], atol=tolerance, rtol=0)


# --- offered or not --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", LEARNED)
def test_models_without_weights_do_not_offer_a_learned_rule(tmp_path, rule):
    engine = FakeEngine(tmp_path / "models")
    assert rule not in engine.rules
    with pytest.raises(InputError) as caught:
        engine.fuse(make_evidence(make_calibration(NAMES)), FusionSettings(rule=rule))
    assert caught.value.code == "rule_untrained"
    found, ignored = decode(f"A;{rule}", NAMES, engine.rules)
    assert (found[0].settings.rule, ignored) == ("linear", [rule])
    assert len(every_rule(FusionSettings(), NAMES, engine.rules)) == len(NAMES) + len(fusion_rules()) * len(PRIORS)


@pytest.mark.parametrize("rule", LEARNED)
def test_other_modalities_than_those_of_training_are_refused(calibration, rule):
    more = replace(make_calibration((*NAMES, "face"), 3), learned=calibration.learned)
    assert rule in calibration.rules()
    assert rule not in more.rules()
    with pytest.raises(InputError) as caught:
        fuse(make_evidence(more), FusionSettings(rule=rule), more)
    assert (caught.value.code, caught.value.values["modality"]) == ("rule_modalities", "face")


# --- what every rule keeps to ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", LEARNED)
def test_no_weight_is_a_missing_modality(calibration, evidence, rule):
    for name, other in (NAMES, NAMES[::-1]):
        silenced = FusionSettings({name: 0.7, other: 0.0}, rule)
        alone = fuse(only(evidence, name), silenced, calibration)
        same(fuse(evidence, silenced, calibration), alone)
        same(alone, fuse(only(evidence, name), FusionSettings({}, rule), calibration))


@pytest.mark.parametrize("rule", LEARNED)
def test_order_and_scale_do_not_matter_and_probabilities_sum_to_one(calibration, evidence, rule):
    settings = FusionSettings({"speech": 0.3, "text": 0.9}, rule)
    found = fuse(evidence, settings, calibration)
    same(found, fuse(only(evidence, *reversed(NAMES)), settings, calibration))
    same(found, fuse(evidence, FusionSettings({"speech": 0.1, "text": 0.3}, rule), calibration))
    for task in TASKS:
        assert found.probabilities[task].sum() == pytest.approx(1.0, abs=1e-12)
        assert (found.probabilities[task] > 0).all()


@pytest.mark.parametrize("rule", LEARNED)
def test_an_even_prior_gives_the_network_s_own_reading(calibration, evidence, rule):
    level = fuse(evidence, FusionSettings({}, rule, prior="even"), calibration)
    flat = {task: np.full(len(names), 1 / len(names)) for task, names in TASKS.items()}
    same(level, fuse(evidence, FusionSettings({}, rule), replace(calibration, prior=flat)))


@pytest.mark.parametrize("rule", LEARNED)
def test_a_batch_is_the_loop(calibration, evidence, rule):
    share = np.linspace(0, 1, 11)
    batch = fuse_tasks(evidence, FusionSettings({}, rule), calibration, np.stack([share, 1 - share], axis=-1))
    for place, a in enumerate(share):
        single = fuse(evidence, FusionSettings({"speech": a, "text": 1 - a}, rule), calibration)
        for task in TASKS:
            np.testing.assert_allclose(batch[task][place], single.probabilities[task], atol=1e-12)


@pytest.mark.parametrize("rule", LEARNED)
def test_padding_changes_nothing(calibration, evidence, rule):
    predictions = list(evidence.predictions.values())
    p = np.stack([reading.probabilities[MAIN_TASK] for reading in predictions])
    z = np.stack([reading.embedding for reading in predictions])
    found = [
        registry()[rule].pool(
            fusion_inputs(
                calibration,
                rule,
                MAIN_TASK,
                NAMES,
                p,
                np.array([0.4, 0.6]),
                z,
                [np.concatenate([r.parts, np.zeros((rows, DIM))]) for r in predictions],
            )
        )
        for rows in (0, 4)
    ]
    np.testing.assert_allclose(*found, atol=1e-12)


@pytest.mark.parametrize("rule", LEARNED)
def test_numpy_and_torch_run_the_same_network(calibration, evidence, rule):
    network, state = registry()[rule], calibration.learned[rule]
    share = np.array([[1.0, 0.4], [1.0, 0.0], [0.2, 1.0]])
    rows = {name: (np.stack([r.embedding] * 3), np.stack([r.parts] * 3)) for name, r in evidence.predictions.items()}
    batch = fusion.batch_of(rows, share, np.array([0, 1, 2]))
    tensors = {name: torch.from_numpy(value) for name, value in state.items()}
    wide = type(batch.inputs)(
        *(
            {k: v.double() for k, v in part.items()}
            for part in (batch.inputs.gain, batch.inputs.z, batch.inputs.sequences)
        )
    )
    plain = type(batch.inputs)(
        *({k: v.numpy() for k, v in part.items()} for part in (wide.gain, wide.z, wide.sequences))
    )
    for task in TASKS:
        found = network.scores(torch, tensors, wide, task).numpy()
        np.testing.assert_allclose(found, network.scores(np, state, plain, task), atol=1e-10)


def test_only_the_sequential_rule_looks_at_parts_and_goes_without(calibration, evidence):
    whole = replace(evidence, predictions={n: replace(r, parts=None) for n, r in evidence.predictions.items()})
    for rule in LEARNED:
        settings = FusionSettings({}, rule)
        with_parts, without = (fuse(e, settings, calibration).probabilities[MAIN_TASK] for e in (evidence, whole))
        assert np.allclose(with_parts, without) == (not registry()[rule].sequential)


@pytest.mark.parametrize("rule", LEARNED)
def test_hostile_numbers_leave_a_distribution(calibration, evidence, rule):
    huge = {n: replace(r, embedding=r.embedding * 1e3, parts=r.parts * 1e3) for n, r in evidence.predictions.items()}
    found = fuse(replace(evidence, predictions=huge), FusionSettings({}, rule), calibration)
    assert found.probabilities[MAIN_TASK].sum() == pytest.approx(1.0)


# --- what ships ------------------------------------------------------------------------------------------------------


@pytest.mark.models
def test_shipped_rules_beat_chance_and_either_modality_alone(pipeline):
    pairs = load_pairs(MODELS, pipeline.model_hash)
    assert pairs is not None
    assert set(pipeline.calibration.rules()) == set(registry())
    for rule in LEARNED:
        found = sweep(pairs, FusionSettings(rule=rule), pipeline.calibration, np.array([0.0, 0.5, 1.0]))
        assert found.uar.min() > 3 / len(EMOTIONS)
        assert found.uar[1] > max(found.uar[0], found.uar[2]) + 0.05
