"""Clips conditioned by their level alone."""

import numpy as np
import pytest

from crossmodal.training.clip_cache import condition_by_level, speech_mask


def test_level_finds_what_a_voice_detector_misses():
    samples = np.zeros(32_000, np.float32)
    samples[8_000:16_000] = 0.3 * np.sin(np.arange(8_000))
    found = condition_by_level(samples)
    assert found.seconds == pytest.approx(0.7, abs=0.06)
    assert speech_mask(found).float().mean() == pytest.approx(0.5 / 0.7, abs=0.1)
