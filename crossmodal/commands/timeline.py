"""``timeline``: read a recording utterance by utterance."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from crossmodal.commands.parsers import Subparsers, add_models, add_settings, settings_of
from crossmodal.commands.records import (
    OK,
    SOME_UNREADABLE,
    USAGE,
    can_fuse,
    error_record,
    load_pipeline,
    print_record,
    read_bytes,
)
from crossmodal.errors import InputError
from crossmodal.timeline.exports import FORMATS

if TYPE_CHECKING:
    from crossmodal.pipeline import Pipeline
    from crossmodal.timeline.types import Recording


def add_parser(commands: Subparsers) -> None:
    """The command's arguments."""
    timeline = commands.add_parser("timeline", help="read a recording of up to 30 minutes, utterance by utterance")
    timeline.add_argument("recording", type=Path, help="an audio file of at most 30 minutes and 40 MB")
    timeline.add_argument("--format", default="csv", choices=list(FORMATS), help="what to print")
    add_settings(timeline)
    add_models(timeline)


def run(arguments: argparse.Namespace) -> int:
    """Print the timeline of a recording; where it cannot be read further, what was read is printed. The exit code."""
    from crossmodal.timeline.exports import TimelineExport
    from crossmodal.timeline.tracks import fuse_tracks

    settings, data, pipeline = settings_of(arguments), read_bytes(arguments.recording), load_pipeline(arguments.models)
    if not can_fuse(arguments.alpha, arguments.rule, pipeline):
        return USAGE
    recording, failure = _read_recording(data, pipeline)
    if recording.lines or failure is None:
        export = TimelineExport(recording, settings, fuse_tracks(recording.lines, settings, pipeline.calibration))
        sys.stdout.write(FORMATS[arguments.format](export))
    if failure is not None:
        print_record(error_record(str(arguments.recording), failure), as_json=False)
    return OK if failure is None else SOME_UNREADABLE


def _read_recording(data: bytes, pipeline: Pipeline) -> tuple[Recording, InputError | None]:
    """What was read of a recording, and the error that ended the reading early, if any."""
    from crossmodal.progress import ProgressBar
    from crossmodal.timeline.reader import read
    from crossmodal.timeline.types import Recording

    recording = Recording(model_hash=pipeline.model_hash)
    with ProgressBar(unit="s", terminal_only=True) as bar:
        try:
            for step in read(data, lambda work: work(pipeline), keep_audio=False):
                recording = recording.with_chunk(step)
                bar.move_to(round(step.position), step.claimed)
        except InputError as error:
            return recording, error
    return recording, None
