"""Tasks and classes, in the order that files and the page rely on."""

import numpy as np
import pytest
from helpers.samples import make_calibration, make_evidence

from crossmodal.fusion.fuse import fuse
from crossmodal.types import EMOTIONS, TASKS, FusionSettings
from crossmodal.ui.components.mixer.inputs import mixer_inputs, result


def test_tasks_start_with_emotion():
    """The browser names the winner of the first task, the server that of the main task: they are the same."""
    assert next(iter(TASKS)) == "emotion"
    calibration = make_calibration(("speech", "text"))
    for seed in range(20):
        evidence = make_evidence(calibration, seed)
        fused = fuse(evidence, FusionSettings(), calibration)
        first = result(fused)["tasks"][0]
        assert EMOTIONS[int(np.argmax(first))] == fused.label
        assert max(first) - sorted(first)[-2] == pytest.approx(fused.margin)
        for sent, prediction in zip(
            mixer_inputs(evidence, calibration)["tasks"][0]["probabilities"], evidence.predictions.values(), strict=True
        ):
            assert sent == prediction.probabilities["emotion"].tolist()
