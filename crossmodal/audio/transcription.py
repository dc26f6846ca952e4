"""Speech to words: Whisper tiny.en through faster-whisper, with word times and confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
from faster_whisper import WhisperModel

from crossmodal.pretrained import WHISPER, pretrained
from crossmodal.types import SAMPLE_RATE, FloatArray, Transcript, Waveform, Word

MIN_TOKENS, TOKENS_PER_SECOND = 24, 10
"""Bound of the tokens of a clip, far above any speech, for a recogniser that repeats itself."""
WINDOW_SECONDS = 30.0
"""Length of the input of Whisper, which its training fixed: no bound of the service."""
GAP_SECONDS = 0.5
"""Silence between waveforms that are transcribed together."""
MIN_RETRY_SECONDS = 1.0
"""A waveform at least this long is transcribed again by itself if no words were recognised in it."""


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
        """The words of each of several waveforms, transcribed in one window, one behind the other.

        Whisper pads its input to WINDOW_SECONDS, so waveforms that fit into one window together cost little more than
        one alone. Words go to the waveform in which their middle lies; a waveform without words is transcribed again by
        itself. Times count from the start of each waveform.
        """
        gap = np.zeros(int(GAP_SECONDS * SAMPLE_RATE), np.float32)
        starts = np.cumsum([0, *(len(waveform.samples) + len(gap) for waveform in waveforms)]) / SAMPLE_RATE
        words = self._words(np.concatenate([part for waveform in waveforms for part in (waveform.samples, gap)]))
        transcripts = []
        for waveform, (start, end) in zip(waveforms, pairwise(starts.tolist()), strict=True):
            within = [word for word in words if start <= (word.start + word.end) / 2 + GAP_SECONDS / 2 < end]
            moved = [_moved(word, start, waveform.seconds) for word in within]
            transcripts.append(_transcript(moved) if moved or waveform.seconds < MIN_RETRY_SECONDS else self(waveform))
        return transcripts

    def _words(self, samples: FloatArray) -> list[Word]:
        """Words with their spaces."""
        # with time stamps tiny.en knows where the speech ends; without them it goes on and repeats itself
        max_tokens = MIN_TOKENS + TOKENS_PER_SECOND * min(WINDOW_SECONDS, len(samples) / SAMPLE_RATE)
        segments, _ = self._model.transcribe(
            samples,
            language="en",
            beam_size=1,
            temperature=0.0,
            word_timestamps=True,
            condition_on_previous_text=False,
            max_new_tokens=int(max_tokens),
        )
        return [
            Word(word.word, float(word.start), float(word.end), float(word.probability))
            for segment in segments
            for word in segment.words or ()
        ]


def _moved(word: Word, start: float, seconds: float) -> Word:
    """A word with times relative to ``start``, clipped to ``seconds``."""
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
