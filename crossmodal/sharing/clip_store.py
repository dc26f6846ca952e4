"""The opt-in clip store: a visitor's own clip behind a link, for as long as was said and not longer.

A clip is one file: the speech as 16 kHz mono FLAC, the words shown with it, and the evidence that was read of both,
whole to the last digit. So the link shows the very numbers that the sharer saw, at once and without any model.

The name of a clip is a secret: whoever has it may listen. It carries the time of expiry, so that a folder's listing is
enough to find what is too old or too much, on a disk as in a bucket; the 128 random bits behind make it unguessable.
Nothing is ever changed in place and each put has a name of its own, so threads, processes and servers may share one
store. The limits hold once the last of several puts at the same time is done.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fsspec

from crossmodal import limits
from crossmodal.audio.files import ENVELOPE_POINTS, envelope, to_flac
from crossmodal.errors import InputError
from crossmodal.sharing.serialization import checked_evidence, checked_numbers, checked_text, evidence_record
from crossmodal.types import SAMPLE_RATE, Array, Evidence, FloatArray

_SCHEMA = 1
_ID = re.compile(r"[0-9a-f]{44}")
_TOKEN = re.compile(r"[0-9a-f]{32}")
_NAME = re.compile(r"([0-9a-f]{44})\.(clip|part)")
_TIME_DIGITS = 12  # of the expiry in milliseconds, in hexadecimal: good for nine thousand years


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sharer gets: the name of the clip, the secret that deletes it, and when it expires (seconds, epoch).

    The store keeps a hash of ``delete_token`` alone; it can be shown once and never again.
    """

    id: str
    delete_token: str
    expires: float


@dataclass(frozen=True, slots=True)
class SharedClip:
    """A clip as it was shared. ``envelope`` and ``segments`` draw its waveform; times are in seconds."""

    audio: bytes
    words: str
    evidence: Evidence
    envelope: tuple[float, ...]
    segments: tuple[tuple[float, float], ...]
    seconds: float
    expires: float


class ClipStore:
    """Clips in a folder or at any fsspec URL, bounded in number, bytes and age."""

    def __init__(
        self,
        url: str | Path,
        *,
        lifetime: float = limits.SHARED_CLIP_LIFETIME_SECONDS,
        max_clips: int = limits.MAX_SHARED_CLIPS,
        max_bytes: int = limits.MAX_CLIP_STORE_BYTES,
        clock: Callable[[], float] = time.time,
    ) -> None:
        # Listings kept in memory would hide what other servers put and delete.
        self._files, root = fsspec.core.url_to_fs(str(url), use_listings_cache=False, skip_instance_cache=True)
        self._root = root.rstrip("/")
        self._lifetime = lifetime
        self._max_clips = max_clips
        self._max_bytes = max_bytes
        self._clock = clock

    def put(
        self, samples: FloatArray, *, words: str, evidence: Evidence, segments: Sequence[tuple[float, float]] = ()
    ) -> Receipt:
        """Keep a clip: samples in [-1, 1], float32 mono at SAMPLE_RATE, shape (samples,), with all that is shown.

        Makes room by dropping the oldest. Raises InputError: ``no_samples``, ``too_long``, ``text_too_long``,
        or ``clip_store_failed`` where the store cannot be written.
        """
        _check_size(samples, words)
        token = secrets.token_hex(16)
        expires = self._clock() + self._lifetime
        made = f"{int(expires * 1000):0{_TIME_DIGITS}x}{secrets.token_hex(16)}"
        content = {
            "schema": _SCHEMA,
            "token_sha256": _sha256(token.encode()),
            "words": words,
            "evidence": evidence_record(evidence, exact=True),
            "envelope": list(envelope(samples)),
            "segments": [[float(start), float(end)] for start, end in segments],
            "seconds": len(samples) / SAMPLE_RATE,
        }
        body = json.dumps(content, allow_nan=False).encode() + b"\n" + to_flac(samples)
        self._write(made, _sha256(body).encode() + b"\n" + body)
        self.tidy()
        return Receipt(made, token, _expiry(made))

    def get(self, name: str) -> SharedClip:
        """The clip of that name.

        Raises InputError: ``clip_gone`` for one that is unknown, expired or deleted and for what is no name at all,
        alike; ``clip_damaged`` for content that is not as it was written.
        """
        content, audio = self._read(name)
        try:
            return _shared(content, audio, _expiry(name))
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise InputError("clip_damaged") from error

    def delete(self, name: str, token: str) -> None:
        """Delete a clip by the token of its receipt. Raises InputError as ``get``, or ``clip_token``."""
        content, _ = self._read(name)
        known = str(content.get("token_sha256", ""))
        given = _sha256(token.encode()) if _TOKEN.fullmatch(token) else ""
        if not hmac.compare_digest(given, known):
            raise InputError("clip_token")
        self._remove(f"{name}.clip")

    def tidy(self) -> None:
        """Delete what has expired, then the oldest until the limits hold. Other files of the folder are left alone."""
        now = self._clock()
        kept = []
        for file, size in sorted(self._listed()):  # names begin with the time of expiry, so the oldest come first
            if _expiry(file) <= now:
                self._remove(file)
            else:
                kept.append((file, size))
        total = sum(size for _, size in kept)
        while kept and (len(kept) > self._max_clips or total > self._max_bytes):
            file, size = kept.pop(0)
            total -= size
            self._remove(file)

    # --- files -----------------------------------------------------------------------------------------------------

    def _write(self, name: str, data: bytes) -> None:
        """Under another name first: whatever stops half way is never met as a clip, and expires like one."""
        part, whole = f"{self._root}/{name}.part", f"{self._root}/{name}.clip"
        try:
            self._make_folder()
            self._files.pipe_file(part, data)
            self._files.mv(part, whole)
        except OSError as error:
            self._remove(f"{name}.part")
            raise InputError("clip_store_failed") from error

    def _make_folder(self) -> None:
        if "file" in _protocols(self._files):
            Path(self._root).mkdir(mode=0o700, parents=True, exist_ok=True)
        else:
            self._files.makedirs(self._root, exist_ok=True)

    def _read(self, name: str) -> tuple[dict[str, Any], bytes]:
        """Header and FLAC of a clip whose bytes are those that were written."""
        if not _ID.fullmatch(name) or _expiry(name) <= self._clock():
            raise InputError("clip_gone")
        try:
            with self._files.open(f"{self._root}/{name}.clip", "rb") as file:
                data = file.read(limits.MAX_SHARED_CLIP_BYTES + 1)
        except OSError as error:
            raise InputError("clip_gone") from error
        digest, _, body = data.partition(b"\n")
        if len(data) > limits.MAX_SHARED_CLIP_BYTES or not hmac.compare_digest(digest, _sha256(body).encode()):
            raise InputError("clip_damaged")
        header, _, audio = body.partition(b"\n")
        try:
            content = json.loads(header)
        except (ValueError, RecursionError) as error:
            raise InputError("clip_damaged") from error
        if not isinstance(content, dict) or content.get("schema") != _SCHEMA:
            raise InputError("clip_damaged")
        return content, audio

    def _listed(self) -> list[tuple[str, int]]:
        """Every file of ours with its size in bytes."""
        try:
            found = self._files.ls(self._root, detail=True)
        except OSError:
            return []
        names = [(entry["name"].rpartition("/")[2], int(entry["size"] or 0)) for entry in found]
        return [(name, size) for name, size in names if _NAME.fullmatch(name)]

    def _remove(self, file: str) -> None:
        """Remove a file; that another process was faster, or that it cannot be done now, is no fault of the visitor."""
        with contextlib.suppress(OSError):
            self._files.rm_file(f"{self._root}/{file}")


def _protocols(files: Any) -> tuple[str, ...]:
    return (files.protocol,) if isinstance(files.protocol, str) else tuple(files.protocol)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _expiry(name: str) -> float:
    """When the clip or file of that name expires, in seconds since the epoch."""
    return int(name[:_TIME_DIGITS], 16) / 1000


def _check_size(samples: FloatArray, words: str) -> None:
    seconds = len(samples) / SAMPLE_RATE
    if not seconds:
        raise InputError("no_samples")
    if seconds > limits.MAX_CLIP_SECONDS + limits.LENGTH_TOLERANCE_SECONDS:
        raise InputError("too_long", seconds=round(seconds, 1), longest=limits.MAX_CLIP_SECONDS)
    if len(words) > limits.MAX_TEXT_CHARACTERS:
        raise InputError("text_too_long", characters=len(words), longest=limits.MAX_TEXT_CHARACTERS)


# --- untrusted content -----------------------------------------------------------------------------------------------


def _shared(content: Mapping[str, Any], audio: bytes, expires: float) -> SharedClip:
    """Stored content as a clip, every value of it checked. Raises ValueError, KeyError or TypeError."""
    if not audio.startswith(b"fLaC"):
        raise ValueError("not FLAC")
    (seconds,) = checked_numbers(
        [content["seconds"]], 0.0, limits.MAX_CLIP_SECONDS + limits.LENGTH_TOLERANCE_SECONDS
    ).tolist()
    peaks = checked_numbers(content["envelope"], 0.0, 1.0)
    if not 0 < len(peaks) <= ENVELOPE_POINTS:
        raise ValueError("envelope")
    return SharedClip(
        audio,
        checked_text(content["words"], limits.MAX_TEXT_CHARACTERS),
        checked_evidence(content["evidence"]),
        tuple(peaks.tolist()),
        tuple(_segment(item, seconds) for item in content["segments"]),
        seconds,
        expires,
    )


def _segment(item: Any, seconds: float) -> tuple[float, float]:
    values: Array = checked_numbers(item, 0.0, seconds + limits.LENGTH_TOLERANCE_SECONDS)
    start, end = values.tolist()
    if start > end:
        raise ValueError("segment")
    return start, end
