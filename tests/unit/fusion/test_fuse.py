"""What fusing must keep to, by every pool and for one to four modalities; many variants at once."""

from dataclasses import replace

import numpy as np
import pytest
from helpers.samples import fusion_cases, make_calibration, make_evidence, unit_rows
from hypothesis import given, settings
from hypothesis import strategies as st

from crossmodal.errors import InputError
from crossmodal.fusion import fusion_rules
from crossmodal.fusion.fuse import fuse, fuse_counterfactuals
from crossmodal.types import PRIORS, TASKS, Evidence, FusionSettings

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


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("prior", PRIORS)
def test_variants_at_once_are_those_fused_one_by_one(rule, prior):
    random = np.random.default_rng(1)
    for evidence, chosen, calibration in fusion_cases(rule, prior, 4):
        z = unit_rows(random, 5, 8)
        together = fuse_counterfactuals(evidence, chosen, calibration, "text", z)
        for row, one in zip(together, z, strict=True):
            changed = replace(evidence, predictions={**evidence.predictions, "text": calibration.predict("text", one)})
            np.testing.assert_allclose(row, fuse(changed, chosen, calibration).probabilities["emotion"], atol=1e-12)
