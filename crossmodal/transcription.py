"""Speech to words: Whisper tiny.en through faster-whisper, with word times and confidence."""

from __future__ import annotations

from functools import cache

from faster_whisper import WhisperModel

from crossmodal.checkpoints import WHISPER, pretrained
from crossmodal.types import Transcript, Waveform, Word

LEAST_TOKENS, TOKENS_PER_SECOND = 24, 10
"""What a clip may be given at most, far above any speech: a bound for a recogniser that repeats itself."""


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
        # with time stamps tiny.en knows where the speech ends; without them it goes on and repeats itself
        segments, _ = self._model.transcribe(
            waveform.samples, language="en", beam_size=1, temperature=0.0, word_timestamps=True,
            condition_on_previous_text=False, max_new_tokens=int(LEAST_TOKENS + TOKENS_PER_SECOND * waveform.seconds),
        )  # fmt: skip
        words = tuple(
            Word(word.word.strip(), float(word.start), float(word.end), float(word.probability))
            for segment in segments
            for word in segment.words or ()
        )
        confidence = sum(word.probability for word in words) / len(words) if words else 0.0
        return Transcript(" ".join(word.text for word in words), words, confidence)


@cache
def shared_transcriber() -> Transcriber:
    """The one recogniser of this process; it may be asked from several threads."""
    return Transcriber()
