"""The decoder's own process: untrusted bytes in, mono float32 samples out.

Media decoders are where hostile files strike, so this program runs alone, with limits on memory and processor time and
without room to write files. It imports nothing of ours, talks over its standard streams, and may be killed at any
time: the service starts another. A request is a JSON line and the file's bytes; an answer is a JSON line and samples.
A clip is answered whole, a recording in blocks of the size that the request names, so that neither side holds all of
it. The bounds come from the client as the first argument, see ``Bounds``.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

import av
import numpy as np


class Bounds(NamedTuple):
    """What the client allows, all from ``crossmodal.limits``; it comes as JSON in the first argument of the program.

    ``rate`` is the sampling rate of the output in Hz, ``min_rate`` and ``max_rate`` bound that of a file. A request may
    take ``cpu_seconds`` of processor time and one more for every ``decoded_per_cpu_second`` seconds of its length,
    which a file may exceed by ``tolerance_seconds``.
    """

    rate: int
    memory_bytes: int
    cpu_seconds: int
    decoded_per_cpu_second: float
    min_rate: int
    max_rate: int
    max_channels: int
    tolerance_seconds: float


class RefusalError(Exception):
    """A clip that cannot be decoded: an error code and its values."""

    def __init__(self, code: str, **values: object) -> None:
        self.answer: dict[str, object] = {"code": code, **values}
        super().__init__(code)


def _stream(container: Any, bounds: Bounds) -> Any:
    """The first audio stream, once its rate and number of channels are known to be sane."""
    if not container.streams.audio:
        raise RefusalError("no_audio_stream")
    stream = container.streams.audio[0]
    rate, channels = stream.codec_context.sample_rate, stream.codec_context.channels
    if not bounds.min_rate <= rate <= bounds.max_rate:
        raise RefusalError("sample_rate", rate=rate, lowest=bounds.min_rate, highest=bounds.max_rate)
    if not 1 <= channels <= bounds.max_channels:
        raise RefusalError("channels", channels=channels, highest=bounds.max_channels)
    return stream


def _pieces(container: Any, stream: Any, rate: int) -> Iterator[np.ndarray]:
    """Decoded mono pieces; a file that breaks off or is damaged within gives what stands before the damage."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=rate)
    with contextlib.suppress(av.error.EOFError, av.error.InvalidDataError):
        for frame in container.decode(stream):
            frame.pts = None  # browsers write gaps and jumps into their time stamps; the samples are what counts
            yield from (piece.to_ndarray().reshape(-1) for piece in resampler.resample(frame))
    yield from (piece.to_ndarray().reshape(-1) for piece in resampler.resample(None))


def _too_long(container: Any, limit: float) -> RefusalError:
    known = float(container.duration / av.time_base) if container.duration else 0.0
    return RefusalError("too_long", seconds=round(known, 1) if known > limit else None, longest=limit)


def _decoded(data: bytes, demuxer: str, limit: float, bounds: Bounds) -> Iterator[np.ndarray]:
    """Mono float32 pieces at ``bounds.rate``, in order. ``limit`` is the longest file in seconds.

    Decoding stops as soon as the limit is passed, whatever length the header claims. Raises RefusalError.
    """
    count = 0
    try:
        with av.open(io.BytesIO(data), format=demuxer, metadata_errors="ignore") as container:
            stream = _stream(container, bounds)
            for piece in _pieces(container, stream, bounds.rate):
                count += len(piece)
                if count > (limit + bounds.tolerance_seconds) * bounds.rate:
                    raise _too_long(container, limit)
                yield piece.astype(np.float32, copy=False)
    except (av.error.FFmpegError, ValueError) as error:
        raise RefusalError("unreadable") from error
    if not count:
        raise RefusalError("no_samples")


def decode(data: bytes, demuxer: str, limit: float, bounds: Bounds) -> np.ndarray:
    """File bytes -> all samples. Raises RefusalError, see ``_decoded``."""
    return np.concatenate(list(_decoded(data, demuxer, limit, bounds)))


def blocks(data: bytes, demuxer: str, limit: float, size: int, bounds: Bounds) -> Iterator[np.ndarray]:
    """File bytes -> blocks of ``size`` samples, the last one shorter. Raises RefusalError, see ``_decoded``.

    The samples before the limit are yielded before the error.
    """
    pending: list[np.ndarray] = []
    try:
        for piece in _decoded(data, demuxer, limit, bounds):
            pending.append(piece)
            if sum(map(len, pending)) >= size:
                whole = np.concatenate(pending)
                full = len(whole) // size * size
                yield from whole[:full].reshape(-1, size)
                pending = [whole[full:]]
    except RefusalError:
        yield np.concatenate(pending or [np.empty(0, np.float32)])
        raise
    yield np.concatenate(pending)


def duration(data: bytes, demuxer: str) -> float | None:
    """Seconds that the header claims, which may be wrong; None where it claims nothing."""
    if demuxer == "aac":  # has no header, and a guess by the first frames may be far off
        return None
    container: Any
    try:
        with av.open(io.BytesIO(data), format=demuxer, metadata_errors="ignore") as container:
            return float(container.duration / av.time_base) if container.duration else None
    except (av.error.FFmpegError, ValueError):
        return None  # decoding says what is wrong


def _limit_process(memory_bytes: int) -> None:
    """Bound memory and keep files from growing, where the system knows such limits."""
    with contextlib.suppress(ImportError):
        import resource

        for kind, limit in (
            (resource.RLIMIT_AS, memory_bytes),
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


def _answers(request: dict[str, Any], data: bytes, bounds: Bounds) -> Iterator[tuple[dict[str, object], np.ndarray]]:
    """What a request gets: one answer, or for a recording its claimed length and then every block."""
    demuxer, limit = request["demuxer"], request["limit"]
    if "block" not in request:
        samples = decode(data, demuxer, limit, bounds)
        yield {"samples": len(samples)}, samples
        return
    yield {"seconds": duration(data, demuxer)}, np.empty(0, np.float32)
    for samples in blocks(data, demuxer, limit, request["block"], bounds):
        yield {"samples": len(samples)}, samples
    yield {"end": True}, np.empty(0, np.float32)


def serve(requests: BinaryIO, answers: BinaryIO, bounds: Bounds) -> None:
    """Answer requests until the stream ends."""

    def send(answer: dict[str, object], samples: np.ndarray) -> None:
        answers.write(json.dumps(answer).encode() + b"\n" + samples.tobytes())
        answers.flush()

    for line in requests:
        request = json.loads(line)
        data = requests.read(request["size"])
        _allow_cpu(bounds.cpu_seconds + int(request["limit"] / bounds.decoded_per_cpu_second))
        try:
            for answer, samples in _answers(request, data, bounds):
                send(answer, samples)
        except RefusalError as refusal:
            send(refusal.answer, np.empty(0, np.float32))
        except MemoryError:
            send({"code": "unreadable"}, np.empty(0, np.float32))


if __name__ == "__main__":
    av.logging.set_level(av.logging.PANIC)
    given = Bounds(**json.loads(sys.argv[1]))
    _limit_process(given.memory_bytes)
    serve(sys.stdin.buffer, sys.stdout.buffer, given)
