"""Streaming voice activity detection over the blocks of a recording, and segmentation into utterances.

Both keep their state from one block to the next, so that the result does not depend on the block borders: the
detector its recurrent state, the segmenter its open utterance.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from faster_whisper.vad import get_vad_model

from crossmodal.audio.conditioning import SPEECH_THRESHOLDS, remove_rumble
from crossmodal.types import SAMPLE_RATE, FloatArray

WINDOW = 512
"""Samples per window of the detector: 32 ms."""
CONTEXT = 64
"""Samples before the window that the detector is given, too."""
PEAK = 0.7
"""Peak to which blocks are scaled for the detector; a recording's level must not decide what is speech."""
MIN_PEAK = 0.003
"""A block below this peak is not raised any further: there is nothing in it."""
DECAY = 0.5
"""How far the level may rise from one block to the next, as a factor of the peak."""
SETTLE = 4_096
"""Samples of the block before that let the rumble filter settle."""

MIN_UTTERANCE_SECONDS = 1.0
"""An utterance of at least this length ends at PAUSE; a shorter one only at LONG_PAUSE."""
MAX_UTTERANCE_SECONDS = 15.0
"""An utterance that goes on for this long is cut. It shapes what is read, as the pauses do: no bound of the service."""
PAUSE, LONG_PAUSE = 0.6, 1.2
"""Seconds of silence that end an utterance, and one that is shorter than MIN_UTTERANCE_SECONDS."""
EARLIEST_CUT, LAST_CUT = 5.0, 0.5
"""An utterance that goes on for too long is cut no sooner than this after its start, no later before its end."""
SMOOTH = 5
"""Windows over which the weakest moment of speech is looked for."""


class StreamingVad:
    """Silero's voice activity detector, listening on from block to block."""

    def __init__(self) -> None:
        self._session = get_vad_model().session
        self._states = [np.zeros((1, 1, 128), np.float32) for _ in "hc"]
        self._context = np.zeros(CONTEXT, np.float32)
        self._before = np.zeros(0, np.float32)
        self._rest = np.zeros(0, np.float32)
        self._peak = 0.0

    def __call__(self, block: FloatArray) -> FloatArray:
        """Samples that follow those before -> the probability of speech in every further whole window."""
        clean = self._filtered(block)
        self._peak = max(float(np.abs(clean).max(initial=0.0)), DECAY * self._peak)
        level = np.concatenate([self._rest, clean * np.float32(PEAK / max(self._peak, MIN_PEAK))])
        whole = len(level) // WINDOW * WINDOW
        self._rest = level[whole:]
        return self._judge(level[:whole].reshape(-1, WINDOW)) if whole else np.zeros(0, np.float32)

    def _filtered(self, block: FloatArray) -> FloatArray:
        joined = np.concatenate([self._before, block])
        settled = len(self._before)
        self._before = joined[-SETTLE:]
        return remove_rumble(joined)[settled:] if len(joined) else block

    def _judge(self, windows: FloatArray) -> FloatArray:
        tails = np.concatenate([self._context[None], windows[:-1, -CONTEXT:]])
        self._context = windows[-1, -CONTEXT:].copy()
        given = {"input": np.concatenate([tails, windows], axis=1), "h": self._states[0], "c": self._states[1]}
        output, *self._states = self._session.run(None, given)
        probabilities: FloatArray = np.asarray(output, np.float32).reshape(-1)
        return probabilities


@dataclass(slots=True)
class UtteranceSegmenter:
    """Cuts the probabilities of speech, window after window, into utterances of at most MAX_UTTERANCE_SECONDS."""

    _now: int = 0
    _start: int | None = None
    _end: int = 0
    _heard: list[float] = field(default_factory=list)

    @property
    def open_since(self) -> int:
        """The first window that may still be needed."""
        return self._now if self._start is None else self._start

    def __call__(self, probabilities: FloatArray) -> list[tuple[int, int]]:
        """Utterances that ended, as (first window, window behind the last)."""
        return [done for p in probabilities.tolist() if (done := self._next(p)) is not None]

    def finish(self) -> list[tuple[int, int]]:
        """The utterance that the end of the recording ends, if there is one."""
        return [] if self._start is None else [self._close(self._end)]

    def _next(self, probability: float) -> tuple[int, int] | None:
        first, going_on = SPEECH_THRESHOLDS
        quiet = self._now - self._end
        self._now += 1
        if self._start is None:
            if probability >= first:
                self._start, self._end, self._heard = self._now - 1, self._now, [probability]
            return None
        self._heard.append(probability)
        if probability >= (going_on if quiet == 0 else first):
            self._end = self._now
        elif self._now - self._end >= self._patience():
            return self._close(self._end)
        return self._cut() if self._now - self._start >= windows(MAX_UTTERANCE_SECONDS) else None

    def _patience(self) -> int:
        return windows(PAUSE if self._end - self.open_since >= windows(MIN_UTTERANCE_SECONDS) else LONG_PAUSE)

    def _close(self, end: int) -> tuple[int, int]:
        start, self._start, self._heard = self.open_since, None, []
        return start, end

    def _cut(self) -> tuple[int, int]:
        """End the utterance where the probability of speech is lowest; the rest begins the next."""
        start, heard = self.open_since, self._heard
        smooth = np.convolve(heard, np.full(SMOOTH, 1 / SMOOTH), mode="same")
        early, late = windows(EARLIEST_CUT), len(heard) - windows(LAST_CUT)
        weakest = start + early + int(smooth[early:late].argmin())
        if weakest >= self._end:
            return self._close(self._end)
        self._start, self._heard = weakest, heard[weakest - start :]
        return start, weakest


def windows(seconds: float) -> int:
    """How many windows of the detector so many seconds are."""
    return round(seconds * SAMPLE_RATE / WINDOW)
