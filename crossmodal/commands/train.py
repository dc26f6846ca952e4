"""``train``: rebuild the models from data."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from crossmodal.commands.parsers import Subparsers, add_data, add_models
from crossmodal.commands.records import OK


def add_parser(commands: Subparsers) -> None:
    """The command's arguments."""
    train = commands.add_parser("train", help="rebuild the models from data")
    add_data(train, required=True)
    add_models(train)
    train.add_argument("--runs", type=Path, default=Path("runs/main"), help="folder of checkpoints and logs")
    train.add_argument("--seed", type=int, default=0, help="same seed, same kind of machine: same weights")


def run(arguments: argparse.Namespace) -> int:
    """Rebuild the models. Returns the exit code."""
    from crossmodal.training.release import train

    logging.basicConfig(level=logging.WARNING)
    train(arguments.data, arguments.models, arguments.runs, named=dict(arguments.corpus), seed=arguments.seed)
    return OK
