"""The linear pool by hand."""

import numpy as np
from helpers.samples import make_calibration, make_evidence

from crossmodal.fusion.fuse import fuse
from crossmodal.types import FusionSettings


def test_linear_pool_by_hand():
    calibration = make_calibration(("speech", "text"), 3)
    evidence = make_evidence(calibration, 3)
    result = fuse(evidence, FusionSettings({"speech": 3.0, "text": 1.0}), calibration)
    speech, text = (evidence.predictions[name].probabilities["emotion"] for name in ("speech", "text"))
    np.testing.assert_allclose(result.probabilities["emotion"], 0.75 * speech + 0.25 * text)
    assert result.alpha_used == {"speech": 0.75, "text": 0.25}
