"""Augmentation: level, exact noise, determinism, lengths."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from crossmodal.training import augment as au

RMS = au.SPEECH_RMS


@pytest.fixture
def clip():
    random = np.random.default_rng(1)
    samples = torch.from_numpy(random.standard_normal(20_011, dtype=np.float32)) * 0.1
    speech = torch.zeros(len(samples), dtype=torch.bool)
    speech[2_000:18_000] = True
    samples[~speech] *= 0.01
    return samples, speech


def power(samples):
    return float(samples.square().mean())


def test_level_is_that_of_the_speech(clip):
    samples, speech = clip
    assert power(au.normalise(samples, speech)[speech]) == pytest.approx(RMS**2, rel=1e-4)
    assert not au.normalise(torch.zeros(10), torch.zeros(10, dtype=torch.bool)).any()


@pytest.mark.parametrize("decibels", [0.0, 12.5])
def test_noise_is_at_the_asked_ratio_to_the_speech(clip, decibels):
    samples, speech = clip
    noise = torch.randn(len(samples))
    added = au.add_noise(samples, speech, noise, decibels) - samples
    assert 10 * np.log10(power(samples[speech]) / power(added)) == pytest.approx(decibels, abs=0.05)


def test_the_same_seed_gives_the_same_variant(clip):
    voices = [torch.randn(5_000)]
    first, again, other = (au.augment(*clip, np.random.default_rng(seed), au.Strength(), voices) for seed in (3, 3, 4))
    assert torch.equal(first, again)
    assert first.shape != other.shape or not torch.equal(first, other)


@pytest.mark.parametrize("seed", range(20))
def test_variants_are_finite_and_not_too_short(clip, seed):
    all_on = replace(au.Strength(), p_speed=1.0, p_reverb=1.0, p_equalise=1.0, p_band=1.0, p_noise=1.0, p_crop=1.0)
    found = au.augment(*clip, np.random.default_rng(seed), all_on, [torch.randn(700)])
    assert torch.isfinite(found).all()
    assert found.abs().max() <= au.PEAK
    assert len(found) >= 8_000 * 0.9 - 1


def test_speed_changes_the_mask_with_the_samples(clip):
    for seed in range(8):
        samples, speech = au.change_speed(*clip, np.random.default_rng(seed))
        assert len(samples) == len(speech)
        assert float(speech.float().mean()) == pytest.approx(float(clip[1].float().mean()), abs=0.01)


def test_a_band_limit_takes_away_what_lies_above():
    gains = au.curve(8_193, 0.0, (20.0, 3_500.0), np.random.default_rng(0))
    frequency = np.linspace(0, 8_000, 8_193)
    assert gains[frequency > 7_000].max() < 0.01
    assert gains[(frequency > 100) & (frequency < 3_000)].min() > 0.9


def test_masking_leaves_the_original_alone():
    mel = torch.randn(80, 120)
    kept = mel.clone()
    masked = au.mask_spectrogram(mel, np.random.default_rng(0))
    assert torch.equal(mel, kept)
    assert not torch.equal(masked, mel)
