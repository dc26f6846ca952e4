"""The outline of a waveform for drawing: the loudest value of each of many stretches. Needs numpy alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

POINTS = 400


def envelope(samples: NDArray[np.floating], points: int = POINTS) -> tuple[float, ...]:
    """Peaks of ``points`` equal stretches of the samples, scaled so that the loudest is 1; zeros for silence.

    A clip with fewer samples than points gives one value a sample.
    """
    size = np.abs(np.asarray(samples, dtype=np.float64))
    if not len(size):
        return (0.0,) * points
    starts = np.linspace(0, len(size), min(points, len(size)), endpoint=False).astype(int)
    peaks = np.maximum.reduceat(size, starts)
    return tuple(np.round(peaks / (peaks.max() or 1.0), 3).tolist())
