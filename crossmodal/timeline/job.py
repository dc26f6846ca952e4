"""A recording being read in the background: its result so far, an estimate of the time left, and a way to stop.

Only the session that started a job refers to it; when the session ends, all that the job holds is freed.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crossmodal import limits
from crossmodal.engine import Engine
from crossmodal.errors import BusyError, CrossmodalError
from crossmodal.timeline.types import ProgressChunk, Recording
from crossmodal.types import Evidence

if TYPE_CHECKING:
    from crossmodal.timeline.reader import Work

RETRY_SECONDS = 0.5

_running = threading.BoundedSemaphore(limits.MAX_RECORDING_JOBS)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: ``recording`` as read so far, whether it still ``running``, and what went wrong, if so.

    ``claimed`` is the length in seconds that the file claims, 0 for none; ``left`` an estimate of the seconds to go,
    None while there is nothing to tell it by. ``stopped`` says that it was ended before its end.
    """

    recording: Recording
    running: bool = True
    claimed: float = 0.0
    left: float | None = None
    error: CrossmodalError | None = None
    stopped: bool = False
    failed: bool = False


class Job:
    """Reads a recording in a thread of its own, as long as ``wanted`` says that its result is still wanted."""

    def __init__(self, engine: Engine, data: bytes, wanted: Callable[[], bool] = lambda: True) -> None:
        self._engine, self._wanted = engine, wanted
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._progress = Progress(Recording(model_hash=engine.model_hash))
        self._began = time.monotonic()
        self._thread = threading.Thread(target=self._run, args=(data,), daemon=True)

    def start(self) -> Job:
        """Begin. Raises BusyError ``recordings_full`` while MAX_RECORDING_JOBS recordings are being read."""
        if not _running.acquire(blocking=False):
            raise BusyError("recordings_full", most=limits.MAX_RECORDING_JOBS)
        self._thread.start()
        return self

    def cancel(self) -> None:
        """Stop after what is being read at present; everything read until then stays."""
        self._stop.set()

    def join(self, seconds: float | None = None) -> None:
        """Wait for the end."""
        self._thread.join(seconds)

    @property
    def progress(self) -> Progress:
        """How far it is."""
        with self._lock:
            return self._progress

    def _run(self, data: bytes) -> None:
        try:
            from crossmodal.timeline.reader import read  # imports torch, which takes seconds at first

            for step in read(data, self._turn, stopped=self._stopped):
                self._take(step)
            self._end(stopped=self._stop.is_set())
        except CrossmodalError as error:
            self._end(error=error)
        except _LeftError:
            self._end(stopped=True)
        except Exception:
            _log.exception("reading a recording failed")
            self._end(failed=True)
        finally:
            _running.release()

    def _turn(self, work: Work) -> list[Evidence]:
        """Run work on the engine, again after a refusal: a recording can wait."""
        while not self._stopped():
            try:
                return [evidence.checked() for evidence in self._engine.run(work)]
            except BusyError:
                time.sleep(RETRY_SECONDS)
        raise _LeftError

    def _stopped(self) -> bool:
        if not self._wanted():
            self._stop.set()
        return self._stop.is_set()

    def _take(self, step: ProgressChunk) -> None:
        now = self.progress
        claimed = step.claimed or now.claimed
        spent = time.monotonic() - self._began
        left = spent * (claimed / step.position - 1) if step.position > 0 and claimed else None
        recording = now.recording.with_step(step)
        with self._lock:
            self._progress = Progress(recording, True, claimed, None if left is None else max(0.0, left))

    def _end(self, *, error: CrossmodalError | None = None, stopped: bool = False, failed: bool = False) -> None:
        with self._lock:
            self._progress = replace(
                self._progress, running=False, left=0.0, error=error, stopped=stopped, failed=failed
            )


class _LeftError(Exception):
    """The result is no longer wanted."""
