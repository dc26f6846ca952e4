"""The slow part: the pipeline of this process, loaded in the background, behind a concurrency limit.

The page must not wait for the encoders: an Engine has calibration and settings at once, and predictions as soon as the
models are loaded.
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
from crossmodal.model.folder import MODELS, ModelFolder, model_hash
from crossmodal.timing import StageCallback
from crossmodal.types import Evidence, FusionResult, FusionSettings

if TYPE_CHECKING:
    from crossmodal.pipeline import Pipeline

Result = TypeVar("Result")
"""What slow work yields."""


class Gate:
    """At most ``running`` requests at work and ``waiting`` in line, none of them longer than ``patience`` seconds.

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

    def __init__(self, folder: Path = MODELS, *, gate: Gate | None = None) -> None:
        self.folder = folder
        self.gate = gate or Gate()
        self._lock = threading.Lock()
        self._pipeline: Pipeline | None = None
        manifest = ModelFolder(folder).read_manifest()
        self.model_hash = model_hash(manifest)
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

    def run(self, work: Callable[[Pipeline], Result], progress: StageCallback | None = None) -> Result:
        """Do slow work with the pipeline, one request after the other. Raises BusyError, InputError, ModelError.

        ``progress`` is told at once what is waited for: ``queue``, or ``load`` while the models are not there.
        """
        if progress:
            progress("queue" if self.ready else "load")
        with self.gate.slot():
            return work(self.pipeline())

    def fuse(self, evidence: Evidence, settings: FusionSettings) -> FusionResult:
        """The fast part, which needs neither the encoders nor the gate."""
        return fuse(evidence, settings, self.calibration)
