"""Preprocess speech: the bytes of an audio file -> a Waveform that the encoder reads.

``sniff`` tells the format by content, ``Decoder`` decodes in a process of its own, ``condition`` removes what is not
voice: offset, rumble, the silence around the speech, and the level. Level is removed because it is a shortcut:
recordings of calm and sad speech are often simply quieter.
"""

from __future__ import annotations

import contextlib
import io
import json
import math
import subprocess
import sys
import threading
import wave
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import IO

import numpy as np
import torch
from faster_whisper.vad import VadOptions, get_speech_timestamps
from torchaudio import functional

from crossmodal import limits
from crossmodal.audio import decoder_worker
from crossmodal.errors import InputError
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


def sniff(data: bytes, largest: int = limits.MAX_CLIP_BYTES) -> str:
    """The demuxer for these bytes, told by their first ones. ``largest`` is how many there may be.

    Raises InputError: ``empty``, ``too_large`` or ``unsupported_format``.
    """
    if not data:
        raise InputError("empty")
    if len(data) > largest:
        raise InputError("too_large", megabytes=round(len(data) / 1024**2, 1), largest=largest // 1024**2)
    if data[:4] in (b"RIFF", b"RF64") and data[8:12] == b"WAVE":
        return "wav"
    for magic, demuxer in (
        (b"fLaC", "flac"),
        (b"OggS", "ogg"),
        (b"\x1aE\xdf\xa3", "matroska"),
        (b"ID3", "mp3"),
    ):
        if data.startswith(magic):
            return demuxer
    if data[4:8] == b"ftyp":
        return "mp4"
    if data[0] == 0xFF and len(data) > 1 and data[1] & 0xE0 == 0xE0:
        return "aac" if data[1] & 0xF6 == 0xF0 else "mp3"
    raise InputError("unsupported_format", allowed=", ".join(limits.AUDIO_FORMATS))


class Decoder:
    """The decoding process, started at first use and again after it was lost. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def __call__(self, data: bytes, limit: float = limits.MAX_CLIP_SECONDS) -> FloatArray:
        """File bytes -> samples, mono float32 at SAMPLE_RATE; at most ``limit`` seconds, else InputError."""
        request = {"size": len(data), "demuxer": sniff(data), "limit": limit}
        with self._lock:
            self._send(request, data)
            answer, samples = self._receive()
        return _usable(answer, samples)

    def blocks(self, data: bytes, limit: float, seconds: float, largest: int) -> Iterator[tuple[float, FloatArray]]:
        """A recording of at most ``limit`` seconds and ``largest`` bytes, in blocks of ``seconds``.

        Each comes with the length in seconds that the file claims, 0 where it claims none. Raises InputError; what
        stands before a damage or the limit has been given. One that is not read to its end costs the process.
        """
        size = int(seconds * SAMPLE_RATE)
        request = {"size": len(data), "demuxer": sniff(data, largest), "limit": limit, "block": size}
        with self._lock:
            whole = False
            try:
                self._send(request, data)
                answer, samples = self._receive()
                claimed = float(str(answer.get("seconds") or 0.0))
                while "end" not in answer and "code" not in answer:
                    if len(samples):
                        yield claimed, _usable(answer, samples)
                    answer, samples = self._receive()
                whole = True
            finally:
                if not whole:
                    self.close()
        _usable(answer, samples)

    def close(self) -> None:
        """Stop the process, if there is one."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _start(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            command = [sys.executable, "-I", str(Path(decoder_worker.__file__))]
            self._process = subprocess.Popen(  # noqa: S603  our own program, no part of it given by a visitor
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        return self._process

    def _send(self, request: dict[str, object], data: bytes) -> None:
        """A request and its file. That the process is gone is told by the answer that does not come."""
        stream = self._start().stdin
        assert stream is not None  # opened as a pipe above
        with self._watched(), contextlib.suppress(BrokenPipeError):
            stream.write(json.dumps(request).encode() + b"\n")
            stream.write(data)
            stream.flush()

    def _receive(self) -> tuple[dict[str, object], FloatArray]:
        """One answer. A decoder that dies or hangs over a file makes that file unreadable."""
        try:
            stream = self._process.stdout if self._process else None
            if stream is None:
                raise EOFError
            with self._watched():
                return _read_answer(stream)
        except EOFError:
            self.close()
            return {"code": "unreadable"}, np.empty(0, np.float32)

    @contextlib.contextmanager
    def _watched(self) -> Iterator[None]:
        """Kill the process if what is done within takes too long."""
        watchdog = threading.Timer(limits.MAX_DECODE_SECONDS, self._process.kill if self._process else int)
        watchdog.start()
        try:
            yield
        finally:
            watchdog.cancel()


def _usable(answer: dict[str, object], samples: FloatArray) -> FloatArray:
    """The samples of an answer. Raises InputError where it is a refusal, or where they are no numbers."""
    if "code" in answer:
        raise InputError(str(answer["code"]), **{key: value for key, value in answer.items() if key != "code"})
    if not np.isfinite(samples).all():
        raise InputError("not_finite")
    return samples


def _read_answer(stream: IO[bytes]) -> tuple[dict[str, object], FloatArray]:
    line = stream.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    answer: dict[str, object] = json.loads(line)
    size = 4 * int(str(answer.get("samples", 0)))
    body = stream.read(size)
    if len(body) != size:
        raise EOFError
    return answer, np.frombuffer(body, np.float32)


@lru_cache(maxsize=1)
def shared_decoder() -> Decoder:
    """The one decoder of this process."""
    return Decoder()


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
    """Stretches of speech as (start, end) in seconds, by Silero's voice activity detector.

    The detector sees the clip at a fixed peak, so that a quiet recording is judged like a loud one. Where it finds too
    little it is asked again at a lower threshold: screams and sobs are speech that it doubts.
    """
    peak = float(np.abs(samples).max(initial=0.0))
    level = samples * (0.7 / peak) if peak > 0 else samples
    found: tuple[tuple[float, float], ...] = ()
    for threshold in SPEECH_THRESHOLDS:
        options = VadOptions(threshold=threshold, min_silence_duration_ms=200, speech_pad_ms=60)
        pieces = get_speech_timestamps(level, options)
        found = tuple((piece["start"] / SAMPLE_RATE, piece["end"] / SAMPLE_RATE) for piece in pieces)
        if sum(end - start for start, end in found) >= limits.MIN_SPEECH_SECONDS:
            break
    return found


def _loudest(samples: FloatArray, seconds: float = 0.1) -> float:
    """Level of the loudest stretch of that length, in dB of full scale."""
    size = int(seconds * SAMPLE_RATE)
    return max(decibels(samples[start : start + size]) for start in range(0, max(1, len(samples) - size // 2), size))


def set_level(samples: FloatArray, segments: tuple[tuple[float, float], ...]) -> FloatArray:
    """Scale the samples so that the speech within ``segments`` has LEVEL_DB."""
    spans = [samples[int(start * SAMPLE_RATE) : int(end * SAMPLE_RATE)] for start, end in segments]
    level = decibels(np.concatenate(spans) if spans else samples)
    if not math.isfinite(level):
        return samples
    return (samples * np.float32(10 ** ((LEVEL_DB - level) / 20))).astype(np.float32, copy=False)


def condition(samples: FloatArray, *, min_speech: float = limits.MIN_SPEECH_SECONDS) -> Waveform:
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
    return Waveform(set_level(trimmed, within), within, start, source_seconds)


def preprocess(data: bytes, *, decoder: Decoder | None = None) -> Waveform:
    """File bytes -> Waveform. Raises InputError for whatever cannot be read as speech."""
    return condition((decoder or shared_decoder())(data))


def to_wav(samples: FloatArray) -> bytes:
    """Samples as a 16-bit WAV file, for playing what the encoder hears."""
    pcm = (np.clip(samples, -1, 1) * 32767).astype("<i2")
    buffer = io.BytesIO()
    with contextlib.closing(wave.open(buffer, "wb")) as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(pcm.tobytes())
    return buffer.getvalue()
