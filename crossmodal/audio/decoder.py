"""Client of the decoding process: the bytes of a file -> samples, mono float32 at SAMPLE_RATE."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import IO

import numpy as np

from crossmodal import limits
from crossmodal.audio.sniff import sniff
from crossmodal.errors import InputError
from crossmodal.types import SAMPLE_RATE, FloatArray

WORKER = Path(__file__).with_name("decoder_worker.py")
"""The program of the process, which runs isolated and imports nothing of ours."""
BOUNDS = {
    "rate": SAMPLE_RATE,
    "memory_bytes": limits.MAX_DECODER_MEMORY_BYTES,
    "cpu_seconds": limits.DECODER_CPU_SECONDS,
    "decoded_per_cpu_second": limits.DECODED_SECONDS_PER_CPU_SECOND,
    "min_rate": limits.MIN_SOURCE_RATE_HZ,
    "max_rate": limits.MAX_SOURCE_RATE_HZ,
    "max_channels": limits.MAX_SOURCE_CHANNELS,
    "tolerance_seconds": limits.LENGTH_TOLERANCE_SECONDS,
}
"""What the process is told at its start: the fields of ``decoder_worker.Bounds``."""


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

    def blocks(self, data: bytes, limit: float, seconds: float, max_bytes: int) -> Iterator[tuple[float, FloatArray]]:
        """A recording of at most ``limit`` seconds and ``max_bytes`` bytes, in blocks of ``seconds``.

        Each comes with the length in seconds that the file claims, 0 where it claims none. Raises InputError after the
        blocks before a damage or the limit. If the iterator is closed before its end, the process is stopped.
        """
        size = int(seconds * SAMPLE_RATE)
        request = {"size": len(data), "demuxer": sniff(data, max_bytes), "limit": limit, "block": size}
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
            command = [sys.executable, "-I", str(WORKER), json.dumps(BOUNDS)]
            self._process = subprocess.Popen(  # noqa: S603  our own program, no part of it given by a visitor
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        return self._process

    def _send(self, request: dict[str, object], data: bytes) -> None:
        """Send a request and its file. A process that is gone shows when its answer is received."""
        stream = self._start().stdin
        assert stream is not None  # opened as a pipe above
        with self._watched(), contextlib.suppress(BrokenPipeError):
            stream.write(json.dumps(request).encode() + b"\n")
            stream.write(data)
            stream.flush()

    def _receive(self) -> tuple[dict[str, object], FloatArray]:
        """Receive one answer: ``unreadable`` for a file at which the process dies or hangs."""
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
        """Kill the process if the body takes longer than MAX_DECODE_SECONDS."""
        watchdog = threading.Timer(limits.MAX_DECODE_SECONDS, self._process.kill if self._process else int)
        watchdog.start()
        try:
            yield
        finally:
            watchdog.cancel()


def _usable(answer: dict[str, object], samples: FloatArray) -> FloatArray:
    """The samples of an answer. Raises InputError for a refusal, or ``not_finite``."""
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
