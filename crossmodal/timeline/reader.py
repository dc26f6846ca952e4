"""A recording's bytes to its lines, as a generator: decode a block, find utterances, read a windowful of them.

Only what no utterance has claimed yet is kept of the samples, so memory is flat in the length. Every utterance is
conditioned as a clip of its own would be, and is classified as the same interval uploaded alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from crossmodal import limits
from crossmodal.audio.conditioning import condition
from crossmodal.audio.decoder import Decoder
from crossmodal.audio.files import to_flac
from crossmodal.audio.transcription import GAP_SECONDS, WINDOW_SECONDS
from crossmodal.errors import InputError
from crossmodal.modalities import SPEECH, TEXT
from crossmodal.pipeline import Pipeline
from crossmodal.text import usable_words
from crossmodal.timeline.types import PEAKS_PER_SECOND, ProgressChunk, UtteranceLine
from crossmodal.timeline.vad import WINDOW, StreamingVad, UtteranceSegmenter
from crossmodal.types import SAMPLE_RATE, Evidence, FloatArray, Transcript, Utterance, Waveform

BLOCK_SECONDS = 15.0
"""What is decoded at once."""
MARGIN = int(0.2 * SAMPLE_RATE)
"""Samples kept around an utterance, where no other one begins."""
Work = Callable[[Pipeline], list[Evidence]]
RunOnEngine = Callable[[Work], list[Evidence]]
"""Runs the encoders, one request after the other."""


@dataclass(frozen=True, slots=True)
class SpeechChunk:
    """An utterance ready for the encoders: ``samples`` as decoded begin at ``start`` seconds of the recording."""

    start: float
    samples: FloatArray
    waveform: Waveform


class UtteranceBuffer:
    """Utterances out of blocks: keeps the samples from the open utterance on, and nothing before."""

    def __init__(self) -> None:
        self._vad, self._segmenter = StreamingVad(), UtteranceSegmenter()
        self._samples = np.zeros(0, np.float32)
        self._origin = 0
        self._last = 0

    @property
    def position(self) -> float:
        """Seconds up to which every utterance was found."""
        return self._segmenter.open_since * WINDOW / SAMPLE_RATE

    @property
    def seconds(self) -> float:
        """Seconds that were given until now."""
        return (self._origin + len(self._samples)) / SAMPLE_RATE

    def __call__(self, block: FloatArray) -> list[SpeechChunk]:
        """A further block -> the utterances that ended in it."""
        self._samples = np.concatenate([self._samples, block])
        chunks = [self._chunk(*span) for span in self._segmenter(self._vad(block))]
        self._forget(max(self._origin, self._segmenter.open_since * WINDOW - MARGIN))
        return [chunk for chunk in chunks if chunk]

    def finish(self) -> list[SpeechChunk]:
        """What the end of the recording ends."""
        return [chunk for chunk in (self._chunk(*span) for span in self._segmenter.finish()) if chunk]

    def _chunk(self, first: int, behind: int) -> SpeechChunk | None:
        """The samples of these windows; None where they hold too little speech."""
        start = max(first * WINDOW - MARGIN, self._last, self._origin)
        self._last = end = behind * WINDOW + MARGIN
        samples = self._samples[start - self._origin : end - self._origin].copy()
        try:
            return SpeechChunk(start / SAMPLE_RATE, samples, condition(samples))
        except InputError:
            return None  # a cough, a click: nothing that a clip of its own would be read for

    def _forget(self, before: int) -> None:
        self._samples, self._origin = self._samples[before - self._origin :].copy(), before


def read(
    data: bytes, run_on_engine: RunOnEngine, *, keep_audio: bool = True, stopped: Callable[[], bool] = lambda: False
) -> Iterator[ProgressChunk]:
    """A file of at most MAX_RECORDING_BYTES and MAX_RECORDING_SECONDS -> its lines, step by step.

    ``run_on_engine`` is called once per window of the recogniser, so that other requests run in between; ``stopped``
    is called between steps. Raises InputError, also in the middle: what was given until then stands. A file that claims
    to be too long is refused at once (``recording_too_long``), one that does not say so is read up to the limit
    (``recording_cut``). ``no_speech`` is raised at the end of a recording in which there is none.
    """
    decoder = Decoder()
    try:
        longest, largest = limits.MAX_RECORDING_SECONDS, limits.MAX_RECORDING_BYTES
        yield from _read(decoder.blocks(data, longest, BLOCK_SECONDS, largest), run_on_engine, keep_audio, stopped)
    finally:
        decoder.close()


def _read(
    blocks: Iterator[tuple[float, FloatArray]],
    run_on_engine: RunOnEngine,
    keep_audio: bool,
    stopped: Callable[[], bool],
) -> Iterator[ProgressChunk]:
    buffer, waiting, any_speech = UtteranceBuffer(), list[SpeechChunk](), False
    failures: list[InputError] = []
    for claimed, block in _until_failure(blocks, failures):
        waiting += buffer(block)
        yield ProgressChunk((), peaks(block), waiting[0].start if waiting else buffer.position, claimed)
        while (size := _windowful(waiting)) < len(waiting):
            yield ProgressChunk(_lines(run_on_engine, waiting[:size], keep_audio), (), waiting[size].start, claimed)
            waiting, any_speech = waiting[size:], True
            if stopped():
                return
        if stopped():
            return
    waiting += buffer.finish()
    while waiting and not stopped():
        size = _windowful(waiting)
        behind = waiting[size].start if size < len(waiting) else buffer.seconds
        yield ProgressChunk(_lines(run_on_engine, waiting[:size], keep_audio), (), behind)
        waiting, any_speech = waiting[size:], True
    if failures:
        raise failures[0]
    if not any_speech:
        raise InputError("no_speech")
    yield ProgressChunk((), (), buffer.seconds)


def _until_failure(
    blocks: Iterator[tuple[float, FloatArray]], failures: list[InputError]
) -> Iterator[tuple[float, FloatArray]]:
    """The blocks before a failure, which is to be said once they are read."""
    try:
        for claimed, block in blocks:
            believed = claimed if claimed <= limits.MAX_CLAIMED_SECONDS else 0.0
            if believed > limits.CLAIMED_LENGTH_SLACK * limits.MAX_RECORDING_SECONDS:
                raise InputError(
                    "recording_too_long", minutes=round(claimed / 60, 1), longest=limits.MAX_RECORDING_SECONDS / 60
                )
            yield believed, block
    except InputError as error:
        cut = error.code == "too_long"
        failures.append(InputError("recording_cut", longest=limits.MAX_RECORDING_SECONDS / 60) if cut else error)


def _windowful(waiting: Sequence[SpeechChunk]) -> int:
    """How many of the utterances, at least one, fit into one window of the recogniser."""
    filled = np.cumsum([chunk.waveform.seconds + GAP_SECONDS for chunk in waiting])
    return max(1, int(np.searchsorted(filled, WINDOW_SECONDS, side="right")))


# --- the encoders ----------------------------------------------------------------------------------------------------


def _lines(run_on_engine: RunOnEngine, chunks: Sequence[SpeechChunk], keep_audio: bool) -> tuple[UtteranceLine, ...]:
    read = run_on_engine(lambda pipeline: evidence_of(pipeline, [chunk.waveform for chunk in chunks]))
    return tuple(_line(chunk, evidence, keep_audio) for chunk, evidence in zip(chunks, read, strict=True))


def evidence_of(pipeline: Pipeline, waveforms: Sequence[Waveform]) -> list[Evidence]:
    """What is read of utterances that fit into one window of the recogniser.

    The recogniser and the voice's encoder each take little from a second core, so they run side by side.
    """
    with ThreadPoolExecutor(1) as aside:
        recognised = aside.submit(pipeline.transcriber.many, waveforms)
        voices = [pipeline.predict(Utterance({SPEECH: waveform})) for waveform in waveforms]
        transcripts = recognised.result()
    return [_with_words(pipeline, voice, heard) for voice, heard in zip(voices, transcripts, strict=True)]


def _with_words(pipeline: Pipeline, voice: Evidence, transcript: Transcript) -> Evidence:
    text = usable_words(transcript.text)
    predicted = voice if text is None else pipeline.repredict(voice, text=text)
    return replace(predicted, transcript=transcript, cost={})


def _line(chunk: SpeechChunk, evidence: Evidence, keep_audio: bool) -> UtteranceLine:
    waveform, transcript = chunk.waveform, evidence.transcript
    begins = chunk.start + waveform.offset
    first, last = waveform.segments[0][0], waveform.segments[-1][1]
    words = transcript.text if transcript and TEXT in evidence.predictions else ""
    moved = replace(evidence, transcript=transcript.later(begins) if transcript else None)
    sound = to_flac(waveform.samples) if keep_audio else None
    return UtteranceLine(round(begins + first, 3), round(begins + last, 3), moved, words, words, sound)


# --- the outline ------------------------------------------------------------------------------------------------------


def peaks(block: FloatArray) -> tuple[float, ...]:
    """The loudest sample of each 1/PEAKS_PER_SECOND s of a block."""
    size = SAMPLE_RATE // PEAKS_PER_SECOND
    highest = np.maximum.reduceat(np.abs(block), np.arange(0, len(block), size))
    return tuple(highest.round(4).tolist())
