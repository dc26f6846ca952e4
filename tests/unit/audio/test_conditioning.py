"""Level, offset and silence make no difference to what is heard."""

import numpy as np
import pytest

from crossmodal.audio.conditioning import condition, decibels
from crossmodal.types import SAMPLE_RATE


def test_level_offset_and_rumble_make_no_difference(voice):
    plain = condition(voice)
    rumble = 0.02 * np.sin(np.arange(len(voice)) * 2 * np.pi * 12 / SAMPLE_RATE)
    changed = condition((0.05 * voice + 0.1 + 0.05 * rumble).astype(np.float32))
    assert changed.seconds == pytest.approx(plain.seconds, abs=0.1)
    assert decibels(changed.samples) == pytest.approx(decibels(plain.samples), abs=0.5)


def test_silence_around_the_speech_is_trimmed(voice):
    padded = np.concatenate([np.zeros(SAMPLE_RATE), voice, np.zeros(2 * SAMPLE_RATE)]).astype(np.float32)
    found = condition(padded)
    assert found.seconds <= condition(voice).seconds + 0.15
    assert found.offset > 0.8


def test_segments_lie_within_the_waveform(voice):
    found = condition(np.concatenate([voice, np.zeros(SAMPLE_RATE, np.float32), voice]))
    assert len(found.segments) >= 2
    assert all(0 <= start < end <= found.seconds + 1e-6 for start, end in found.segments)
