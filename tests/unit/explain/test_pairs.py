"""Label-matched pairs as a file."""

import numpy as np
from helpers.samples import make_calibration, make_pairs

from crossmodal.explain.pairs import load_pairs, save_pairs
from crossmodal.explain.sweep import sweep
from crossmodal.fusion import fusion_rules
from crossmodal.types import FusionSettings

NAMES = ("speech", "text")
RULES = list(fusion_rules())


def test_pairs_come_back_as_they_were_written(tmp_path):
    (tmp_path / "scores").mkdir()
    calibration = make_calibration(NAMES)
    pairs = make_pairs(calibration)
    save_pairs(pairs, tmp_path, {"model_hash": "abc"})
    found = load_pairs(tmp_path, "abc")
    assert found.modalities == NAMES
    np.testing.assert_array_equal(found.labels, pairs.labels)
    np.testing.assert_array_equal(found.groups, pairs.groups)
    np.testing.assert_allclose(found.probabilities, pairs.probabilities, atol=1e-7)
    np.testing.assert_allclose(found.embeddings, pairs.embeddings, atol=1e-3)
    for rule in RULES:
        before, after = (sweep(kept, FusionSettings(rule=rule), calibration) for kept in (pairs, found))
        np.testing.assert_allclose(before.uar, after.uar, atol=0.02)


def test_pairs_of_other_models_or_none_are_no_pairs(tmp_path):
    (tmp_path / "scores").mkdir()
    assert load_pairs(tmp_path, "abc") is None
    save_pairs(make_pairs(make_calibration(NAMES)), tmp_path, {"model_hash": "abc"})
    assert load_pairs(tmp_path, "abd") is None
