"""Give a flat synthetic voice a prosody: pitch, timing, loudness, breath and colour, each set by a Recipe.

Pitch and timing are changed by overlap-add at the voice's own pitch marks (TD-PSOLA, Moulines & Charpentier
1990), which keeps the formants; the rest are filters and envelopes. Everything is numpy and a seed, so a
recipe always gives the same samples.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from crossmodal.types import SAMPLE_RATE, Array

Points = tuple[tuple[float, float], ...]
"""A contour: (position within the utterance from 0 to 1, value), with straight lines between."""

HOP = 80
"""Samples between the frames of pitch analysis: 5 ms."""
WINDOW = 640
LOWEST_HZ, HIGHEST_HZ = 65.0, 320.0
UNVOICED_PERIOD = 96
"""Distance of the marks where there is no pitch: 6 ms."""
NO_NOISE = -60.0
"""Level in dB at which no breath is added."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a voice is made: who speaks, and everything that is done to it. The defaults change nothing.

    ``pitch`` (semitones) moves the mean, ``range`` multiplies the voice's own movement around it,
    ``contour`` adds semitones over the utterance. ``stretch`` is a contour of durations, ``loudness`` one
    in dB. ``vibrato`` (semitones) and ``tremolo`` (0..1) shake pitch and level at ``shake_hz``; ``jitter``
    (share of a period) and ``creak`` (0..1) make the voice rough. ``formant`` > 1 shortens the throat.
    ``breath`` (dB against the voice) adds noise, ``drive`` presses, ``accent`` > 1 deepens the difference
    between loud and soft. ``colour`` is a contour of gains in dB over Hz; ``room`` (dB against the voice)
    the noise of the place.
    """

    engine: str = "flite"
    voice: str = "slt"
    pitch: float = 0.0
    range: float = 1.0
    contour: Points = ()
    stretch: Points = ()
    loudness: Points = ()
    vibrato: float = 0.0
    tremolo: float = 0.0
    shake_hz: float = 6.0
    jitter: float = 0.0
    creak: float = 0.0
    formant: float = 1.0
    colour: Points = ()
    breath: float = NO_NOISE
    room: float = NO_NOISE
    drive: float = 0.0
    accent: float = 1.0
    seed: int = 0

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Recipe:
        """A recipe from plain JSON values; what is not named keeps its default."""
        frozen: dict[str, Any] = {
            key: tuple((float(place), float(v)) for place, v in item) if isinstance(item, list) else item
            for key, item in record.items()
        }
        return cls(**frozen)


def at(points: Points, where: Array, default: float) -> Array:
    """The values of a contour at positions 0..1."""
    if not points:
        return np.full(np.shape(where), default)
    positions, values = zip(*points, strict=True)
    return np.asarray(np.interp(where, positions, values))


def _autocorrelation(frames: Array) -> Array:
    """Normalised autocorrelation of windowed frames (F, WINDOW), divided by that of the window."""
    window = np.hanning(WINDOW)
    size = 2 * WINDOW
    spectrum = np.abs(np.fft.rfft(frames * window, size)) ** 2
    of_window = np.fft.irfft(np.abs(np.fft.rfft(window, size)) ** 2)[: WINDOW // 2]
    of_frames = np.fft.irfft(spectrum, axis=1)[:, : WINDOW // 2]
    return np.asarray(of_frames / np.maximum(of_frames[:, :1], 1e-9) / (of_window / of_window[0]))


def track_pitch(samples: Array) -> Array:
    """F0 in Hz every HOP samples, 0 where there is no voice."""
    padded = np.pad(samples, (WINDOW // 2, WINDOW))
    count = len(samples) // HOP + 1
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP][:count]
    correlation = _autocorrelation(frames)
    short, long = int(SAMPLE_RATE / HIGHEST_HZ), int(SAMPLE_RATE / LOWEST_HZ)
    inside = correlation[:, short:long]
    best = inside.max(axis=1)
    # Twice the period correlates as well as the period itself: take the first lag that is nearly the best.
    summit = inside >= np.roll(correlation, -1, axis=1)[:, short:long]
    lag = short + np.argmax((inside > 0.9 * best[:, None]) & summit, axis=1)
    energy = np.sqrt((frames**2).mean(axis=1))
    voiced = (best > 0.55) & (energy > 0.03 * energy.max())
    return _smooth_pitch(np.where(voiced, SAMPLE_RATE / lag, 0.0))


def _smooth_pitch(pitch: Array, reach: int = 4) -> Array:
    """Median over neighbouring frames; single jumps of an octave and lone voiced frames disappear."""
    views = np.lib.stride_tricks.sliding_window_view(np.pad(pitch, reach), 2 * reach + 1)
    voiced = (views > 0).sum(axis=1) > reach
    known = np.where(views > 0, views, np.nan)
    known[~voiced] = 0.0
    return np.asarray(np.nanmedian(known, axis=1))


def pitch_marks(samples: Array, pitch: Array) -> tuple[Array, Array]:
    """Centres of the grains and the period at each, in samples; on the peaks of the voice if there is one."""
    marks: list[int] = []
    periods: list[int] = []
    mark = 0
    while mark < len(samples):
        hertz = pitch[min(mark // HOP, len(pitch) - 1)]
        period = round(SAMPLE_RATE / hertz) if hertz > 0 else UNVOICED_PERIOD
        if hertz > 0:
            reach = max(2, period // 5)
            start = max(0, mark - reach)
            if len(piece := samples[start : mark + reach + 1]):
                mark = start + int(np.argmax(piece))
        if marks and mark <= marks[-1] + period // 3:
            mark = marks[-1] + period
        marks.append(mark)
        periods.append(period)
        mark += period
    return np.array(marks), np.array(periods)


def _span(samples: Array) -> tuple[int, int]:
    """First and last sample of the utterance, silence left aside."""
    loud = np.flatnonzero(np.abs(samples) > 0.02 * np.abs(samples).max())
    return int(loud[0]), int(loud[-1]) + 1


def _target_pitch(pitch: Array, position: Array, recipe: Recipe) -> Array:
    """The F0 wanted at each analysis frame, 0 where there is no voice."""
    voiced = pitch > 0
    if not voiced.any():
        return pitch
    tones = 12 * np.log2(np.where(voiced, pitch, 1.0))
    mean = tones[voiced].mean()
    wanted = mean + recipe.pitch + recipe.range * (tones - mean) + at(recipe.contour, position, 0.0)
    return np.where(voiced, np.clip(2 ** (wanted / 12), 55.0, 600.0), 0.0)


@lru_cache(maxsize=512)
def _window(period: int) -> Array:
    return np.hanning(2 * period + 3)[1:-1]


def _grain(samples: Array, centre: int, period: int, formant: float) -> Array:
    """Two periods around a mark, windowed; read faster or slower for a smaller or larger throat."""
    offsets = np.arange(-period, period + 1)
    if formant == 1:
        piece = samples[np.clip(centre + offsets, 0, len(samples) - 1)]
    else:
        reach = np.arange(-2 * period, 2 * period + 1)
        piece = np.interp(offsets * formant, reach, samples[np.clip(centre + reach, 0, len(samples) - 1)])
    return np.asarray(piece * _window(period))


def _schedule(clock: Array, wanted: Array, recipe: Recipe) -> list[tuple[int, int, float]]:
    """Where each output grain lies: (input sample, output sample, gain).

    ``clock`` is the output time of each analysis frame in samples, ``wanted`` its F0.
    """
    random = np.random.default_rng(recipe.seed)
    frames = np.arange(len(clock))
    plan, out, count = [], 0.0, 0
    while out < clock[-1]:
        frame = float(np.interp(out, clock, frames))
        hertz = wanted[min(int(frame), len(wanted) - 1)]
        gain, period = 1.0, float(UNVOICED_PERIOD)
        if hertz > 0:
            shake = recipe.vibrato * np.sin(2 * np.pi * recipe.shake_hz * out / SAMPLE_RATE)
            rough = 1 + recipe.jitter * random.standard_normal()
            period = SAMPLE_RATE / (hertz * 2 ** (shake / 12)) * max(0.6, rough)
            gain = 1 - recipe.creak * (count % 2)
        plan.append((int(frame * HOP), round(out), gain))
        out += period
        count += 1
    return plan


@dataclass(frozen=True, slots=True, eq=False)
class Voice:
    """A flat voice taken apart: F0 (Hz, 0 unvoiced) and position in the utterance every HOP; its grains."""

    samples: Array
    pitch: Array
    position: Array
    marks: Array
    periods: Array


def analyse(samples: Array) -> Voice:
    """Find the pitch and the pitch marks of a voice, once for all recipes."""
    pitch = track_pitch(samples)
    first, last = _span(samples)
    position = np.clip((np.arange(len(pitch)) * HOP - first) / max(1, last - first), 0, 1)
    return Voice(samples, pitch, position, *pitch_marks(samples, pitch))


def resynthesise(voice: Voice, recipe: Recipe) -> Array:
    """Change pitch, timing, roughness and throat length."""
    steps = HOP * at(recipe.stretch, voice.position, 1.0)
    clock = np.concatenate([[0.0], np.cumsum(steps)[:-1]])
    edge = SAMPLE_RATE // 50  # room for the first grain, which begins before its mark
    out = np.zeros(int(clock[-1]) + 2 * edge + SAMPLE_RATE)
    weight = np.zeros(len(out))
    wanted = _target_pitch(voice.pitch, voice.position, recipe)
    for source, target, gain in _schedule(clock, wanted, recipe):
        mark = int(np.argmin(np.abs(voice.marks - source)))
        period = int(voice.periods[mark])
        piece = slice(edge + target - period, edge + target + period + 1)
        out[piece] += gain * _grain(voice.samples, int(voice.marks[mark]), period, recipe.formant)
        weight[piece] += _window(period)
    return np.asarray(out / np.maximum(weight, 0.7))[edge : edge + int(clock[-1])]


def _gain_by_frequency(samples: Array, decibels: Callable[[Array], Array]) -> Array:
    """Filter the whole signal with a gain in dB that depends on octaves above 1 Hz."""
    size = -(-len(samples) // 4096) * 4096  # a length that is fast to transform; the silence is cut off again
    octaves = np.log2(np.maximum(np.fft.rfftfreq(size, 1 / SAMPLE_RATE), 20.0))
    gains = 10 ** (decibels(octaves) / 20)
    return np.asarray(np.fft.irfft(np.fft.rfft(samples, size) * gains, size)[: len(samples)])


def colour(samples: Array, points: Points) -> Array:
    """Filter with gains in dB at the given frequencies, straight lines between over the octaves."""
    if not points:
        return samples
    octaves_of_points, gains = np.log2([hertz for hertz, _ in points]), [gain for _, gain in points]
    return _gain_by_frequency(samples, lambda octaves: np.interp(octaves, octaves_of_points, gains))


def loudness_curve(samples: Array, seconds: float) -> Array:
    """RMS of the surrounding ``seconds`` at every sample."""
    reach = int(seconds * SAMPLE_RATE / 2)
    total = np.cumsum(np.pad(samples**2, (reach + 1, reach)))
    power = (total[2 * reach + 1 :] - total[: -2 * reach - 1]) / (2 * reach + 1)
    return np.asarray(np.sqrt(np.maximum(power, 1e-12)))


def add_breath(samples: Array, decibels: float, seed: int) -> Array:
    """Mix in noise that rises and falls with the voice, above about 1 kHz as in a sigh."""
    noise = np.random.default_rng(seed + 1).standard_normal(len(samples))
    corner = np.log2(1500.0)
    shaped = _gain_by_frequency(noise, lambda tone: np.minimum(12 * (tone - corner), 4 * (corner - tone)))
    shaped *= loudness_curve(samples, 0.06) / np.sqrt((shaped**2).mean())
    return samples + 10 ** (decibels / 20) * shaped


def _shape_level(samples: Array, recipe: Recipe) -> Array:
    """Loudness contour, depth of accents and tremolo."""
    first, last = _span(samples)
    position = np.clip((np.arange(len(samples)) - first) / (last - first), 0, 1)
    gain = 10 ** (at(recipe.loudness, position, 0.0) / 20)
    curve = loudness_curve(samples, 0.15)
    gain *= np.maximum(curve / curve.max(), 1e-3) ** (recipe.accent - 1)
    seconds = np.arange(len(samples)) / SAMPLE_RATE
    gain *= 1 - recipe.tremolo * (0.5 + 0.5 * np.sin(2 * np.pi * recipe.shake_hz * seconds))
    return samples * gain


def _finish(samples: Array, recipe: Recipe, peak: float = 0.6, margin: float = 0.12) -> Array:
    """Short fades, even margins at both ends, a fixed peak, and the noise of a room under it all."""
    first, last = _span(samples)
    piece = samples[max(0, first - 160) : last + 320].copy()
    fade = np.linspace(0, 1, 160)
    piece[:160] *= fade
    piece[-160:] *= fade[::-1]
    whole = np.pad(piece * (peak / np.abs(piece).max()), int(margin * SAMPLE_RATE))
    noise = np.random.default_rng(recipe.seed + 2).standard_normal(len(whole))
    noise = _gain_by_frequency(noise, lambda octaves: -3 * octaves)
    level = 10 ** (recipe.room / 20) * np.sqrt((piece**2).mean()) / np.abs(piece).max() * peak
    return np.asarray(whole + level * noise / noise.std())


def shape(voice: Voice, recipe: Recipe) -> Array:
    """The whole recipe: a neutral synthetic voice to an expressive one, 16 kHz, peak below 1."""
    samples = _shape_level(colour(resynthesise(voice, recipe), recipe.colour), recipe)
    if recipe.drive > 0:
        samples = np.tanh(recipe.drive * 4 * samples / np.abs(samples).max())
    if recipe.breath > NO_NOISE:
        samples = add_breath(samples, recipe.breath, recipe.seed)
    return _finish(samples, recipe)
