"""Who runs the slow part: the pipeline of this process, loaded in the background, behind a gate.

The page must not wait for the encoders: an Engine can be asked for calibration and settings at once, and for readings
as soon as the models are there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from crossmodal import limits
from crossmodal.errors import BusyError
from crossmodal.fusion.calibration import Calibration, load_calibration
from crossmodal.fusion.fuse import fuse
from crossmodal.model import checkpoints
from crossmodal.timing import Progress
from crossmodal.types import Evidence, FusionResult, FusionSettings

if TYPE_CHECKING:
    from crossmodal.pipeline import Pipeline

Result = TypeVar("Result")
"""What slow work yields."""


class Gate:
    """At most ``running`` at work and ``waiting`` in line; whoever waits longer than ``patience`` seconds is told so.

    Encoders take both cores: two runs side by side would each be slower than one after the other.
    """

    def __init__(
        self,
        running: int = limits.MAX_RUNNING_REQUESTS,
        waiting: int = limits.MAX_WAITING_REQUESTS,
        patience: float = limits.MAX_WAIT_SECONDS,
    ) -> None:
        self._places = threading.BoundedSemaphore(running)
        self._line = threading.BoundedSemaphore(running + waiting)
        self._patience = patience

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold a place while at work. Raises BusyError: ``queue_full`` at once, or ``queue_timeout``."""
        if not self._line.acquire(blocking=False):
            raise BusyError("queue_full")
        try:
            if not self._places.acquire(timeout=self._patience):
                raise BusyError("queue_timeout", seconds=self._patience)
            try:
                yield
            finally:
                self._places.release()
        finally:
            self._line.release()


class Engine:
    """The models of one folder behind a gate, which engines side by side share. Holds no visitor's content."""

    def __init__(self, folder: Path = checkpoints.MODELS, *, gate: Gate | None = None) -> None:
        self.folder = folder
        self.gate = gate or Gate()
        self._lock = threading.Lock()
        self._pipeline: Pipeline | None = None
        manifest = checkpoints.read_manifest(folder)
        self.model_hash = checkpoints.model_hash(manifest)
        self.modalities = tuple(manifest["temperatures"])
        self.calibration: Calibration = load_calibration(folder, manifest)

    @property
    def rules(self) -> tuple[str, ...]:
        """The fusion rules that these models offer, in the order in which they are shown."""
        return tuple(self.calibration.rules())

    @property
    def ready(self) -> bool:
        """Whether the encoders are loaded."""
        return self._pipeline is not None

    def pipeline(self) -> Pipeline:
        """The loaded pipeline; the first call loads it. Raises ModelError."""
        with self._lock:
            if self._pipeline is None:
                from crossmodal.pipeline import (
                    Pipeline,
                )  # imports torch and transformers, which takes seconds

                self._pipeline = Pipeline.load(self.folder)
            return self._pipeline

    def run(self, work: Callable[[Pipeline], Result], progress: Progress | None = None) -> Result:
        """Do slow work with the pipeline, one request after the other. Raises BusyError, InputError, ModelError.

        ``progress`` is told at once what is waited for: ``queue``, or ``load`` while the models are not there.
        """
        if progress:
            progress("queue" if self.ready else "load")
        with self.gate.slot():
            return work(self.pipeline())

    def fuse(self, evidence: Evidence, settings: FusionSettings) -> FusionResult:
        """The fast part; needs no encoder and no turn."""
        return fuse(evidence, settings, self.calibration)
