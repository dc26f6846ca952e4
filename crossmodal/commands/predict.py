"""``predict``: read and fuse clips, text, or both."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from crossmodal.commands.parsers import EXAMPLES, Subparsers, add_json, add_models, add_settings, settings_of
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


def add_parser(commands: Subparsers) -> None:
    """The command's arguments."""
    predict = commands.add_parser(
        "predict",
        help="read and fuse clips, words, or both",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    predict.add_argument("clips", nargs="*", type=Path, metavar="clip", help="audio files of at most 30 s")
    text = predict.add_mutually_exclusive_group()
    text.add_argument("--text", help="the words; with clips, the words of each of them")
    text.add_argument("--text-file", type=Path, help="one line of words per clip, or per input where no clip is given")
    predict.add_argument("--no-transcript", action="store_true", help="read the voice alone, recognise no words")
    add_settings(predict)
    add_json(predict)
    add_models(predict)


def check(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> None:
    """Refuse a call without meaning, in argparse's own way (exit code 2)."""
    if not arguments.clips and arguments.text is None and arguments.text_file is None:
        parser.error("nothing to read: name a clip, --text or --text-file")
    if arguments.text_file is not None:
        if not arguments.text_file.is_file():
            parser.error(f"no such file: {arguments.text_file}")
        try:
            count = len(arguments.text_file.read_text(encoding="utf-8").splitlines())
        except UnicodeDecodeError:
            parser.error(f"{arguments.text_file} is not UTF-8 text")
        if arguments.clips and count != len(arguments.clips):
            parser.error(f"{arguments.text_file} has {count} lines for {len(arguments.clips)} clips")


def run(arguments: argparse.Namespace) -> int:
    """Read and fuse every input; an unreadable one is reported and the rest go on. Returns the exit code."""
    from crossmodal.progress import tracked
    from crossmodal.sharing.serialization import result_record

    settings, pipeline = settings_of(arguments), load_pipeline(arguments.models)
    if not can_fuse(arguments.alpha, arguments.rule, pipeline):
        return USAGE
    inputs = list(_inputs(arguments))
    status = OK
    for name, clip, text in tracked(inputs, len(inputs)):
        try:
            speech = read_bytes(clip) if clip else None
            evidence = pipeline.embed(speech=speech, text=text, transcribe=not arguments.no_transcript)
            record = result_record(name, evidence, pipeline.fuse(evidence, settings))
        except InputError as error:
            record, status = error_record(name, error), SOME_UNREADABLE
        print_record(record, arguments.json)
    return status


def _inputs(arguments: argparse.Namespace) -> Iterator[tuple[str, Path | None, str | None]]:
    """Every input as (name, clip, text)."""
    clips: list[Path] = arguments.clips
    if arguments.text_file is not None:
        lines = arguments.text_file.read_text(encoding="utf-8").splitlines()
    else:
        lines = [arguments.text] * max(1, len(clips))
    if not clips:
        yield from ((line, None, line) for line in lines)
        return
    for clip, line in zip(clips, lines, strict=True):
        yield str(clip), clip, line
