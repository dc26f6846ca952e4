"""Runs of training that visitors start: who runs, who waits, who left. The work is done by processes apart.

Serving knows of training no more than the name of the program and what it says: JSON lines, one an event. A run
belongs to one visitor; it ends when it is done, when it is stopped, or when nobody has looked at it for a while.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from crossmodal import limits
from crossmodal.errors import BusyError, CrossmodalError, InputError
from crossmodal.model import checkpoints

PROGRAM = "crossmodal.custom.worker"
POLL_SECONDS = 1.0

DIMENSIONS = (2, 4, 8, 16, 32, 64, 128, 256)
EXAMPLE = Path("reference") / "example.json"
"""Where a models folder keeps what a run at the first settings told."""


# --- settings -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """All that decides a run; the defaults are what the page opens with.

    ``lambda_*`` weigh the task losses and ``gamma_*`` the alignment losses of L = sum lambda_i L_i + sum gamma_ij L_ij.
    ``dimension`` is the width of the shared space, ``rate`` the highest learning rate, ``dropout`` the chance that a
    step leaves one of the modalities out.
    """

    lambda_speech: float = 1.0
    lambda_text: float = 1.0
    gamma_cross: float = 0.3
    gamma_speech: float = 0.1
    gamma_text: float = 0.1
    dimension: int = 64
    epochs: int = 20
    rate: float = 0.002
    dropout: float = 0.0
    seed: int = 0

    @property
    def lambdas(self) -> dict[str, float]:
        """Modality -> lambda_i."""
        return {"speech": self.lambda_speech, "text": self.lambda_text}

    @property
    def gammas(self) -> dict[tuple[str, str], float]:
        """Pair of modalities -> gamma_ij."""
        return {
            ("speech", "text"): self.gamma_cross,
            ("speech", "speech"): self.gamma_speech,
            ("text", "text"): self.gamma_text,
        }

    @classmethod
    def checked(cls, given: Mapping[str, Any]) -> TrainingSettings:
        """Settings from plain values. Raises InputError ``train_setting`` or ``train_nothing``."""
        found: dict[str, Any] = {}
        for name, (low, high) in LIMITS.items():
            value = given.get(name, cls.__dataclass_fields__[name].default)
            if not _within(value, low, high):
                raise InputError("train_setting", name=name, value=str(value)[:20], lowest=low, highest=high)
            found[name] = value if isinstance(low, float) else int(value)
        if found["dimension"] not in DIMENSIONS:
            raise InputError("train_setting", name="dimension", value=found["dimension"], lowest=2, highest=256)
        settings = cls(**found)
        if not any((*settings.lambdas.values(), *settings.gammas.values())):
            raise InputError("train_nothing")
        return settings


LIMITS: Mapping[str, tuple[float, float]] = {
    "lambda_speech": (0.0, 2.0),
    "lambda_text": (0.0, 2.0),
    "gamma_cross": (0.0, 2.0),
    "gamma_speech": (0.0, 2.0),
    "gamma_text": (0.0, 2.0),
    "dimension": (DIMENSIONS[0], DIMENSIONS[-1]),
    "epochs": (1, 60),
    "rate": (0.0001, 0.05),
    "dropout": (0.0, 0.9),
    "seed": (0, 9999),
}
"""Lowest and highest value of each setting; whole numbers where these are."""


def _within(value: object, low: float, high: float) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and math.isfinite(float(str(value))) and low <= float(str(value)) <= high


# --- a run ----------------------------------------------------------------------------------------------------------


class TrainingRun:
    """One run of one visitor: its settings, what it has told so far, and the folder of its model.

    ``state`` goes from ``waiting`` to ``running`` to ``done`` or ``failed``. The folder is dropped with the run object,
    so a session that holds it keeps the model, and a session that ends lets it go.
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
        """Whether it was told to stop and has not yet finished."""
        return self._stopped and self.alive

    @property
    def result(self) -> dict[str, Any] | None:
        """What a finished run told at the end."""
        last = self.events[-1] if self.events else {}
        return last if last.get("event") == "done" else None

    def touch(self) -> None:
        """Say that somebody still looks at it."""
        self.touched = time.monotonic()

    def drop(self) -> None:
        """Delete its folder now."""
        self._drop()

    def ask_to_stop(self) -> None:
        """Let it finish with what it has."""
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
    """The runs of this server: at most one a visitor and ``running`` at once, the rest in line."""

    def __init__(
        self,
        models: Path = checkpoints.MODELS,
        *,
        running: int = limits.MAX_TRAINING_RUNS,
        waiting: int = limits.MAX_WAITING_TRAINING_RUNS,
        program: Sequence[str] | None = None,
        abandoned: float = limits.MAX_UNWATCHED_SECONDS,
    ) -> None:
        self._models, self._most, self._line = models, running, waiting
        self._program = list(program or (sys.executable, "-m", PROGRAM))
        self._abandoned = abandoned
        self._lock = threading.RLock()
        self._runs: list[TrainingRun] = []  # those alive, in the order in which they came
        self._watching = False

    def start(self, visitor: str, settings: TrainingSettings) -> TrainingRun:
        """A new run, at work at once or in line. Raises BusyError: ``train_yours`` or ``train_full``."""
        with self._lock:
            if any(run.visitor == visitor for run in self._runs):
                raise BusyError("train_yours")
            if len(self._runs) >= self._most + self._line:
                raise BusyError("train_full", waiting=self._line)
            run = TrainingRun(visitor, settings)
            self._runs.append(run)
            self._advance()
            if not self._watching:
                self._watching = True
                threading.Thread(target=self._watch, daemon=True).start()
        return run

    def place(self, run: TrainingRun) -> int:
        """Its place in line: 1 is next; 0 for one that does not wait."""
        with self._lock:
            waiting = [other for other in self._runs if other.state == "waiting"]
            return waiting.index(run) + 1 if run in waiting else 0

    def stop(self, run: TrainingRun) -> None:
        """Let it finish with what it has; one that waits just leaves the line."""
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
        """Start whoever is next while there is room; under the lock."""
        for run in [other for other in self._runs if other.state == "waiting"]:
            if sum(other.state == "running" for other in self._runs) >= self._most:
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
        """Hand over the settings, take in events until the process ends, and judge how it ended."""
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
        """Take a run out of the line and let the next one in; under the lock. The first end counts."""
        if run in self._runs:
            self._runs.remove(run)
            run.error = error
            run.state = state
        self._advance()

    def _watch(self) -> None:
        """Every second: end the runs that nobody looks at and those that take too long."""
        while True:
            time.sleep(min(POLL_SECONDS, self._abandoned / 4))
            self._look_round()

    def _look_round(self) -> None:
        """What the watch does each time; apart from it, so that its names hold on to no run in between."""
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
    """What the worker needs of ours, one thread to each of its libraries."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    kept = {name: value for name, value in os.environ.items() if name in _PASSED}
    return kept | threads | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}


_PASSED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "VIRTUAL_ENV", "PYTHONPATH", "SYSTEMROOT")


def _event(line: str) -> dict[str, Any]:
    """One line of the worker; nothing for what is no event."""
    with contextlib.suppress(ValueError):
        found = json.loads(line)
        if isinstance(found, dict):
            return found
    return {}


def _values(event: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name != "event"}


def load_example(models: Path) -> list[dict[str, Any]]:
    """What a run at the first settings told, as shipped; empty where a models folder has none."""
    path = models / EXAMPLE
    if not path.is_file():
        return []
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["events"]
    return found
