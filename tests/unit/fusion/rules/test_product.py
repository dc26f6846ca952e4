"""The product of experts is the rule of Bayes."""

import numpy as np
from helpers.samples import make_calibration, make_evidence

from crossmodal.fusion.fuse import fuse
from crossmodal.types import FusionSettings


def test_product_of_equal_weights_is_bayes_rule():
    calibration = make_calibration(("speech", "text"), 3)
    calibration.temperature["speech"]["emotion"] = calibration.temperature["text"]["emotion"] = (
        5.0  # far from the floor
    )
    evidence = make_evidence(calibration, 3)
    result = fuse(evidence, FusionSettings({}, "product"), calibration)
    speech, text = (evidence.predictions[name].probabilities["emotion"] for name in ("speech", "text"))
    bayes = speech * text / calibration.prior["emotion"]
    np.testing.assert_allclose(result.probabilities["emotion"], bayes / bayes.sum(), rtol=1e-6)
