"""``evaluate``: measure the models, write ``metrics.json`` and the model card."""

from __future__ import annotations

import argparse

from crossmodal.commands.parsers import Subparsers, add_data, add_models
from crossmodal.commands.records import OK

WITHOUT_DATA = ("space", "card")
"""Parts that need no corpus."""


def add_parser(commands: Subparsers) -> None:
    """The command's arguments."""
    evaluate = commands.add_parser("evaluate", help="measure the models, write metrics.json and the model card")
    add_data(evaluate, required=False)
    add_models(evaluate)
    evaluate.add_argument(
        "--only",
        choices=("space", "fusion", "card"),
        help="the map of the shared space alone, which needs no data, or fusion alone, "
        "or the model card alone, from the metrics.json that is there",
    )


def check(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> None:
    """Refuse a call without data where data is needed, in argparse's own way (exit code 2)."""
    if arguments.data is None and arguments.only not in WITHOUT_DATA:
        parser.error("--data is needed; --only space and --only card need none")


def run(arguments: argparse.Namespace) -> int:
    """Measure what is asked for. Returns the exit code."""
    if arguments.only == "card":
        from crossmodal.evaluation.card import write_card

        write_card(arguments.models)
    else:
        _measure(arguments)
    return OK


def _measure(arguments: argparse.Namespace) -> None:
    from crossmodal.custom import features
    from crossmodal.evaluation import run

    if arguments.only == "space":
        run.measure_space(arguments.models)
    elif arguments.only == "fusion":
        run.measure_fusion(arguments.data, arguments.models, named=dict(arguments.corpus))
    else:
        run.measure(arguments.data, arguments.models, features, named=dict(arguments.corpus))
