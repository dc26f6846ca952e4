"""Weights by confidence."""

import numpy as np
import pytest

from crossmodal.fusion import fusion_rules
from crossmodal.fusion.rules.confidence import confidence


def test_confidence_favours_the_surer_modality():
    sure, flat = np.array([0.94, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01]), np.full(7, 1 / 7)
    assert confidence(sure) > 0.7
    assert confidence(flat) == pytest.approx(0.0, abs=1e-9)
    rule = fusion_rules()["confidence"]
    np.testing.assert_allclose(rule.weights(np.array([0.5, 0.5]), np.stack([sure, flat])), [1.0, 0.0], atol=1e-6)
    np.testing.assert_allclose(rule.weights(np.array([0.5, 0.5]), np.stack([flat, flat])), [0.5, 0.5])
