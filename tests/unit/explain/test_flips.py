"""The winner over the mix, held to a dense grid of fused readings."""

from dataclasses import replace

import numpy as np
import pytest
from helpers.learned import evidence_with_parts, learned_calibration, only
from helpers.samples import make_calibration, make_evidence
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crossmodal.errors import InputError
from crossmodal.explain.flips import GRID, Flips, Segment, flips, gate_share, mix
from crossmodal.fusion import FusionRule, fusion_rules
from crossmodal.fusion.fuse import fuse
from crossmodal.types import EMOTIONS, PRIORS, Evidence, FusionSettings, ModalityPrediction

NAMES = ("speech", "text", "face")
RULES = list(fusion_rules())
EXACT = [name for name in RULES if type(fusion_rules()[name]).linear_scores is not FusionRule.linear_scores]

predictions = st.lists(st.floats(0.0, 1.0), min_size=len(EMOTIONS), max_size=len(EMOTIONS)).filter(
    lambda p: sum(p) > 0.01
)


def made(first, second, seed=0):
    """Evidence with the given main readings, at a random calibration."""
    calibration = make_calibration(NAMES[:2], seed)
    evidence = make_evidence(calibration, seed)
    changed = {}
    for name, values in zip(NAMES, (first, second), strict=False):
        old = evidence.predictions[name]
        p = np.array(values) / np.sum(values)
        changed[name] = ModalityPrediction(name, old.embedding, old.logits, {**old.probabilities, "emotion": p})
    return calibration, Evidence(changed)


def fused_at(evidence, chosen, calibration, a):
    return fuse(evidence, replace(chosen, alpha={"speech": a, "text": 1 - a}), calibration).probabilities["emotion"]


def assert_partition(found):
    assert found.segments[0].start == 0.0
    assert found.segments[-1].end == 1.0
    for left, right in zip(found.segments, found.segments[1:], strict=False):
        assert left.end == right.start
        assert left.label != right.label
    assert all(segment.start < segment.end for segment in found.segments)


def assert_winners(found, evidence, chosen, calibration, places):
    """At every place the segment's label has the highest fused probability, up to rounding."""
    for a in places:
        p = fused_at(evidence, chosen, calibration, a)
        assert p[EMOTIONS.index(found.at(a).label)] >= p.max() - 1e-9


@pytest.mark.parametrize("prior", PRIORS)
@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), temperature=st.sampled_from([0.25, 1.0, 4.0]))
def test_segments_agree_with_a_dense_grid(rule, prior, seed, temperature):
    calibration = make_calibration(NAMES[:2], seed)
    evidence, chosen = make_evidence(calibration, seed), FusionSettings({}, rule, temperature, prior)
    found = flips(evidence, chosen, calibration)
    assert found.exact == (rule in EXACT)
    assert_partition(found)
    assert_winners(found, evidence, chosen, calibration, np.linspace(0, 1, 101))


@pytest.mark.parametrize("prior", PRIORS)
@pytest.mark.parametrize("rule", EXACT)
@settings(max_examples=60, deadline=None)
@given(first=predictions, second=predictions, seed=st.integers(0, 50))
@example(first=[1, 0, 0, 0, 0, 0, 0], second=[0, 1, 0, 0, 0, 0, 0], seed=0)
@example(first=[1] * 7, second=[1] * 7, seed=0)
@example(first=[1] * 7, second=[0, 0, 0, 1, 0, 0, 0], seed=0)
def test_segments_agree_with_a_dense_grid_for_any_reading(rule, prior, first, second, seed):
    calibration, evidence = made(first, second, seed)
    chosen = FusionSettings({}, rule, 1.0, prior)
    found = flips(evidence, chosen, calibration)
    assert_partition(found)
    assert_winners(found, evidence, chosen, calibration, np.linspace(0, 1, 51))


@pytest.mark.parametrize("rule", EXACT)
@settings(max_examples=60, deadline=None)
@given(first=predictions, second=predictions)
def test_lines_flip_at_most_once_less_than_there_are_classes(rule, first, second):
    calibration, evidence = made(first, second)
    stretches = 2 if rule == "product" else 1
    found = flips(evidence, FusionSettings({}, rule), calibration)
    assert len(found.points) <= stretches * (len(EMOTIONS) - 1)


@pytest.mark.parametrize("prior", PRIORS)
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("seed", range(8))
def test_the_two_labels_tie_at_a_flip(rule, prior, seed):
    calibration = make_calibration(NAMES[:2], seed)
    evidence, chosen = make_evidence(calibration, seed), FusionSettings({}, rule, 1.0, prior)
    found = flips(evidence, chosen, calibration)
    for left, right in zip(found.segments, found.segments[1:], strict=False):
        p = fused_at(evidence, chosen, calibration, right.start)
        assert p[EMOTIONS.index(left.label)] == pytest.approx(p[EMOTIONS.index(right.label)], abs=1e-7)


@pytest.mark.parametrize("prior", PRIORS)
@pytest.mark.parametrize("rule", EXACT)
@settings(max_examples=25, deadline=None)
@given(first=predictions, second=predictions, a=st.floats(0.0, 1.0))
def test_lines_give_the_whole_fused_reading(rule, prior, first, second, a):
    """Not the winner alone: softmax(scores / scale), or scores over their sum, is what ``fuse`` says."""
    calibration, evidence = made(first, second)
    shared = calibration.prior["emotion"]
    p = np.stack([reading.probabilities["emotion"] for reading in evidence.predictions.values()])
    divisor = shared if prior == "even" else np.ones_like(shared)
    stretches = fusion_rules()[rule].linear_scores(p, shared, divisor)
    lines = next(lines for lines in stretches if lines.start <= a <= lines.end)
    t = (a - lines.start) / (lines.end - lines.start)
    scores = (1 - t) * lines.first + t * lines.last
    if lines.logarithmic:
        scores = np.exp((scores - scores.max()) / ((1 - t) * lines.scale[0] + t * lines.scale[1]))
    expected = fused_at(evidence, FusionSettings({}, rule, 1.0, prior), calibration, a)
    np.testing.assert_allclose(scores / scores.sum(), expected, atol=1e-6)


def test_a_flip_by_hand():
    calibration, evidence = made([0.1, 0, 0, 0.6, 0.3, 0, 0], [0.1, 0, 0, 0.1, 0.8, 0, 0])
    found = flips(evidence, FusionSettings({}, "linear"), calibration)
    # joy .1 + .5 a meets neutral .8 - .5 a at a = .7
    assert found.points == pytest.approx((0.7,))
    assert [segment.label for segment in found.segments] == ["neutral", "joy"]
    assert found.at(0.69).label == "neutral"
    assert found.at(0.71).label == "joy"
    assert found.at(0.0).label == "neutral"
    assert found.at(1.0).label == "joy"
    assert found.distance(0.5) == pytest.approx(0.2)
    assert found.nearest(0.5) == pytest.approx(0.7)


def test_one_label_throughout_has_no_flip():
    found = Flips((Segment(0.0, 1.0, "joy"),), True, ("speech", "text"))
    assert found.points == ()
    assert found.nearest(0.3) is None
    assert found.distance(0.3) is None


def test_the_search_finds_what_the_envelope_finds(monkeypatch):
    calibration = make_calibration(NAMES[:2], 4)
    evidence, chosen = make_evidence(calibration, 4), FusionSettings({}, "linear")
    exact = flips(evidence, chosen, calibration)
    monkeypatch.setattr(type(fusion_rules()["linear"]), "linear_scores", FusionRule.linear_scores)
    searched = flips(evidence, chosen, calibration)
    assert exact.exact
    assert not searched.exact
    assert len(exact.points) > 0
    assert searched.points == pytest.approx(exact.points, abs=2e-9)
    assert [segment.label for segment in searched.segments] == [segment.label for segment in exact.segments]
    assert GRID > 1_000


@pytest.mark.parametrize("count", [1, 3])
def test_flips_need_two_modalities(count):
    calibration = make_calibration(NAMES[:count])
    assert flips(make_evidence(calibration), FusionSettings(), calibration) is None


@pytest.mark.parametrize(
    ("chosen", "code"), [({"rule": "majority"}, "unknown_rule"), ({"prior": "x"}, "unknown_prior")]
)
def test_settings_that_mean_nothing_are_refused(chosen, code):
    calibration = make_calibration(NAMES[:2])
    with pytest.raises(InputError) as caught:
        flips(make_evidence(calibration), FusionSettings(**chosen), calibration)
    assert caught.value.code == code


def test_the_mix_is_the_weight_of_the_first_present():
    evidence = make_evidence(make_calibration(NAMES[:2]))
    assert mix(evidence, FusionSettings({"speech": 0.9, "text": 0.3})) == pytest.approx(0.75)
    assert mix(evidence, FusionSettings({"speech": 0.0, "text": 0.0})) == pytest.approx(0.5)


@pytest.fixture
def calibration():
    return learned_calibration()


@pytest.fixture
def evidence(calibration):
    return evidence_with_parts(calibration)


def test_the_gate_s_mark_is_a_share_and_needs_two(calibration, evidence):
    gate = gate_share(evidence, calibration)
    assert 0.0 < gate < 1.0
    assert gate_share(only(evidence, *reversed(NAMES[:2])), calibration) == pytest.approx(1 - gate)
    assert gate_share(only(evidence, "text"), calibration) is None
    assert gate_share(evidence, make_calibration(NAMES[:2])) is None
