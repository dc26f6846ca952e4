"""Properties that every fusion rule must have, for one to four modalities."""

from dataclasses import replace

import numpy as np
import pytest
from helpers.samples import make_calibration, make_evidence
from hypothesis import given, settings
from hypothesis import strategies as st

from crossmodal.errors import InputError
from crossmodal.fusion import fusion_rules, normalize_alpha
from crossmodal.fusion.fuse import fuse
from crossmodal.fusion.rules.confidence import confidence
from crossmodal.types import TASKS, Evidence, FusionSettings

NAMES = ("speech", "text", "face", "touch")
RULES = list(fusion_rules())

cases = st.tuples(
    st.integers(1, 4),
    st.integers(0, 10_000),
    st.lists(st.floats(0.01, 1.0), min_size=4, max_size=4),
)


def setting(case, rule, temperature=1.0):
    count, seed, weights = case
    calibration = make_calibration(NAMES[:count], seed)
    alpha = dict(zip(NAMES[:count], weights, strict=False))
    return calibration, make_evidence(calibration, seed), FusionSettings(alpha, rule, temperature)


def assert_same(left, right, tolerance=1e-9):
    for task in TASKS:
        np.testing.assert_allclose(left.probabilities[task], right.probabilities[task], atol=tolerance)


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=40, deadline=None)
@given(case=cases, temperature=st.floats(0.2, 5.0))
def test_fused_probabilities_are_a_distribution(rule, case, temperature):
    calibration, evidence, chosen = setting(case, rule, temperature)
    result = fuse(evidence, chosen, calibration)
    for task, names in TASKS.items():
        assert result.probabilities[task].shape == (len(names),)
        assert (result.probabilities[task] >= 0).all()
        assert result.probabilities[task].sum() == pytest.approx(1.0)
    assert sum(result.alpha_used.values()) == pytest.approx(1.0)
    assert result.margin >= 0


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=40, deadline=None)
@given(case=cases)
def test_order_of_modalities_does_not_matter(rule, case):
    calibration, evidence, chosen = setting(case, rule)
    turned = Evidence(dict(reversed(evidence.predictions.items())))
    assert_same(fuse(evidence, chosen, calibration), fuse(turned, chosen, calibration))


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=40, deadline=None)
@given(case=cases)
def test_one_hot_alpha_gives_the_unimodal_reading(rule, case):
    calibration, evidence, _ = setting(case, rule)
    for name, reading in evidence.predictions.items():
        alpha = {other: float(other == name) for other in evidence.predictions}
        result = fuse(evidence, FusionSettings(alpha, rule), calibration)
        for task in TASKS:
            np.testing.assert_allclose(result.probabilities[task], reading.probabilities[task], atol=2e-5)


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=40, deadline=None)
@given(case=cases)
def test_a_missing_modality_equals_a_zero_weight(rule, case):
    calibration, evidence, chosen = setting(case, rule)
    if len(evidence.predictions) == 1:
        return
    dropped = next(iter(evidence.predictions))
    rest = Evidence({name: reading for name, reading in evidence.predictions.items() if name != dropped})
    silenced = FusionSettings({**chosen.alpha, dropped: 0.0}, rule)
    assert_same(fuse(rest, chosen, calibration), fuse(evidence, silenced, calibration))


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=40, deadline=None)
@given(case=cases, scale=st.floats(1e-3, 1e3))
def test_only_the_mix_of_weights_counts(rule, case, scale):
    calibration, evidence, chosen = setting(case, rule)
    scaled = FusionSettings({name: value * scale for name, value in chosen.alpha.items()}, rule)
    assert_same(fuse(evidence, chosen, calibration), fuse(evidence, scaled, calibration))


@pytest.mark.parametrize("rule", RULES)
def test_zero_weights_count_all_alike(rule):
    calibration, evidence, _ = setting((3, 1, [1, 1, 1, 1]), rule)
    zero = FusionSettings(dict.fromkeys(NAMES[:3], 0.0), rule)
    equal = FusionSettings(dict.fromkeys(NAMES[:3], 0.4), rule)
    assert_same(fuse(evidence, zero, calibration), fuse(evidence, equal, calibration))


@pytest.mark.parametrize("rule", RULES)
def test_a_batch_of_weights_is_the_same_as_one_at_a_time(rule):
    from crossmodal.fusion import FusionInputs
    from crossmodal.fusion.fuse import fused_head

    calibration, evidence, _ = setting((2, 5, [1, 1, 1, 1]), rule)
    predictions = list(evidence.predictions.values())
    alphas = np.stack([np.linspace(0, 1, 11), np.linspace(1, 0, 11)], axis=-1)
    p = np.stack([reading.probabilities["emotion"] for reading in predictions])
    z = np.stack([reading.embedding for reading in predictions])
    head = fused_head(calibration, "emotion", list(evidence.predictions))
    found = fusion_rules()[rule]
    used = found.weights(alphas, p)
    batch = found.pool(FusionInputs(np.broadcast_to(p, (11, *p.shape)), used, calibration.prior["emotion"], z, head))
    for alpha, row in zip(alphas, batch, strict=True):
        single = fuse(evidence, FusionSettings(dict(zip(NAMES, alpha, strict=False)), rule), calibration)
        np.testing.assert_allclose(row, single.probabilities["emotion"], atol=1e-12)


def test_linear_pool_by_hand():
    calibration, evidence, _ = setting((2, 3, [1, 1, 1, 1]), "linear")
    result = fuse(evidence, FusionSettings({"speech": 3.0, "text": 1.0}), calibration)
    speech, text = (evidence.predictions[name].probabilities["emotion"] for name in ("speech", "text"))
    np.testing.assert_allclose(result.probabilities["emotion"], 0.75 * speech + 0.25 * text)
    assert result.alpha_used == {"speech": 0.75, "text": 0.25}


def test_product_of_equal_weights_is_bayes_rule():
    calibration = make_calibration(NAMES[:2], 3)
    calibration.temperature["speech"]["emotion"] = calibration.temperature["text"]["emotion"] = (
        5.0  # far from the floor
    )
    evidence = make_evidence(calibration, 3)
    result = fuse(evidence, FusionSettings({}, "product"), calibration)
    speech, text = (evidence.predictions[name].probabilities["emotion"] for name in ("speech", "text"))
    bayes = speech * text / calibration.prior["emotion"]
    np.testing.assert_allclose(result.probabilities["emotion"], bayes / bayes.sum(), rtol=1e-6)


def test_confidence_favours_the_surer_modality():
    sure, flat = np.array([0.94, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01]), np.full(7, 1 / 7)
    assert confidence(sure) > 0.7
    assert confidence(flat) == pytest.approx(0.0, abs=1e-9)
    rule = fusion_rules()["confidence"]
    np.testing.assert_allclose(rule.weights(np.array([0.5, 0.5]), np.stack([sure, flat])), [1.0, 0.0], atol=1e-6)
    np.testing.assert_allclose(rule.weights(np.array([0.5, 0.5]), np.stack([flat, flat])), [0.5, 0.5])


def test_temperature_sharpens_and_keeps_the_label():
    calibration, evidence, chosen = setting((2, 9, [0.5, 0.7, 1, 1]), "linear")
    plain = fuse(evidence, chosen, calibration)
    sharp = fuse(evidence, FusionSettings(chosen.alpha, "linear", 0.5), calibration)
    assert sharp.label == plain.label
    assert sharp.probabilities["emotion"].max() > plain.probabilities["emotion"].max()


def test_an_even_prior_divides_the_shared_one_out():
    calibration, evidence, chosen = setting((2, 5, [0.5, 0.7, 1, 1]), "log_pool")
    plain = fuse(evidence, chosen, calibration).probabilities["emotion"]
    even = fuse(evidence, replace(chosen, prior="even"), calibration).probabilities["emotion"]
    wanted = plain / calibration.prior["emotion"]
    np.testing.assert_allclose(even, wanted / wanted.sum())
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(even, plain)


@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf")])
def test_impossible_weights_are_refused(value):
    with pytest.raises(InputError) as caught:
        normalize_alpha({"speech": value}, ["speech", "text"])
    assert caught.value.code == "alpha_invalid"


def test_huge_and_tiny_weights_do_not_overflow():
    np.testing.assert_allclose(normalize_alpha({"a": 1e308, "b": 1e308}, ["a", "b"]), [0.5, 0.5])
    np.testing.assert_allclose(normalize_alpha({"a": 5e-324, "b": 0.0}, ["a", "b"]), [1.0, 0.0])


@pytest.mark.parametrize(
    ("chosen", "code"),
    [
        (FusionSettings(rule="majority"), "unknown_rule"),
        (FusionSettings(temperature=0.0), "temperature_invalid"),
        (FusionSettings(temperature=float("nan")), "temperature_invalid"),
        (FusionSettings(prior="mine"), "unknown_prior"),
    ],
)
def test_settings_that_mean_nothing_are_refused(chosen, code):
    calibration = make_calibration(NAMES[:2])
    with pytest.raises(InputError) as caught:
        fuse(make_evidence(calibration), chosen, calibration)
    assert caught.value.code == code


def test_nothing_to_fuse():
    with pytest.raises(InputError) as caught:
        fuse(Evidence({}), FusionSettings(), make_calibration(NAMES[:2]))
    assert caught.value.code == "nothing_to_fuse"
