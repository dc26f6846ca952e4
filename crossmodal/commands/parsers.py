"""What the parsers of several commands share: the examples, the types of arguments, and groups of options."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TypeAlias

from crossmodal.fusion import DEFAULT_RULE, registry
from crossmodal.model.folder import MODELS
from crossmodal.types import PRIORS, FusionSettings

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

EXAMPLES = """\
examples:
  python -m crossmodal predict clip.wav
  python -m crossmodal predict clip.wav --text "I'm thrilled." --alpha speech=.6,text=.4
  python -m crossmodal predict *.wav --rule log_pool --json > readings.jsonl
  python -m crossmodal predict --text-file lines.txt --json
  python -m crossmodal transcribe clip.wav
  python -m crossmodal timeline talk.mp3 --format textgrid > talk.TextGrid
  python -m crossmodal train --data DATA      rebuild models/ (hours on two cores; continues where it stopped)
  python -m crossmodal evaluate --data DATA   measure models/ and write the model card
  python -m crossmodal evaluate --only space  make the map of the shared space anew
  python -m crossmodal bench                  speed, beside what one would write otherwise
  python -m crossmodal bench ui               speed of the page in Chromium, beside plain sliders

exit codes: 0 all read, 1 some inputs could not be read, 2 wrong usage, 3 a model file is missing or altered
"""


def parse_alpha(text: str) -> dict[str, float]:
    """'speech=.6,text=.4' -> weights by modality."""
    try:
        pairs = (item.split("=") for item in text.split(",") if item)
        weights = {name.strip(): float(value) for name, value in pairs}
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form speech=.6,text=.4") from None
    if not all(0 <= value < math.inf for value in weights.values()):
        raise argparse.ArgumentTypeError(f"{text!r} has a weight that is negative or not finite")
    return weights


def positive(text: str) -> float:
    """A number above zero."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above zero")
    return value


def parse_corpus(text: str) -> tuple[str, Path]:
    """'ravdess=/some/folder' -> name and folder."""
    name, _, folder = text.partition("=")
    if not (name and folder):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NAME=DIR")
    return name, Path(folder)


def add_json(parser: argparse.ArgumentParser) -> None:
    """The option for output that programs read."""
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")


def add_models(parser: argparse.ArgumentParser) -> None:
    """The option that names another folder of models."""
    parser.add_argument("--models", type=Path, default=MODELS, help="folder of the trained models")


def add_settings(parser: argparse.ArgumentParser) -> None:
    """The options of a fusion."""
    parser.add_argument("--alpha", type=parse_alpha, default={}, help="modality weights, e.g. speech=.6,text=.4")
    parser.add_argument("--rule", default=DEFAULT_RULE, choices=list(registry()), help="how to fuse")
    parser.add_argument("--temperature", type=positive, default=1.0, help="below 1 sharpens the fused reading")
    parser.add_argument("--prior", default=PRIORS[0], choices=PRIORS, help="how common each emotion is taken to be")


def settings_of(arguments: argparse.Namespace) -> FusionSettings:
    """The fusion settings that the options of ``add_settings`` name."""
    return FusionSettings(arguments.alpha, arguments.rule, arguments.temperature, arguments.prior)


def add_data(parser: argparse.ArgumentParser, *, required: bool) -> None:
    """The options that say where the corpora are."""
    parser.add_argument("--data", type=Path, required=required, help="folder of the speech and text sets")
    parser.add_argument(
        "--corpus",
        type=parse_corpus,
        action="append",
        default=[],
        metavar="NAME=DIR",
        help="another folder for one set, in its published layout: ravdess, emodb, goemotions, meld, ...; "
        "evaluate also takes cremad and tess",
    )
