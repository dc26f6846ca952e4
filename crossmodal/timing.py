"""Milliseconds of each stage of a run, with every stage announced as it starts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

StageCallback = Callable[[str], None]
"""Called with the name of each stage as it starts: queue, load, decode, transcript, encode_speech, encode_text, ..."""


class StageTimer:
    """Collects ``cost``, stage -> milliseconds; a stage that runs again adds up."""

    def __init__(self, progress: StageCallback | None = None) -> None:
        self.cost: dict[str, float] = {}
        self._progress = progress

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Announce a stage and time what is done within."""
        if self._progress:
            self._progress(name)
        start = time.perf_counter()
        try:
            yield
        finally:
            self.cost[name] = self.cost.get(name, 0.0) + (time.perf_counter() - start) * 1e3
