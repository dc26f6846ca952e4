"""The process of one training run from the page, with limits of its own.

``python -m crossmodal.custom.worker FOLDER MODELS`` reads the settings as one JSON line from its standard input, writes
a models folder that ``Pipeline.load`` accepts, and reports every epoch as one JSON line on its standard output. A
further line ``stop`` ends the training, and what was learned so far is kept; the end of the input ends the process.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch

from crossmodal import limits
from crossmodal.custom.reference import load_reference
from crossmodal.custom.settings import TrainingSettings
from crossmodal.custom.trainer import train
from crossmodal.errors import CrossmodalError


def _limit_process() -> None:
    """Low priority, one thread, bounded memory and processor time, where the system knows such limits."""
    torch.set_num_threads(1)
    with contextlib.suppress(AttributeError, OSError):
        os.nice(limits.TRAINING_NICENESS)
    with contextlib.suppress(ImportError):
        import resource

        for kind, limit in (
            (resource.RLIMIT_DATA, limits.MAX_TRAINING_MEMORY_BYTES),
            (resource.RLIMIT_CPU, limits.MAX_TRAINING_CPU_SECONDS),
        ):
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(kind, (limit, resource.getrlimit(kind)[1]))


def _listen(lines: Iterator[str], stop: threading.Event) -> None:
    """Set ``stop`` at that line; end the process with its input, as the server is gone then."""
    for line in lines:
        if line.strip() == "stop":
            stop.set()
    os._exit(1)


def main() -> None:
    """One run, as the page starts it."""
    _limit_process()
    settings = TrainingSettings.checked(json.loads(sys.stdin.readline()))
    stop = threading.Event()
    threading.Thread(target=_listen, args=(sys.stdin, stop), daemon=True).start()

    def emit(event: Mapping[str, Any]) -> None:
        sys.stdout.write(json.dumps(event, separators=(",", ":"), allow_nan=False) + "\n")
        sys.stdout.flush()

    try:
        train(load_reference(Path(sys.argv[2])), settings, Path(sys.argv[1]), emit, stop)
    except CrossmodalError as error:
        emit({"event": "error", **error.as_dict()})
    os._exit(0)  # the listening thread cannot be woken from its read


if __name__ == "__main__":
    main()
