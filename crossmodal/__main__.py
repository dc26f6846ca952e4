"""The command line: python -m crossmodal predict | transcribe | timeline | train | evaluate | bench."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from crossmodal import __version__
from crossmodal.commands import bench, evaluate, predict, timeline, train, transcribe
from crossmodal.commands.parsers import EXAMPLES
from crossmodal.commands.records import MODEL_FAULT, USAGE
from crossmodal.errors import CrossmodalError, ModelError
from crossmodal.i18n.translator import Translator

COMMANDS = {
    "predict": predict,
    "transcribe": transcribe,
    "timeline": timeline,
    "train": train,
    "evaluate": evaluate,
    "bench": bench,
}


def build_parser() -> argparse.ArgumentParser:
    """The parser of every command."""
    parser = argparse.ArgumentParser(
        prog="python -m crossmodal",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Read emotion from voice and words, and fuse the two at weights of your choice.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for command in COMMANDS.values():
        command.add_parser(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command, of ``argv`` or else of the process; returns the exit code."""
    parser = build_parser()
    arguments = parser.parse_args(argv)
    if arguments.command == "predict":
        predict.check(parser, arguments)
    if arguments.command == "evaluate":
        evaluate.check(parser, arguments)
    try:
        return COMMANDS[arguments.command].run(arguments)
    except CrossmodalError as error:
        print("error: " + Translator("en").error(error), file=sys.stderr)
        return MODEL_FAULT if isinstance(error, ModelError) else USAGE


if __name__ == "__main__":
    sys.exit(main())
