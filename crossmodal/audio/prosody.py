"""What can be heard in a voice without any model: pitch, loudness, rate and pauses, as numbers.

They describe a clip beside its reading and are no cause of it: the models never see these numbers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossmodal.types import SAMPLE_RATE, Array, FloatArray, Waveform

MEASURES = ("pitch_hz", "pitch_range", "loudness_range", "rate", "pauses")
"""The names of all measures, in the order in which they are shown."""

MIN_PITCH_HZ, MAX_PITCH_HZ = 75.0, 600.0
"""Pitch is looked for between these."""
VOICING_THRESHOLD, SILENCE_THRESHOLD = 0.45, 0.03
OCTAVE_COST, OCTAVE_JUMP_COST, VOICED_COST = 0.01, 0.35, 0.14
"""Costs and thresholds of Boersma (1993), Accurate short-term analysis of the fundamental frequency."""
QUIET_DB = 25.0
"""A moment this far below the loudest ones is silence (the threshold of de Jong & Wempe 2009)."""
MIN_PAUSE_SECONDS = 0.15
"""A shorter silence is a part of speech, such as the closure of a stop."""
MIN_DIP_DB = 2.0
"""Two syllables have a dip between them at least this deep (de Jong & Wempe 2009)."""

_HOP = SAMPLE_RATE // 100
_WINDOW = 4 * _HOP
_CANDIDATES = 6
_MIN_VOICED_FRAMES = 10
"""Fewer voiced moments than this, a tenth of a second, have no pitch to speak of."""


@dataclass(frozen=True, slots=True)
class Prosody:
    """The measures of one clip.

    ``pitch_hz`` is the median pitch, ``pitch_range`` the semitones from its 10th to its 90th percentile; both None
    where hardly anything is voiced. ``loudness_range`` is the dB from the 10th to the 90th percentile of the level
    within speech: the level itself is removed before anything is read. ``rate`` counts syllable-like peaks in a second
    of speech, ``pauses`` is the share of the time from first to last speech that is silent.
    """

    pitch_hz: float | None
    pitch_range: float | None
    loudness_range: float
    rate: float
    pauses: float

    def values(self) -> dict[str, float]:
        """The measures that the clip has, by name."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def measure(waveform: Waveform) -> Prosody:
    """The measures of a prepared waveform."""
    level = _levels(waveform.samples)
    loud = level > np.percentile(level, 99) - QUIET_DB
    spoken = _speech(loud)
    pitch = _pitch(waveform.samples, len(level))
    voiced = spoken & ~np.isnan(pitch)
    heard = pitch[voiced]
    semitones = 12 * np.log2(heard / 100.0)
    has_pitch = len(heard) >= _MIN_VOICED_FRAMES
    return Prosody(
        pitch_hz=round(float(np.median(heard)), 1) if has_pitch else None,
        pitch_range=_spread(semitones) if has_pitch else None,
        loudness_range=_spread(level[spoken & loud]),
        rate=round(_syllables(level, voiced) / max(0.01 * float(spoken.sum()), 0.1), 2),
        pauses=round(_pauses(spoken), 3),
    )


def _spread(values: Array) -> float:
    low, high = np.percentile(values, [10, 90])
    return round(float(high - low), 2)


def _levels(samples: FloatArray) -> Array:
    """Level in dB every hundredth of a second (frames,), of windows of four hundredths about it."""
    power = np.square(samples, dtype=np.float64)
    total = np.concatenate([[0.0], np.cumsum(power)])
    middles = np.arange(max(1, len(samples) // _HOP)) * _HOP + _HOP // 2
    low, high = np.maximum(middles - _WINDOW // 2, 0), np.minimum(middles + _WINDOW // 2, len(samples))
    level_db: Array = 10 * np.log10((total[high] - total[low]) / (high - low) + 1e-10)
    return level_db


def _runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The runs of True as (first, behind the last)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def _speech(loud: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The moments of speech: loud ones, and silences between them that are too short to be pauses."""
    spoken = loud.copy()
    for start, end in _runs(~loud):
        if start > 0 and end < len(loud) and (end - start) * 0.01 < MIN_PAUSE_SECONDS:
            spoken[start:end] = True
    return spoken


def _pauses(spoken: NDArray[np.bool_]) -> float:
    frames = np.flatnonzero(spoken)
    return 1.0 - len(frames) / int(frames[-1] - frames[0] + 1)


def _pitch(samples: FloatArray, frames: int) -> Array:
    """Pitch in Hz every hundredth of a second (frames,), nan where there is none: Boersma (1993), with his costs.

    Autocorrelation of a window over that of the window function gives the candidates of a moment; the cheapest path
    through all moments keeps pitch from jumping an octave. torchaudio's own tracker knows no unvoiced moment, and its
    octave jumps put the range of plain speech at twenty semitones.
    """
    windows = _windows(samples, frames)
    loudest = np.abs(windows).max(1)
    correlation = _autocorrelation(windows)
    lags = np.arange(int(SAMPLE_RATE / MAX_PITCH_HZ), int(SAMPLE_RATE / MIN_PITCH_HZ) + 1)
    middle, left, right = (correlation[:, lags + step] for step in (0, -1, 1))
    bend = np.minimum(left - 2 * middle + right, -1e-12)
    shift = np.clip(0.5 * (left - right) / bend, -0.5, 0.5)  # a parabola through three points
    strength = middle - 0.25 * (left - right) * shift - OCTAVE_COST * np.log2(MIN_PITCH_HZ * lags / SAMPLE_RATE)
    strength = np.where((middle > left) & (middle >= right), strength, -np.inf)
    best = np.argsort(-strength, axis=1)[:, :_CANDIDATES]
    hertz = SAMPLE_RATE / (lags[best] + np.take_along_axis(shift, best, 1))
    silent = VOICING_THRESHOLD + np.maximum(
        0.0, 2 - (loudest / max(loudest.max(), 1e-9)) * (1 + VOICING_THRESHOLD) / SILENCE_THRESHOLD
    )
    scores = np.column_stack([silent, np.take_along_axis(strength, best, 1)])
    return _cheapest_path(np.column_stack([np.full(frames, np.nan), hertz]), scores)


def _windows(samples: FloatArray, frames: int) -> Array:
    """Three periods of the lowest pitch about every hundredth of a second: (frames, size), each of mean zero."""
    size = int(3 * SAMPLE_RATE / MIN_PITCH_HZ)
    padded = np.pad(samples.astype(np.float64), size)
    starts = np.arange(frames) * _HOP + _HOP // 2 + size - size // 2
    windows: Array = np.lib.stride_tricks.sliding_window_view(padded, size)[starts]
    return windows - windows.mean(1, keepdims=True)


def _autocorrelation(windows: Array) -> Array:
    """Autocorrelation of each window (frames, size), free of the taper: about 1 at the period of a steady voice."""
    size = windows.shape[1]
    taper = np.hanning(size)
    length = 1 << (2 * size - 1).bit_length()

    def correlate(values: Array) -> Array:
        power = np.abs(np.fft.rfft(values, length)) ** 2
        correlation = np.fft.irfft(power, length)[..., : size // 2]
        return correlation / np.maximum(correlation[..., :1], 1e-12)

    return correlate(windows * taper) / correlate(taper)


def _cheapest_path(hertz: Array, scores: Array) -> Array:
    """The candidates (frames, K) of highest total score, less the costs of jumps; the first stands for no pitch."""
    octaves = np.log2(hertz)
    total, came = scores[0], []
    for before, now, score in zip(octaves[:-1], octaves[1:], scores[1:], strict=True):
        jump = OCTAVE_JUMP_COST * np.abs(before[:, None] - now)
        jump[0], jump[:, 0], jump[0, 0] = VOICED_COST, VOICED_COST, 0.0
        paths = total[:, None] - jump
        came.append(paths.argmax(0))
        total = paths.max(0) + score
    candidate = int(total.argmax())
    path = [candidate]
    for step in reversed(came):
        candidate = int(step[candidate])
        path.append(candidate)
    pitch: Array = hertz[np.arange(len(hertz)), path[::-1]]
    return pitch


def _syllables(level: Array, voiced: NDArray[np.bool_]) -> int:
    """Peaks of the smoothed level in voiced moments, with a dip of MIN_DIP_DB before the next (de Jong & Wempe)."""
    smooth = np.convolve(np.pad(level, 2, "edge"), np.full(5, 0.2), "valid")
    count, lowest, highest, armed = 0, smooth[0], smooth[0], True
    for value, is_voiced in zip(smooth, voiced, strict=True):
        if armed:
            lowest = min(lowest, value)
            if value - lowest >= MIN_DIP_DB and is_voiced:
                count, highest, armed = count + 1, value, False
        else:
            highest = max(highest, value)
            if highest - value >= MIN_DIP_DB:
                lowest, armed = value, True
    return count


# --- the reference speakers ----------------------------------------------------------------------------------------


@cache
def load_reference(path: Path) -> Mapping[str, Any] | None:
    """Prosody of the reference speakers from a JSON file; None where it was not measured."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def register(reference: Mapping[str, Any], pitch_hz: float) -> str:
    """Whether a median pitch is compared with the "lower" or the "higher" of the reference voices."""
    return "lower" if pitch_hz < reference["boundary_hz"] else "higher"


def reference_values(reference: Mapping[str, Any], name: str, prosody: Prosody) -> Mapping[str, Any]:
    """The reference values of one measure that this clip is held against; pitch itself within its register."""
    if name == "pitch_hz" and prosody.pitch_hz is not None:
        within_register: Mapping[str, Any] = reference["registers"][register(reference, prosody.pitch_hz)]
        return within_register
    measured: Mapping[str, Any] = reference["measures"][name]
    return measured


def rank(percentiles: Mapping[str, float], value: float) -> float:
    """The share of the reference clips that lie below a value, in [0, 1], read between the known percentiles.

    0 from the lowest of them down, and 1 beyond the highest.
    """
    shares = np.array([float(name) for name in percentiles]) / 100
    values = np.array(list(percentiles.values()))
    if value <= values[0] or value > values[-1]:
        return float(value > values[-1])
    behind = int(np.searchsorted(values, value))
    return float(np.interp(value, values[behind - 1 : behind + 1], shares[behind - 1 : behind + 1]))
