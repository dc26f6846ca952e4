"""Training runs that visitors start: the queue, the supervision of their processes, and what they report.

Serving knows of training only the name of the program and its output: JSON lines, one an event. A run belongs to one
visitor; it ends when it is done, when it is stopped, or when its page has not polled it for a while.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from crossmodal import limits
from crossmodal.custom.settings import TrainingSettings
from crossmodal.errors import BusyError, CrossmodalError, InputError
from crossmodal.model.folder import MODELS, ModelFolder

PROGRAM = "crossmodal.custom.worker"
POLL_SECONDS = 1.0


# --- a run ----------------------------------------------------------------------------------------------------------


class TrainingRun:
    """One run of one visitor: its settings, its events so far, and the folder of its model.

    ``state`` goes from ``waiting`` to ``running`` to ``done`` or ``failed``. The folder is deleted with the run object:
    the model lives as long as a session that refers to the run.
    """

    def __init__(self, visitor: str, settings: TrainingSettings) -> None:
        self.visitor, self.settings = visitor, settings
        self.state = "waiting"
        self.error: CrossmodalError | None = None
        self.events: list[dict[str, Any]] = []
        self.touched = self.started = time.monotonic()
        self.folder = Path(tempfile.mkdtemp(prefix="crossmodal-run-"))
        self.process: subprocess.Popen[str] | None = None
        self._stopped = False
        self._drop = weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)

    @property
    def alive(self) -> bool:
        """Whether it waits or runs."""
        return self.state in ("waiting", "running")

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop and has not yet finished."""
        return self._stopped and self.alive

    @property
    def result(self) -> dict[str, Any] | None:
        """The last event of a finished run."""
        last = self.events[-1] if self.events else {}
        return last if last.get("event") == "done" else None

    def touch(self) -> None:
        """Note that its page still polls it."""
        self.touched = time.monotonic()

    def drop(self) -> None:
        """Delete its folder now."""
        self._drop()

    def ask_to_stop(self) -> None:
        """Let it finish with what it has learned."""
        self._stopped = True
        if self.process is not None and self.process.stdin is not None:
            with contextlib.suppress(OSError, ValueError):  # it has just ended by itself
                self.process.stdin.write("stop\n")
                self.process.stdin.flush()

    def kill(self) -> None:
        """End the process at once."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()


class TrainingQueue:
    """The runs of this server: at most one a visitor and ``running`` at once, the rest waiting."""

    def __init__(
        self,
        models: Path = MODELS,
        *,
        running: int = limits.MAX_TRAINING_RUNS,
        waiting: int = limits.MAX_WAITING_TRAINING_RUNS,
        program: Sequence[str] | None = None,
        abandoned: float = limits.MAX_UNWATCHED_SECONDS,
    ) -> None:
        self._models, self._max_running, self._max_waiting = models, running, waiting
        self._program = list(program or (sys.executable, "-m", PROGRAM))
        self._abandoned = abandoned
        self._lock = threading.RLock()
        self._runs: list[TrainingRun] = []  # waiting or running, in order of arrival
        self._watching = False

    def start(self, visitor: str, settings: TrainingSettings) -> TrainingRun:
        """A new run, started at once or waiting. Raises BusyError: ``train_yours`` or ``train_full``."""
        with self._lock:
            if any(run.visitor == visitor for run in self._runs):
                raise BusyError("train_yours")
            if len(self._runs) >= self._max_running + self._max_waiting:
                raise BusyError("train_full", waiting=self._max_waiting)
            run = TrainingRun(visitor, settings)
            self._runs.append(run)
            self._advance()
            if not self._watching:
                self._watching = True
                threading.Thread(target=self._watch, daemon=True).start()
        return run

    def position(self, run: TrainingRun) -> int:
        """Its position in the queue: 1 is next; 0 for one that does not wait."""
        with self._lock:
            waiting = [other for other in self._runs if other.state == "waiting"]
            return waiting.index(run) + 1 if run in waiting else 0

    def stop(self, run: TrainingRun) -> None:
        """Let it finish with what it has learned; one that waits leaves the queue."""
        with self._lock:
            if run.state == "waiting":
                self._end(run, "failed", InputError("train_left"))
            else:
                run.ask_to_stop()

    def close(self) -> None:
        """End everything."""
        with self._lock:
            for run in list(self._runs):
                run.kill()
                self._end(run, "failed", InputError("train_left"))

    # --- within -----------------------------------------------------------------------------------------------------

    def _advance(self) -> None:
        """Start waiting runs while there is room; under the lock."""
        for run in [other for other in self._runs if other.state == "waiting"]:
            if sum(other.state == "running" for other in self._runs) >= self._max_running:
                return
            self._launch(run)

    def _launch(self, run: TrainingRun) -> None:
        command = [*self._program, str(run.folder / "model"), str(self._models)]
        try:
            run.process = subprocess.Popen(  # noqa: S603  our own program, the settings go by its input
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                cwd=Path(__file__).resolve().parents[2],
                env=_environment(),
            )
        except OSError:
            self._end(run, "failed", CrossmodalError("train_worker", status=-1))
            return
        run.state, run.started = "running", time.monotonic()
        threading.Thread(target=self._follow, args=(run, run.process), daemon=True).start()

    def _follow(self, run: TrainingRun, process: subprocess.Popen[str]) -> None:
        """Send the settings, collect events until the process ends, and judge its end."""
        assert process.stdin is not None  # opened as pipes above
        assert process.stdout is not None
        with contextlib.suppress(OSError):  # it died before it listened; its end is judged below
            process.stdin.write(json.dumps(asdict(run.settings)) + "\n")
            process.stdin.flush()
        error: CrossmodalError | None = None
        while line := process.stdout.readline(limits.MAX_TRAINING_EVENT_CHARACTERS):
            event = _event(line)
            if event.get("event") == "error":
                error = CrossmodalError(str(event.pop("code")), **_values(event))
            elif event:
                run.events.append(event)
        status = process.wait()
        with contextlib.suppress(OSError):
            process.stdin.close()
        process.stdout.close()
        if run.result is None and error is None:
            error = CrossmodalError("train_worker", status=status)
        with self._lock:
            self._end(run, "done" if error is None else "failed", error)

    def _end(self, run: TrainingRun, state: str, error: CrossmodalError | None) -> None:
        """Remove a run and start the next one; under the lock. The first end counts."""
        if run in self._runs:
            self._runs.remove(run)
            run.error = error
            run.state = state
        self._advance()

    def _watch(self) -> None:
        """Every second: end abandoned runs and those that take too long."""
        while True:
            time.sleep(min(POLL_SECONDS, self._abandoned / 4))
            self._sweep()

    def _sweep(self) -> None:
        """One turn of the watch; a method of its own, so that no local refers to a run in between."""
        now = time.monotonic()
        with self._lock:
            for run in list(self._runs):
                if now - run.touched > self._abandoned:
                    self._discard(run, "train_left")
                elif run.state == "running" and now - run.started > limits.MAX_TRAINING_SECONDS:
                    self._discard(run, "train_slow")

    def _discard(self, run: TrainingRun, code: str) -> None:
        run.kill()
        values = {"seconds": limits.MAX_TRAINING_SECONDS} if code == "train_slow" else {}
        self._end(run, "failed", InputError(code, **values))
        run.drop()


def _environment() -> dict[str, str]:
    """Environment of the worker: a few variables of ours, one thread for each of its libraries."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    passed = {name: value for name, value in os.environ.items() if name in _PASSED}
    return passed | threads | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}


_PASSED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "VIRTUAL_ENV", "PYTHONPATH", "SYSTEMROOT")


def _event(line: str) -> dict[str, Any]:
    """One line of the worker as an event; empty for anything else."""
    with contextlib.suppress(ValueError):
        event = json.loads(line)
        if isinstance(event, dict):
            return event
    return {}


def _values(event: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name != "event"}


def load_example(models: Path) -> list[dict[str, Any]]:
    """The shipped events of a run at the default settings; empty where a models folder has none."""
    path = ModelFolder(models).training_example
    if not path.is_file():
        return []
    events: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["events"]
    return events
