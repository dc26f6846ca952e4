"""Augmentation of training speech: tempo, reverberation, noise, equalisation and band limits at the same emotion.

Everything is drawn from a ``numpy`` generator that the caller seeds, so a clip's variant depends on the seed alone and
never on the order of the work. The level is normalised again at the end, over the speech, as at run time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torchaudio.functional as sound
from torch import Tensor

from crossmodal.audio.conditioning import LEVEL_DB
from crossmodal.types import SAMPLE_RATE

SPEECH_RMS = 10 ** (LEVEL_DB / 20)
"""Root mean square over the speech of a preprocessed waveform, as a fraction of full scale."""
PEAK = 4.0
"""Largest absolute sample of a variant, in full scales: a guard against filters that ring."""
_SPEEDS = ((9, 10), (19, 20), (1, 1), (20, 19), (10, 9))
"""Resampling ratios (from, to): tempo and pitch change together by 5 or 10 percent."""


@dataclass(frozen=True, slots=True)
class Strength:
    """Probability (``p_``) and extent of each augmentation; a range is drawn from uniformly."""

    p_speed: float = 0.6
    p_reverb: float = 0.35
    reverb_seconds: tuple[float, float] = (0.1, 0.6)
    p_equalise: float = 0.7
    equalise_db: float = 8.0
    p_band: float = 0.25
    p_noise: float = 0.6
    snr_db: tuple[float, float] = (8.0, 35.0)
    p_crop: float = 0.3
    crop_share: float = 0.7
    """The shortest crop, as a fraction of the clip."""


def fast_length(length: int) -> int:
    """The next multiple of 2048: Fourier transforms of arbitrary lengths take three times as long."""
    return -(-length // 2048) * 2048


def normalise(samples: Tensor, speech: Tensor, rms: float = SPEECH_RMS) -> Tensor:
    """Scale samples (N,) so that their root mean square where ``speech`` (N,) is True is ``rms``; silence stays."""
    voiced = samples[speech] if bool(speech.any()) else samples
    level = float(voiced.square().mean().sqrt())
    return samples * (rms / level) if level > 0.0 else samples


def change_speed(samples: Tensor, speech: Tensor, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Play the clip up to 10 percent faster or slower, pitch included; the speech mask follows."""
    before, after = _SPEEDS[int(rng.integers(len(_SPEEDS)))]
    changed = sound.resample(samples, before, after)
    position = (torch.arange(len(changed)) * before // after).clamp(max=len(speech) - 1)
    return changed, speech[position]


def reverberate(samples: Tensor, seconds: float, direct: float, rng: np.random.Generator) -> Tensor:
    """Convolve with exponentially decaying noise that has fallen by 60 dB after ``seconds``.

    ``direct`` is the energy of the direct sound over that of the room. The length stays, the tail is cut.
    """
    length = int(seconds * SAMPLE_RATE)
    length += fast_length(len(samples) + length - 1) - (len(samples) + length - 1)
    fall = np.exp(-6.9 / (seconds * SAMPLE_RATE) * np.arange(length, dtype=np.float32))
    room = rng.standard_normal(length, dtype=np.float32) * fall
    room[0] = 0.0
    room *= 1.0 / np.sqrt((room**2).sum() * direct)
    room[0] = 1.0
    wet = sound.fftconvolve(samples, torch.from_numpy(room))
    return wet[: len(samples)]


def band(rng: np.random.Generator) -> tuple[float, float]:
    """Band limits in Hz of a line: a telephone, a wideband call or a lossy codec's low-pass."""
    kind = rng.random()
    if kind < 0.35:
        return float(rng.uniform(200, 350)), float(rng.uniform(3200, 3800))
    return 20.0, float(rng.uniform(3500, 7500))


def shape_spectrum(samples: Tensor, gains: Tensor) -> Tensor:
    """Filter samples (N,) by gains (F,) at equidistant frequencies from 0 to half the sample rate, 2 (F - 1) >= N."""
    size = 2 * (len(gains) - 1)
    return torch.fft.irfft(torch.fft.rfft(samples, n=size) * gains, n=size)[: len(samples)]


def curve(count: int, decibels: float, limits: tuple[float, float] | None, rng: np.random.Generator) -> Tensor:
    """A smooth random equaliser of at most +-decibels and, with ``limits`` in Hz, a steep band around it."""
    frequency = np.linspace(0.0, SAMPLE_RATE / 2, count)
    corners = np.geomspace(60.0, SAMPLE_RATE / 2, 8)
    gain = np.interp(np.log(frequency + 1.0), np.log(corners), rng.uniform(-decibels, decibels, 8))
    if limits is not None:
        low, high = limits
        outside = np.log2(low / (frequency + 1.0)).clip(0) + np.log2((frequency + 1.0) / high).clip(0) * 4
        gain = gain - (36.0 * outside).clip(max=80.0)
    return torch.from_numpy((10.0 ** (gain / 20.0)).astype(np.float32))


def coloured_noise(length: int, slope: float, rng: np.random.Generator) -> Tensor:
    """Noise (length,) whose power falls with frequency to the ``slope``: 0 is white, 1 pink, 2 brown."""
    size = fast_length(length)
    white = torch.from_numpy(rng.standard_normal(size, dtype=np.float32))
    frequency = torch.linspace(0.0, SAMPLE_RATE / 2, size // 2 + 1).clamp(min=40.0)
    return shape_spectrum(white, (frequency / 1000.0) ** (-slope / 2))[:length]


def babble(length: int, voices: Sequence[Tensor], rng: np.random.Generator) -> Tensor:
    """Three to six other recordings at once, each from a random offset, repeated where it is short."""
    mixed = torch.zeros(length)
    for _ in range(int(rng.integers(3, 7))):
        voice = voices[int(rng.integers(len(voices)))]
        start = int(rng.integers(len(voice)))
        mixed += voice.roll(-start).repeat(length // len(voice) + 1)[:length]
    return mixed


def add_noise(samples: Tensor, speech: Tensor, noise: Tensor, snr_db: float) -> Tensor:
    """Samples with noise at exactly ``snr_db`` decibels below the speech, not below the whole clip."""
    voiced = samples[speech] if bool(speech.any()) else samples
    correction = 10.0 * float(torch.log10((voiced.square().mean() + 1e-12) / (samples.square().mean() + 1e-12)))
    return sound.add_noise(samples, noise, torch.tensor(snr_db - correction))


def crop(samples: Tensor, speech: Tensor, least: float, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Keep a random interval of at least the fraction ``least`` of the clip and at least half a second."""
    length = max(int(rng.uniform(least, 1.0) * len(samples)), min(len(samples), SAMPLE_RATE // 2))
    start = int(rng.integers(len(samples) - length + 1))
    cropped = speech[start : start + length]
    return (samples[start : start + length], cropped) if bool(cropped.any()) else (samples, speech)


def _noise(length: int, voices: Sequence[Tensor], rng: np.random.Generator) -> Tensor:
    if voices and rng.random() < 0.3:
        return babble(length, voices, rng)
    return coloured_noise(length, float(rng.uniform(0.0, 2.0)), rng)


def augment(
    samples: Tensor, speech: Tensor, rng: np.random.Generator, strength: Strength, voices: Sequence[Tensor] = ()
) -> Tensor:
    """One random variant of a preprocessed clip, at the same level.

    ``samples`` (N,) float32 and ``speech`` (N,) bool as the preprocessing left them; ``voices`` are recordings to make
    babble from. The order is the physical one: speaker, room, noise, microphone and line.
    """
    if rng.random() < strength.p_crop:
        samples, speech = crop(samples, speech, strength.crop_share, rng)
    if rng.random() < strength.p_speed:
        samples, speech = change_speed(samples, speech, rng)
    if rng.random() < strength.p_reverb:
        samples = reverberate(samples, rng.uniform(*strength.reverb_seconds), 10 ** rng.uniform(-0.3, 1.2), rng)
    if rng.random() < strength.p_noise:
        noise = _noise(len(samples), voices, rng)
        samples = add_noise(samples, speech, noise, float(rng.uniform(*strength.snr_db)))
    if rng.random() < strength.p_equalise:
        limits = band(rng) if rng.random() < strength.p_band else None
        samples = shape_spectrum(samples, curve(fast_length(len(samples)) // 2 + 1, strength.equalise_db, limits, rng))
    return normalise(samples, speech).clamp(-PEAK, PEAK)


def mask_spectrogram(mel: Tensor, rng: np.random.Generator, *, bands: int = 2, spans: int = 2) -> Tensor:
    """SpecAugment (Park et al. 2019): blank up to ``bands`` bands of mel (80, F) and ``spans`` spans of time."""
    mel = mel.clone()
    blank = float(mel.mean())
    for _ in range(bands):
        size, start = int(rng.integers(0, 15)), int(rng.integers(0, mel.shape[0]))
        mel[start : start + size] = blank
    for _ in range(spans):
        size, start = int(rng.integers(0, max(2, mel.shape[1] // 8))), int(rng.integers(0, mel.shape[1]))
        mel[:, start : start + size] = blank
    return mel
