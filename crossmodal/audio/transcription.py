"""Speech to words: Whisper tiny.en through faster-whisper, with word times and confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
from faster_whisper import WhisperModel

from crossmodal.model.checkpoints import WHISPER, pretrained
from crossmodal.types import SAMPLE_RATE, FloatArray, Transcript, Waveform, Word

MIN_TOKENS, TOKENS_PER_SECOND = 24, 10
"""What a clip may be given at most, far above any speech: a bound for a recogniser that repeats itself."""
WINDOW_SECONDS = 30.0
"""What Whisper hears at once."""
GAP_SECONDS = 0.5
"""Silence between waveforms that are heard together."""
WORTH_SECONDS = 1.0
"""A waveform as long as this is asked again where no words were heard."""


class Transcriber:
    """The speech recogniser. It pads to 30 s as Whisper was trained to; only features for emotion are cropped."""

    def __init__(self, threads: int = 2) -> None:
        self._model = WhisperModel(
            str(pretrained(WHISPER)),
            device="cpu",
            compute_type="int8",
            cpu_threads=threads,
            local_files_only=True,
        )

    def __call__(self, waveform: Waveform) -> Transcript:
        """The words in a waveform; an empty transcript where nothing was recognised."""
        return _transcript(self._words(waveform.samples))

    def many(self, waveforms: Sequence[Waveform]) -> list[Transcript]:
        """The words of each of several waveforms, heard one behind the other.

        Whisper pads whatever it hears to WINDOW_SECONDS, so what fits into one window together costs little more than
        one alone. Words go to the waveform in which their middle lies; one that seems to stay silent is heard again by
        itself. Times count from the start of the own waveform.
        """
        gap = np.zeros(int(GAP_SECONDS * SAMPLE_RATE), np.float32)
        starts = np.cumsum([0, *(len(waveform.samples) + len(gap) for waveform in waveforms)]) / SAMPLE_RATE
        words = self._words(np.concatenate([part for waveform in waveforms for part in (waveform.samples, gap)]))
        found = []
        for waveform, (start, end) in zip(waveforms, pairwise(starts.tolist()), strict=True):
            own = [word for word in words if start <= (word.start + word.end) / 2 + GAP_SECONDS / 2 < end]
            moved = [_moved(word, start, waveform.seconds) for word in own]
            found.append(_transcript(moved) if moved or waveform.seconds < WORTH_SECONDS else self(waveform))
        return found

    def _words(self, samples: FloatArray) -> list[Word]:
        """Words with their spaces."""
        # with time stamps tiny.en knows where the speech ends; without them it goes on and repeats itself
        most = MIN_TOKENS + TOKENS_PER_SECOND * min(WINDOW_SECONDS, len(samples) / SAMPLE_RATE)
        segments, _ = self._model.transcribe(
            samples,
            language="en",
            beam_size=1,
            temperature=0.0,
            word_timestamps=True,
            condition_on_previous_text=False,
            max_new_tokens=int(most),
        )
        return [
            Word(word.word, float(word.start), float(word.end), float(word.probability))
            for segment in segments
            for word in segment.words or ()
        ]


def _moved(word: Word, start: float, seconds: float) -> Word:
    """A word on the clock of the waveform that starts there and is so long."""
    first, last = (min(max(0.0, at - start), seconds) for at in (word.start, word.end))
    return Word(word.text, first, last, word.probability)


def _transcript(words: Sequence[Word]) -> Transcript:
    """Words as the recogniser gives them, each with the space before it, if there is one."""
    confidence = sum(word.probability for word in words) / len(words) if words else 0.0
    text = " ".join("".join(word.text for word in words).split())
    return Transcript(text, tuple(replace(word, text=word.text.strip()) for word in words), confidence)


@cache
def shared_transcriber() -> Transcriber:
    """The one recogniser of this process; it may be asked from several threads."""
    return Transcriber()
