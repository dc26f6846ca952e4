"""The decoder's own process: untrusted bytes in, mono float32 samples at 16 kHz out.

Media decoders are where hostile files strike, so this program runs alone, with limits on memory and processor time and
without room to write files. It imports nothing of ours, talks over its standard streams, and may be killed at any
time: the service starts another. A request is a JSON line and the file's bytes; an answer is a JSON line and samples.
A clip is answered whole, a recording in blocks of the size that the request names, so that nobody holds all of it.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

import av
import numpy as np

MEMORY_BYTES = 3 * 1024**3
CPU_SECONDS = 10
SOUND_PER_CPU_SECOND = 20.0
"""Seconds of sound that decode in a second of a slow processor; a longer limit is granted more time by it."""
RATES = (8_000, 96_000)
CHANNELS = 8
TARGET_RATE = 16_000


class RefusalError(Exception):
    """A clip that cannot be decoded: an error code and its values."""

    def __init__(self, code: str, **values: object) -> None:
        self.answer: dict[str, object] = {"code": code, **values}
        super().__init__(code)


def _stream(container: Any) -> Any:
    """The first audio stream, once its rate and number of channels are known to be sane."""
    if not container.streams.audio:
        raise RefusalError("no_audio_stream")
    stream = container.streams.audio[0]
    rate, channels = stream.codec_context.sample_rate, stream.codec_context.channels
    if not RATES[0] <= rate <= RATES[1]:
        raise RefusalError("sample_rate", rate=rate, lowest=RATES[0], highest=RATES[1])
    if not 1 <= channels <= CHANNELS:
        raise RefusalError("channels", channels=channels, highest=CHANNELS)
    return stream


def _pieces(container: Any, stream: Any) -> Iterator[np.ndarray]:
    """Decoded mono pieces; a file that breaks off or is damaged within gives what stands before the damage."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=TARGET_RATE)
    with contextlib.suppress(av.error.EOFError, av.error.InvalidDataError):
        for frame in container.decode(stream):
            frame.pts = None  # browsers write gaps and jumps into their time stamps; the samples are what counts
            yield from (piece.to_ndarray().reshape(-1) for piece in resampler.resample(frame))
    yield from (piece.to_ndarray().reshape(-1) for piece in resampler.resample(None))


def _too_long(container: Any, limit: float) -> RefusalError:
    known = float(container.duration / av.time_base) if container.duration else 0.0
    return RefusalError("too_long", seconds=round(known, 1) if known > limit else None, longest=limit)


def _decoded(data: bytes, demuxer: str, limit: float) -> Iterator[np.ndarray]:
    """Mono float32 pieces at 16 kHz, in order. ``limit`` is the longest file in seconds.

    Decoding stops as soon as the limit is passed, whatever length the header claims. Raises RefusalError.
    """
    count = 0
    try:
        with av.open(io.BytesIO(data), format=demuxer, metadata_errors="ignore") as container:
            stream = _stream(container)
            for piece in _pieces(container, stream):
                count += len(piece)
                if count > (limit + 0.05) * TARGET_RATE:
                    raise _too_long(container, limit)
                yield piece.astype(np.float32, copy=False)
    except (av.error.FFmpegError, ValueError) as error:
        raise RefusalError("unreadable") from error
    if not count:
        raise RefusalError("no_samples")


def decode(data: bytes, demuxer: str, limit: float) -> np.ndarray:
    """File bytes -> all samples. Raises RefusalError, see ``_decoded``."""
    return np.concatenate(list(_decoded(data, demuxer, limit)))


def blocks(data: bytes, demuxer: str, limit: float, size: int) -> Iterator[np.ndarray]:
    """File bytes -> blocks of ``size`` samples, the last one shorter. Raises RefusalError, see ``_decoded``.

    Past the limit what stands before it has been given.
    """
    kept: list[np.ndarray] = []
    try:
        for piece in _decoded(data, demuxer, limit):
            kept.append(piece)
            if sum(map(len, kept)) >= size:
                whole = np.concatenate(kept)
                full = len(whole) // size * size
                yield from whole[:full].reshape(-1, size)
                kept = [whole[full:]]
    except RefusalError:
        yield np.concatenate(kept or [np.empty(0, np.float32)])
        raise
    yield np.concatenate(kept)


def duration(data: bytes, demuxer: str) -> float | None:
    """Seconds that the header claims, which nobody should believe; None where it claims nothing."""
    if demuxer == "aac":  # has no header, and a guess by the first frames may be far off
        return None
    container: Any
    try:
        with av.open(io.BytesIO(data), format=demuxer, metadata_errors="ignore") as container:
            return float(container.duration / av.time_base) if container.duration else None
    except (av.error.FFmpegError, ValueError):
        return None  # decoding says what is wrong


def _limit_process() -> None:
    """Bound memory and keep files from growing, where the system knows such limits."""
    with contextlib.suppress(ImportError):
        import resource

        for kind, limit in (
            (resource.RLIMIT_AS, MEMORY_BYTES),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CORE, 0),
        ):
            _lower(resource, kind, limit)


def _lower(resource: Any, kind: int, limit: int) -> None:
    """Set a soft limit, never above what the process inherited; some systems refuse some limits."""
    hard = resource.getrlimit(kind)[1]
    bounded = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(kind, (bounded, hard))


def _allow_cpu(seconds: int) -> None:
    """Grant the next request its processor seconds; the count of the process never starts again."""
    with contextlib.suppress(ImportError):
        import resource

        usage = resource.getrusage(resource.RUSAGE_SELF)
        _lower(resource, resource.RLIMIT_CPU, int(usage.ru_utime + usage.ru_stime) + seconds)


def _answers(request: dict[str, Any], data: bytes) -> Iterator[tuple[dict[str, object], np.ndarray]]:
    """What a request gets: one answer, or for a recording its claimed length and then every block."""
    demuxer, limit = request["demuxer"], request["limit"]
    if "block" not in request:
        samples = decode(data, demuxer, limit)
        yield {"samples": len(samples)}, samples
        return
    yield {"seconds": duration(data, demuxer)}, np.empty(0, np.float32)
    for samples in blocks(data, demuxer, limit, request["block"]):
        yield {"samples": len(samples)}, samples
    yield {"end": True}, np.empty(0, np.float32)


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until the stream ends."""

    def send(answer: dict[str, object], samples: np.ndarray) -> None:
        answers.write(json.dumps(answer).encode() + b"\n" + samples.tobytes())
        answers.flush()

    for line in requests:
        request = json.loads(line)
        data = requests.read(request["size"])
        _allow_cpu(CPU_SECONDS + int(request["limit"] / SOUND_PER_CPU_SECOND))
        try:
            for answer, samples in _answers(request, data):
                send(answer, samples)
        except RefusalError as refusal:
            send(refusal.answer, np.empty(0, np.float32))
        except MemoryError:
            send({"code": "unreadable"}, np.empty(0, np.float32))


if __name__ == "__main__":
    av.logging.set_level(av.logging.PANIC)
    _limit_process()
    serve(sys.stdin.buffer, sys.stdout.buffer)
