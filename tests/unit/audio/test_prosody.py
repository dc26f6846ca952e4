"""Pitch, loudness, rate and pauses of sounds whose measures are known, and of real speech."""

import numpy as np
import pytest

from crossmodal.audio import preprocess
from crossmodal.audio.prosody import MEASURES, Prosody, load_reference, measure, rank, reference_values, register
from crossmodal.examples import load_examples
from crossmodal.model.folder import ModelFolder
from crossmodal.types import SAMPLE_RATE, Waveform

TIME = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE


def voice_like(hertz, harmonics=6):
    """A steady or gliding tone with harmonics, ``hertz`` a number or one for each sample."""
    phase = 2 * np.pi * np.cumsum(np.broadcast_to(hertz, TIME.shape)) / SAMPLE_RATE
    return sum(np.sin(phase * k) / k for k in range(1, harmonics + 1)).astype(np.float32) * 0.1


def of(samples):
    return measure(Waveform(samples.astype(np.float32)))


@pytest.mark.parametrize("hertz", [90, 110, 200, 320, 480])
@pytest.mark.parametrize("harmonics", [1, 6])
def test_the_pitch_of_a_tone_is_its_own(hertz, harmonics):
    found = of(voice_like(hertz, harmonics))
    assert found.pitch_hz == pytest.approx(hertz, rel=0.005)
    assert found.pitch_range < 0.2
    assert found.pauses == 0.0


def test_pitch_that_glides_an_octave_moves_as_far():
    found = of(voice_like(150 * 2 ** (TIME / TIME[-1])))
    assert found.pitch_range == pytest.approx(0.8 * 12, abs=0.4)  # 10th to 90th percentile


def test_noise_has_no_pitch():
    found = of(np.random.default_rng(0).normal(size=len(TIME)) * 0.1)
    assert found.pitch_hz is None
    assert "pitch_hz" not in found.values()
    assert set(found.values()) < set(MEASURES)


@pytest.mark.parametrize("gap", [0.3, 0.6])
def test_a_gap_is_a_pause(gap):
    samples = voice_like(200)
    samples[SAMPLE_RATE : int((1 + gap) * SAMPLE_RATE)] = 0
    assert of(samples).pauses == pytest.approx(gap / 2, abs=0.03)


def test_a_gap_as_short_as_a_stop_is_none():
    samples = voice_like(200)
    samples[SAMPLE_RATE : int(1.1 * SAMPLE_RATE)] = 0
    assert of(samples).pauses == 0.0


@pytest.mark.parametrize("rate", [3, 4, 5])
def test_swells_are_counted(rate):
    found = of(voice_like(200) * (0.55 - 0.45 * np.cos(2 * np.pi * rate * TIME)))
    assert found.rate == pytest.approx(rate, abs=0.3)


def test_a_swell_moves_the_loudness_and_its_level_does_not():
    steady, swelling = voice_like(200), voice_like(200) * 10 ** (np.linspace(-12, 0, len(TIME)) / 20)
    assert of(steady).loudness_range < 0.5
    assert of(swelling).loudness_range == pytest.approx(0.8 * 12, abs=0.5)
    assert of(swelling * 0.1).loudness_range == pytest.approx(of(swelling).loudness_range, abs=0.05)


@pytest.mark.parametrize("key", ["lonely", "neutral", "anger"])
def test_real_clips_have_every_measure(key):
    found = measure(preprocess(load_examples()[key].audio.read_bytes())).values()
    assert set(found) == set(MEASURES)
    assert 70 < found["pitch_hz"] < 400
    assert 1 < found["rate"] < 8
    assert 0 <= found["pauses"] < 0.5


PERCENTILES = {"5": 0.0, "25": 0.0, "50": 2.0, "75": 4.0, "95": 8.0}


@pytest.mark.parametrize(
    ("value", "share"), [(-1.0, 0.0), (0.0, 0.0), (1.0, 0.375), (2.0, 0.5), (6.0, 0.85), (8.0, 0.95), (9.0, 1.0)]
)
def test_a_rank_is_the_share_below(value, share):
    assert rank(PERCENTILES, value) == pytest.approx(share)


def test_pitch_is_held_against_its_own_register():
    reference = {
        "boundary_hz": 180.0,
        "registers": {"lower": {"clips": 1}, "higher": {"clips": 2}},
        "measures": {"rate": {"clips": 3}},
    }
    low, high = Prosody(120.0, 4.0, 15.0, 4.0, 0.0), Prosody(220.0, 4.0, 15.0, 4.0, 0.0)
    assert (register(reference, 120.0), register(reference, 220.0)) == ("lower", "higher")
    assert [reference_values(reference, "pitch_hz", one)["clips"] for one in (low, high)] == [1, 2]
    assert reference_values(reference, "rate", low)["clips"] == 3


def test_a_folder_without_a_reference_has_none(tmp_path):
    assert load_reference(ModelFolder(tmp_path).prosody) is None


def test_the_shipped_reference_is_whole():
    reference = load_reference(ModelFolder().prosody)
    assert reference["clips"] > 1_000
    assert set(reference["measures"]) == set(MEASURES)
    for found in (*reference["measures"].values(), *reference["registers"].values()):
        values = list(found["percentiles"].values())
        assert values == sorted(values)
        assert {"5", "25", "50", "75", "95"} <= set(found["percentiles"])
    assert reference["registers"]["lower"]["percentiles"]["50"] < reference["registers"]["higher"]["percentiles"]["50"]
