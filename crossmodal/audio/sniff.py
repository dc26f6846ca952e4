"""The container format of a file, by its first bytes."""

from __future__ import annotations

from crossmodal import limits
from crossmodal.errors import InputError

_MAGIC = ((b"fLaC", "flac"), (b"OggS", "ogg"), (b"\x1aE\xdf\xa3", "matroska"), (b"ID3", "mp3"))
"""First bytes -> name of the demuxer."""


def sniff(data: bytes, max_bytes: int = limits.MAX_CLIP_BYTES) -> str:
    """The name of the demuxer for these bytes, of which there may be ``max_bytes``.

    Raises InputError: ``empty``, ``too_large`` or ``unsupported_format``.
    """
    if not data:
        raise InputError("empty")
    if len(data) > max_bytes:
        size = round(len(data) / limits.MEGABYTE, 1)
        raise InputError("too_large", megabytes=size, largest=max_bytes // limits.MEGABYTE)
    if data[:4] in (b"RIFF", b"RF64") and data[8:12] == b"WAVE":
        return "wav"
    for magic, demuxer in _MAGIC:
        if data.startswith(magic):
            return demuxer
    if data[4:8] == b"ftyp":
        return "mp4"
    if data[0] == 0xFF and len(data) > 1 and data[1] & 0xE0 == 0xE0:
        return "aac" if data[1] & 0xF6 == 0xF0 else "mp3"
    raise InputError("unsupported_format", allowed=", ".join(limits.AUDIO_FORMATS))
