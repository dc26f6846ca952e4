"""Condition decoded samples: remove the offset and the rumble, trim to the speech, and set the level.

The level is removed because it is a shortcut: recordings of calm and sad speech are often simply quieter.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from faster_whisper.vad import VadOptions, get_speech_timestamps
from torchaudio import functional

from crossmodal.errors import InputError
from crossmodal.limits import MIN_SPEECH_SECONDS
from crossmodal.types import SAMPLE_RATE, FloatArray, Waveform

RUMBLE_HZ = 60.0
SILENCE_DB = -65.0
"""Below this level, in dB of full scale, even the loudest tenth of a second counts as silence."""
LEVEL_DB = -25.0
"""Every clip's speech is brought to this level (RMS, dB of full scale)."""
MARGIN_SECONDS = 0.1
"""Silence left standing before the first and behind the last speech."""
SPEECH_THRESHOLDS = (0.4, 0.25)
"""Probabilities of speech from which a moment counts, tried in this order."""


def decibels(samples: FloatArray) -> float:
    """RMS level in dB of full scale; -inf for digital silence or no samples."""
    power = float(np.square(samples, dtype=np.float64).mean()) if len(samples) else 0.0
    return 10 * math.log10(power) if power > 0 else -math.inf


def remove_rumble(samples: FloatArray) -> FloatArray:
    """Subtract the offset and filter out what lies below any voice (RUMBLE_HZ, second order)."""
    centred = torch.from_numpy(np.ascontiguousarray(samples - samples.mean(dtype=np.float64).astype(np.float32)))
    filtered: FloatArray = functional.highpass_biquad(centred, SAMPLE_RATE, RUMBLE_HZ).numpy()
    return filtered


def find_speech(samples: FloatArray) -> tuple[tuple[float, float], ...]:
    """Intervals of speech as (start, end) in seconds, by Silero's voice activity detector.

    The detector sees the clip at a fixed peak, so that a quiet recording is judged like a loud one. Where it finds too
    little it is asked again at a lower threshold: screams and sobs are speech that it doubts.
    """
    peak = float(np.abs(samples).max(initial=0.0))
    level = samples * (0.7 / peak) if peak > 0 else samples
    intervals: tuple[tuple[float, float], ...] = ()
    for threshold in SPEECH_THRESHOLDS:
        options = VadOptions(threshold=threshold, min_silence_duration_ms=200, speech_pad_ms=60)
        pieces = get_speech_timestamps(level, options)
        intervals = tuple((piece["start"] / SAMPLE_RATE, piece["end"] / SAMPLE_RATE) for piece in pieces)
        if sum(end - start for start, end in intervals) >= MIN_SPEECH_SECONDS:
            break
    return intervals


def _loudest(samples: FloatArray, seconds: float = 0.1) -> float:
    """Level of the loudest interval of that length, in dB of full scale."""
    size = int(seconds * SAMPLE_RATE)
    return max(decibels(samples[start : start + size]) for start in range(0, max(1, len(samples) - size // 2), size))


def set_level(samples: FloatArray, segments: tuple[tuple[float, float], ...]) -> FloatArray:
    """Scale the samples so that the speech within ``segments`` has LEVEL_DB."""
    spans = [samples[int(start * SAMPLE_RATE) : int(end * SAMPLE_RATE)] for start, end in segments]
    level = decibels(np.concatenate(spans) if spans else samples)
    if not math.isfinite(level):
        return samples
    return (samples * np.float32(10 ** ((LEVEL_DB - level) / 20))).astype(np.float32, copy=False)


def condition(samples: FloatArray, *, min_speech: float = MIN_SPEECH_SECONDS) -> Waveform:
    """Samples at SAMPLE_RATE -> a Waveform: rumble removed, trimmed to the speech, at a fixed level.

    Raises InputError: ``silence`` (level below SILENCE_DB), ``no_speech`` (sound without voice) or ``too_short``.
    """
    source_seconds = len(samples) / SAMPLE_RATE
    if source_seconds < min_speech:
        raise InputError("too_short", seconds=round(source_seconds, 2), shortest=min_speech)
    clean = remove_rumble(samples)
    level = _loudest(clean)
    if level < SILENCE_DB:
        raise InputError("silence", level=round(max(level, -120.0)), quietest=SILENCE_DB)
    segments = find_speech(clean)
    if not segments:
        raise InputError("no_speech")
    speech = sum(end - start for start, end in segments)
    if speech < min_speech:
        raise InputError("too_short", seconds=round(speech, 2), shortest=min_speech)
    start = max(0.0, segments[0][0] - MARGIN_SECONDS)
    end = min(source_seconds, segments[-1][1] + MARGIN_SECONDS)
    trimmed = clean[int(start * SAMPLE_RATE) : int(end * SAMPLE_RATE)]
    within = tuple((max(0.0, a - start), min(end - start, b - start)) for a, b in segments)
    return Waveform(set_level(trimmed, within), within, start)
