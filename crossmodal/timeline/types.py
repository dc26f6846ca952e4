"""The data types of a timeline. Plain values: no encoder has to be loaded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from crossmodal.types import Evidence

PEAKS_PER_SECOND = 10
"""Values per second of the outline of a recording."""


@dataclass(frozen=True, slots=True)
class UtteranceLine:
    """One utterance: its times in the recording in seconds, its evidence, and its current words.

    ``heard`` are the recogniser's words, "" for none. ``audio`` is the utterance as a FLAC file, its bytes or its path,
    None where it was not kept. Word times of the evidence's transcript count from the start of the
    recording.
    """

    start: float
    end: float
    evidence: Evidence
    words: str = ""
    heard: str = ""
    audio: bytes | Path | None = None

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return self.end - self.start

    @property
    def edited(self) -> bool:
        """Whether its words were changed."""
        return self.words != self.heard


@dataclass(frozen=True, slots=True)
class ProgressChunk:
    """A further part of a recording that was read.

    ``lines`` are new, ``peaks`` the loudest sample of each further 1/PEAKS_PER_SECOND s; everything up to ``position``
    seconds is read, ``claimed`` is the length that the file claims, 0 for none.
    """

    lines: tuple[UtteranceLine, ...]
    peaks: tuple[float, ...]
    position: float
    claimed: float = 0.0


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording as far as it was read: its length in ``seconds``, its lines in order and its outline."""

    lines: tuple[UtteranceLine, ...] = ()
    peaks: tuple[float, ...] = ()
    seconds: float = 0.0
    model_hash: str = ""

    def with_chunk(self, chunk: ProgressChunk) -> Recording:
        """The recording with a further chunk."""
        seconds = max(chunk.position, self.seconds)
        return replace(self, lines=self.lines + chunk.lines, peaks=self.peaks + chunk.peaks, seconds=seconds)

    def with_line(self, index: int, line: UtteranceLine) -> Recording:
        """The recording with the line at ``index`` replaced."""
        return replace(self, lines=(*self.lines[:index], line, *self.lines[index + 1 :]))
