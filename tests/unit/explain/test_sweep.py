"""The curve over alpha, held to the plain way of counting: one alpha, one pair at a time."""

import numpy as np
import pytest
from helpers.samples import make_calibration, make_pairs
from hypothesis import given, settings
from hypothesis import strategies as st

from crossmodal import metrics
from crossmodal.errors import InputError
from crossmodal.explain.pairs import Pairs, load_pairs
from crossmodal.explain.sweep import ALPHAS, RESAMPLES, Sweep, fuse_pairs, sweep
from crossmodal.fusion import fusion_rules, scale_temperature
from crossmodal.metrics import bootstrap, unweighted_average_recall
from crossmodal.model.folder import MODELS, ModelFolder, model_hash
from crossmodal.types import EMOTIONS, PRIORS, FusionSettings

NAMES = ("speech", "text")
RULES = list(fusion_rules())
SIZE = len(EMOTIONS)


@pytest.mark.parametrize("prior", PRIORS)
@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 1_000), temperature=st.sampled_from([0.25, 0.7, 1.0, 1.4, 4.0]))
def test_every_alpha_agrees_with_the_plain_count(rule, prior, seed, temperature):
    calibration = make_calibration(NAMES, seed)
    pairs = make_pairs(calibration, seed)
    chosen = FusionSettings({}, rule, temperature, prior)
    alphas = np.array([0.0, 0.2, 0.47, 0.5, 0.53, 0.9, 1.0])
    found = sweep(pairs, chosen, calibration, alphas)
    for place, fused in enumerate(fuse_pairs(pairs, chosen, calibration, alphas)):
        p = scale_temperature(fused, temperature)
        top = p.argmax(1)
        f1 = metrics.f1_by_class(metrics.indicators(top, SIZE), metrics.indicators(pairs.labels, SIZE)).mean()
        uar = unweighted_average_recall(pairs.labels, top, SIZE)
        # single precision may turn a pair whose two best classes are as good as equal
        assert found.uar[place] == pytest.approx(uar, abs=0.008)
        assert found.macro_f1[place] == pytest.approx(f1, abs=0.008)
        assert found.ece[place] == pytest.approx(metrics.expected_calibration_error(p, top == pairs.labels), abs=0.016)


@pytest.mark.parametrize("rule", RULES)
def test_at_either_end_one_modality_speaks_alone(rule):
    calibration = make_calibration(NAMES)
    pairs = make_pairs(calibration, count=420)
    found = sweep(pairs, FusionSettings(rule=rule), calibration, np.array([1.0, 0.0]))
    for place in (0, 1):
        p = pairs.probabilities[:, place]
        assert found.uar[place] == pytest.approx(unweighted_average_recall(pairs.labels, p.argmax(1), SIZE))
        assert found.ece[place] == pytest.approx(
            metrics.expected_calibration_error(p, p.argmax(1) == pairs.labels), abs=5e-4
        )


def test_the_band_is_the_bootstrap_over_groups():
    calibration = make_calibration(NAMES)
    pairs = make_pairs(calibration, count=700, groups=10)
    found = sweep(pairs, FusionSettings(), calibration, np.array([0.5]))
    top = fuse_pairs(pairs, FusionSettings(), calibration, np.array([0.5]))[0].argmax(1)
    plain = bootstrap(
        lambda rows: unweighted_average_recall(pairs.labels[rows], top[rows], SIZE), pairs.groups.tolist()
    )
    assert found.uar[0] == pytest.approx(plain.value)
    assert found.low[0] == pytest.approx(plain.low, abs=0.1 * (plain.high - plain.low))
    assert found.high[0] == pytest.approx(plain.high, abs=0.1 * (plain.high - plain.low))
    assert found.low[0] < found.uar[0] < found.high[0]
    assert RESAMPLES >= 1_000


def test_groups_of_one_class_each_leave_a_band():
    """A resample without a class counts the others alone, as ``unweighted_average_recall`` does."""
    calibration = make_calibration(NAMES)
    pairs = make_pairs(calibration)
    pairs = Pairs(pairs.probabilities, pairs.embeddings, pairs.labels, pairs.labels.copy())
    found = sweep(pairs, FusionSettings(), calibration)
    assert np.isfinite(found.low).all()
    assert (found.low <= found.uar + 1e-9).all()
    assert (found.high >= found.uar - 1e-9).all()


def test_the_weights_in_the_settings_play_no_part():
    calibration = make_calibration(NAMES)
    pairs = make_pairs(calibration)
    first = sweep(pairs, FusionSettings({"speech": 1.0, "text": 0.0}), calibration)
    second = sweep(pairs, FusionSettings(), calibration)
    np.testing.assert_array_equal(first.uar, second.uar)


def test_temperature_moves_the_calibration_alone():
    calibration = make_calibration(NAMES)
    pairs = make_pairs(calibration)
    plain, sharp = (sweep(pairs, FusionSettings(temperature=t), calibration) for t in (1.0, 0.25))
    np.testing.assert_array_equal(plain.uar, sharp.uar)
    np.testing.assert_array_equal(plain.macro_f1, sharp.macro_f1)
    assert not np.allclose(plain.ece, sharp.ece)


def test_of_several_best_alphas_the_most_even_one_counts():
    uar = np.array([0.2, 0.8, 0.8, 0.80001, 0.1])
    alphas = np.array([0.0, 0.1, 0.4, 0.8, 1.0])
    found = Sweep(alphas, uar, uar, uar, uar, uar)
    assert found.alphas[found.best] == 0.4
    assert found.metrics_at(0) == {"uar": 0.2, "macro_f1": 0.2, "ece": 0.2}


@pytest.mark.parametrize(
    ("chosen", "code"), [({"rule": "majority"}, "unknown_rule"), ({"prior": "x"}, "unknown_prior")]
)
def test_settings_that_mean_nothing_are_refused(chosen, code):
    calibration = make_calibration(NAMES)
    with pytest.raises(InputError) as caught:
        sweep(make_pairs(calibration), FusionSettings(**chosen), calibration)
    assert caught.value.code == code


@pytest.mark.models
def test_the_shipped_pairs_are_those_of_the_shipped_figures():
    import json

    manifest = ModelFolder().read_manifest()
    from crossmodal.fusion.calibration import load_calibration

    calibration = load_calibration(MODELS, manifest)
    pairs = load_pairs(MODELS, model_hash(manifest))
    assert pairs is not None
    told = json.loads((MODELS / "metrics.json").read_text())["label_matched_pairs"]
    assert len(pairs.labels) == told["pairs"]
    for rule in RULES:
        found = sweep(pairs, FusionSettings(rule=rule), calibration)
        for name, value in told["rules"][rule]["equal"].items():
            assert getattr(found, name)[50] == pytest.approx(value, abs=2e-3)
    assert ALPHAS[50] == 0.5
