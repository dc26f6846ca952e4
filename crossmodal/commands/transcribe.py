"""``transcribe``: write down what is said in clips."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crossmodal.commands.parsers import Subparsers, add_json
from crossmodal.commands.records import OK, SOME_UNREADABLE, error_record, print_record, read_bytes
from crossmodal.errors import InputError

if TYPE_CHECKING:
    from crossmodal.types import Transcript


def add_parser(commands: Subparsers) -> None:
    """The command's arguments."""
    transcribe = commands.add_parser("transcribe", help="write down what is said in clips")
    transcribe.add_argument("clips", nargs="+", type=Path, metavar="clip")
    add_json(transcribe)


def run(arguments: argparse.Namespace) -> int:
    """Transcribe every clip; an unreadable one is reported and the rest go on. Returns the exit code."""
    from crossmodal import audio
    from crossmodal.audio.transcription import Transcriber
    from crossmodal.progress import tracked

    transcriber, status = Transcriber(), OK
    for clip in tracked(arguments.clips, len(arguments.clips)):
        try:
            record = _record(str(clip), transcriber(audio.preprocess(read_bytes(clip))))
        except InputError as error:
            record, status = error_record(str(clip), error), SOME_UNREADABLE
        if arguments.json or "error" in record:
            print_record(record, arguments.json)
        else:
            print(f"{clip}: {record['transcript']}")
    return status


def _record(name: str, transcript: Transcript) -> dict[str, Any]:
    """What is printed as JSON: the transcript with its words, times in seconds."""
    words = [
        {
            "text": word.text,
            "start": round(word.start, 2),
            "end": round(word.end, 2),
            "probability": round(word.probability, 3),
        }
        for word in transcript.words
    ]
    return {
        "input": name,
        "transcript": transcript.text,
        "confidence": round(transcript.confidence, 3),
        "words": words,
    }
