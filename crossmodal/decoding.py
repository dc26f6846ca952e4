"""The decoder's own process: untrusted bytes in, mono float32 samples at 16 kHz out.

Media decoders are where hostile files strike, so this program runs alone, with limits on memory and processor time and
without room to write files. It imports nothing of ours, talks over its standard streams, and may be killed at any
time: the service starts another. A request is a JSON line and the file's bytes; an answer is a JSON line and samples.
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


def decode(data: bytes, demuxer: str, limit: float) -> np.ndarray:
    """File bytes -> float32 samples, mono at 16 kHz. ``limit`` is the longest clip in seconds.

    Decoding stops as soon as the limit is passed, whatever length the header claims. Raises RefusalError.
    """
    try:
        with av.open(io.BytesIO(data), format=demuxer, metadata_errors="ignore") as container:
            stream = _stream(container)
            pieces, count = [], 0
            for piece in _pieces(container, stream):
                pieces.append(piece)
                count += len(piece)
                if count > (limit + 0.05) * TARGET_RATE:
                    raise _too_long(container, limit)
    except (av.error.FFmpegError, ValueError) as error:
        raise RefusalError("unreadable") from error
    if not count:
        raise RefusalError("no_samples")
    return np.concatenate(pieces).astype(np.float32, copy=False)


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


def _allow_cpu() -> None:
    """Grant the next request its processor seconds; the count of the process never starts again."""
    with contextlib.suppress(ImportError):
        import resource

        usage = resource.getrusage(resource.RUSAGE_SELF)
        _lower(resource, resource.RLIMIT_CPU, int(usage.ru_utime + usage.ru_stime) + CPU_SECONDS)


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until the stream ends."""
    for line in requests:
        request = json.loads(line)
        data = requests.read(request["size"])
        _allow_cpu()
        samples = np.empty(0, np.float32)
        try:
            samples = decode(data, request["demuxer"], request["limit"])
            answer: dict[str, object] = {"samples": len(samples)}
        except RefusalError as refusal:
            answer = refusal.answer
        except MemoryError:
            answer = {"code": "unreadable"}
        answers.write(json.dumps(answer).encode() + b"\n" + samples.tobytes())
        answers.flush()


if __name__ == "__main__":
    av.logging.set_level(av.logging.PANIC)
    _limit_process()
    serve(sys.stdin.buffer, sys.stdout.buffer)
