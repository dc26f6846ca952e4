"""What each modality contributed: Shapley values that add up to the number on the page."""

from dataclasses import replace

import pytest
from helpers.samples import fusion_cases, make_calibration, make_evidence

from crossmodal.explain.shapley import attribution
from crossmodal.fusion import fusion_rules
from crossmodal.fusion.fuse import fuse
from crossmodal.types import EMOTIONS, PRIORS, FusionSettings

NAMES = ("speech", "text", "face")
RULES = pytest.mark.parametrize("rule", fusion_rules())
PRIOR = pytest.mark.parametrize("prior", PRIORS)


@RULES
@PRIOR
def test_shares_add_up_to_the_number_on_the_page(rule, prior):
    for evidence, settings, calibration in fusion_cases(rule, prior):
        found = attribution(evidence, settings, calibration)
        result = fuse(evidence, settings, calibration)
        assert found.label == result.label
        assert found.chance == pytest.approx(result.probabilities["emotion"].max(), abs=1e-12)
        assert found.baseline + sum(found.modalities.values()) == pytest.approx(found.chance, abs=1e-12)
        expected = calibration.prior["emotion"][EMOTIONS.index(found.label)] if prior == "model" else 1 / len(EMOTIONS)
        assert found.baseline == pytest.approx(expected)


@RULES
@PRIOR
def test_a_single_weight_takes_it_all(rule, prior):
    for evidence, settings, calibration in fusion_cases(rule, prior):
        for only in evidence.predictions:
            one_hot = replace(settings, alpha={name: float(name == only) for name in evidence.predictions})
            found = attribution(evidence, one_hot, calibration)
            for name, value in found.modalities.items():
                expected = found.chance - found.baseline if name == only else 0.0
                assert value == pytest.approx(expected, abs=1e-9)


def test_linear_shares_are_the_weighted_differences_to_the_prior():
    calibration = make_calibration(NAMES)
    evidence = make_evidence(calibration)
    found = attribution(evidence, FusionSettings({"speech": 0.5, "text": 0.3, "face": 0.2}), calibration)
    place = EMOTIONS.index(found.label)
    for name, weight in (("speech", 0.5), ("text", 0.3), ("face", 0.2)):
        own = evidence.predictions[name].probabilities["emotion"][place]
        assert found.modalities[name] == pytest.approx(weight * (own - found.baseline))


def test_twins_share_alike():
    calibration = make_calibration(("speech", "text"))
    alike = {name: {"emotion": 1.0, "sentiment": 1.0} for name in calibration.temperature}
    calibration = replace(calibration, temperature=alike)
    evidence = make_evidence(calibration)
    predictions = {
        name: calibration.predict(name, evidence.predictions["speech"].embedding) for name in evidence.predictions
    }
    found = attribution(replace(evidence, predictions=predictions), FusionSettings({}, "product"), calibration)
    assert found.modalities["speech"] == pytest.approx(found.modalities["text"])
