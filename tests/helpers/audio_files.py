"""Sound in every container, and files that lie."""

import io
import struct

import av
import numpy as np

from crossmodal.types import SAMPLE_RATE


def encoded(samples, container: str, codec: str, rate: int = 48_000) -> bytes:
    """Mono samples at SAMPLE_RATE, resampled and encoded the way browsers and phones do."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as file:
        stream = file.add_stream(codec, rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples[None].astype(np.float32), format="fltp", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        resampler = av.AudioResampler(format=stream.codec_context.format, layout="mono", rate=rate)
        fifo = av.AudioFifo()
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            piece.pts = None
            fifo.write(piece)
        size = stream.codec_context.frame_size or 1024
        while (piece := fifo.read(size, partial=True)) is not None:
            file.mux(stream.encode(piece))
        file.mux(stream.encode(None))
    return buffer.getvalue()


def lying_wav(samples, **changes) -> bytes:
    """A 16-bit WAV whose header fields are replaced: channels, rate, bits, tag or size."""
    fields = {"tag": 1, "channels": 1, "rate": SAMPLE_RATE, "bits": 16, "size": 2 * len(samples), **changes}
    align = max(1, fields["channels"] * fields["bits"] // 8) & 0xFFFF
    head = struct.pack(
        "<4sI4s4sIHHIIHH",
        b"RIFF",
        36 + 2 * len(samples),
        b"WAVE",
        b"fmt ",
        16,
        fields["tag"],
        fields["channels"],
        fields["rate"],
        (fields["rate"] * align) & 0xFFFFFFFF,
        align,
        fields["bits"],
    )
    return head + struct.pack("<4sI", b"data", fields["size"]) + (np.asarray(samples) * 32767).astype("<i2").tobytes()


TONE = 0.3 * np.sin(np.arange(SAMPLE_RATE) * 2 * np.pi * 440 / SAMPLE_RATE)
"""A second of 440 Hz."""


def samples_of(flac):
    """The 16-bit samples of a FLAC file such as the package writes."""
    with av.open(io.BytesIO(flac)) as container:
        stream = container.streams.audio[0]
        assert (stream.rate, stream.channels, stream.codec_context.name) == (SAMPLE_RATE, 1, "flac")
        return np.concatenate([frame.to_ndarray().reshape(-1) for frame in container.decode(stream)])
