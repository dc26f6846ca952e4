"""``bench``: measure speed and memory, of the models or of the page."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from crossmodal.commands.parsers import Subparsers, add_models
from crossmodal.commands.records import OK, USAGE, read_bytes


def add_parser(commands: Subparsers) -> None:
    """The command's arguments."""
    bench = commands.add_parser("bench", help="measure speed and memory, beside the usual way of doing it")
    bench.add_argument("what", nargs="?", choices=("models", "ui"), default="models", help="ui: the page, in Chromium")
    add_models(bench)
    bench.add_argument("--clip", type=Path, help="a clip to measure with, instead of a shipped example")


def run(arguments: argparse.Namespace) -> int:
    """Measure the models, or the page in a browser. Returns the exit code."""
    return _page() if arguments.what == "ui" else _models(arguments)


def _models(arguments: argparse.Namespace) -> int:
    from crossmodal.benchmarks.models import bench
    from crossmodal.benchmarks.tick import tick_milliseconds

    if arguments.clip is not None:
        read_bytes(arguments.clip)  # an unreadable clip is reported before anything is measured
    bench(arguments.models, arguments.clip, tick_milliseconds)
    return OK


def _page() -> int:
    from crossmodal.benchmarks.page import MissingError, bench_ui

    try:
        bench_ui()
    except MissingError as error:
        print(f"error: {error}", file=sys.stderr)
        return USAGE
    return OK
