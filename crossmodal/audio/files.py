"""Samples as WAV and FLAC files, and their peak envelope for drawing. Imports numpy alone until FLAC is written."""

from __future__ import annotations

import io
import wave

import numpy as np
from numpy.typing import NDArray

from crossmodal.types import SAMPLE_RATE

ENVELOPE_POINTS = 400

_FULL_SCALE = 32_767


def to_pcm16(samples: NDArray[np.floating]) -> NDArray[np.int16]:
    """Samples in [-1, 1] -> the nearest 16-bit integers, little-endian; clipped, NaN as 0. 16-bit input is kept."""
    return np.rint(np.clip(np.nan_to_num(samples), -1, 1) * _FULL_SCALE).astype("<i2")


def to_wav(samples: NDArray[np.floating]) -> bytes:
    """Samples in [-1, 1], shape (samples,), as a 16-bit mono WAV file at SAMPLE_RATE."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(to_pcm16(samples).tobytes())
    return buffer.getvalue()


def to_flac(samples: NDArray[np.floating]) -> bytes:
    """Samples in [-1, 1], shape (samples,), as a 16-bit mono FLAC file at SAMPLE_RATE, about half the size of WAV."""
    import av  # takes as long to import as the rest of the page's first paint

    buffer = io.BytesIO()
    with av.open(buffer, "w", format="flac") as container:
        stream = container.add_stream("flac", rate=SAMPLE_RATE, layout="mono", format="s16")
        frame = av.AudioFrame.from_ndarray(to_pcm16(samples)[None, :], format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        for given in (frame, None):
            for packet in stream.encode(given):
                container.mux(packet)
    return buffer.getvalue()


def envelope(samples: NDArray[np.floating], points: int = ENVELOPE_POINTS) -> tuple[float, ...]:
    """Peaks of ``points`` equal intervals of the samples, scaled so that the highest is 1; zeros for silence.

    A clip with fewer samples than points gives one value a sample.
    """
    magnitude = np.abs(np.asarray(samples, dtype=np.float64))
    if not len(magnitude):
        return (0.0,) * points
    starts = np.linspace(0, len(magnitude), min(points, len(magnitude)), endpoint=False).astype(int)
    peaks = np.maximum.reduceat(magnitude, starts)
    return tuple(np.round(peaks / (peaks.max() or 1.0), 3).tolist())
