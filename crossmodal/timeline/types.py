"""The nouns of a timeline. Plain values: nothing here waits for an encoder to load."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from crossmodal.types import Evidence

PEAKS_PER_SECOND = 10
"""Values a second of the outline of a recording."""


@dataclass(frozen=True, slots=True)
class UtteranceLine:
    """One utterance: where it lies in the recording, in seconds, what was read of it, and its words as they stand.

    ``heard`` are the recogniser's words, "" for none. ``audio`` is the stretch as a FLAC file, its bytes or its place,
    None where nobody will want to hear it. Word times of the evidence's transcript count from the start of the
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
    """What a stretch of reading brought.

    ``lines`` are new, ``peaks`` the loudest sample of each further 1/PEAKS_PER_SECOND s; up to ``position`` seconds
    everything is read, ``claimed`` is the length that the file claims, 0 for none.
    """

    lines: tuple[UtteranceLine, ...]
    peaks: tuple[float, ...]
    position: float
    claimed: float = 0.0


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording as far as it was read: ``seconds`` of it, with its lines in order and its outline."""

    lines: tuple[UtteranceLine, ...] = ()
    peaks: tuple[float, ...] = ()
    seconds: float = 0.0
    model_hash: str = ""

    def with_step(self, step: ProgressChunk) -> Recording:
        """The recording with what a further stretch brought."""
        seconds = max(step.position, self.seconds)
        return replace(self, lines=self.lines + step.lines, peaks=self.peaks + step.peaks, seconds=seconds)

    def with_line(self, place: int, line: UtteranceLine) -> Recording:
        """The recording with another line in that place."""
        return replace(self, lines=(*self.lines[:place], line, *self.lines[place + 1 :]))
