"""The command line: python -m crossmodal predict | transcribe | timeline | train | evaluate | bench."""

from __future__ import annotations

import argparse
import json
import logging
import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crossmodal import __version__
from crossmodal.errors import CrossmodalError, InputError, ModelError
from crossmodal.fusion import DEFAULT_RULE, registry
from crossmodal.model import checkpoints
from crossmodal.timeline.exports import FORMATS
from crossmodal.types import PRIORS, FusionSettings

if TYPE_CHECKING:
    from crossmodal.pipeline import Pipeline
    from crossmodal.timeline.types import Recording

OK, SOME_UNREADABLE, USAGE, MODEL_FAULT = 0, 1, 2, 3

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
    _add_predict(commands)
    transcribe = commands.add_parser("transcribe", help="write down what is said in clips")
    transcribe.add_argument("clips", nargs="+", type=Path, metavar="clip")
    _add_common(transcribe)
    _add_timeline(commands)
    _add_long_work(commands)
    return parser


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")


def _add_models(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--models", type=Path, default=checkpoints.MODELS, help="folder of the trained models")


def _add_predict(commands: Any) -> None:
    predict = commands.add_parser(
        "predict",
        help="read and fuse clips, words, or both",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    predict.add_argument("clips", nargs="*", type=Path, metavar="clip", help="audio files of at most 30 s")
    words = predict.add_mutually_exclusive_group()
    words.add_argument("--text", help="the words; with clips, the words of each of them")
    words.add_argument("--text-file", type=Path, help="one line of words per clip, or per input where no clip is given")
    predict.add_argument("--no-transcript", action="store_true", help="read the voice alone, recognise no words")
    _add_settings(predict)
    _add_common(predict)
    _add_models(predict)


def _add_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--alpha", type=parse_alpha, default={}, help="modality weights, e.g. speech=.6,text=.4")
    parser.add_argument("--rule", default=DEFAULT_RULE, choices=list(registry()), help="how to fuse")
    parser.add_argument("--temperature", type=positive, default=1.0, help="below 1 sharpens the fused reading")
    parser.add_argument("--prior", default=PRIORS[0], choices=PRIORS, help="how common each emotion is taken to be")


def _add_timeline(commands: Any) -> None:
    timeline = commands.add_parser("timeline", help="read a recording of up to 30 minutes, utterance by utterance")
    timeline.add_argument("recording", type=Path, help="an audio file of at most 30 minutes and 40 MB")
    timeline.add_argument("--format", default="csv", choices=list(FORMATS), help="what to print")
    _add_settings(timeline)
    _add_models(timeline)


def _add_long_work(commands: Any) -> None:
    train = commands.add_parser("train", help="rebuild the models from data")
    evaluate = commands.add_parser("evaluate", help="measure the models, write metrics.json and the model card")
    for parser in (train, evaluate):
        parser.add_argument("--data", type=Path, required=parser is train, help="folder of the speech and text sets")
        parser.add_argument(
            "--corpus",
            type=parse_corpus,
            action="append",
            default=[],
            metavar="NAME=DIR",
            help="another folder for one set, in its published layout: ravdess, emodb, goemotions, meld, ...; "
            "evaluate also takes cremad and tess",
        )
        _add_models(parser)
    evaluate.add_argument(
        "--only",
        choices=("space", "fusion"),
        help="the map of the shared space alone, which needs no data, or fusion alone",
    )
    train.add_argument("--runs", type=Path, default=Path("runs/main"), help="folder of checkpoints and logs")
    train.add_argument("--seed", type=int, default=0, help="same seed, same kind of machine: same weights")
    bench = commands.add_parser("bench", help="measure speed and memory, beside the usual way of doing it")
    bench.add_argument("what", nargs="?", choices=("models", "ui"), default="models", help="ui: the page, in Chromium")
    _add_models(bench)
    bench.add_argument("--clip", type=Path, help="a clip to measure with, instead of a shipped example")


def _inputs(arguments: argparse.Namespace) -> Iterator[tuple[str, Path | None, str | None]]:
    """Every input as (name, clip, words)."""
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


def _check_predict(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> None:
    """Refuse a call that cannot mean anything, in argparse's own way (exit code 2)."""
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


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError("no_such_file", reason=error.strerror or "") from error


def _print_record(record: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(record, ensure_ascii=False), flush=True)
    elif "error" in record:
        print(f"{record['input']}: {record['error']['message']}", file=sys.stderr, flush=True)
    else:
        print(_as_text(record), end="\n\n", flush=True)


def _as_text(record: dict[str, Any]) -> str:
    """A reading for a person: the label, then one line per emotion with every modality beside the fused one."""
    columns = {
        **{name: item["emotion"] for name, item in record["modalities"].items()},
        "fused": record["fused"]["emotion"],
    }
    weights = ", ".join(f"{name} {value:.2f}" for name, value in record["alpha_used"].items())
    lines = [f"{record['input']}: {record['fused']['label']}  ({record['rule']}; alpha used: {weights})"]
    if record["transcript"]:
        lines.append(f'  heard: "{record["transcript"]}"')
    lines.append("  " + " " * 10 + "".join(f"{name:>10}" for name in columns))
    for label in record["fused"]["emotion"]:
        lines.append(f"  {label:<10}" + "".join(f"{values[label]:>10.3f}" for values in columns.values()))
    return "\n".join(lines)


def _progress(items: Iterable[Any], total: int) -> Iterable[Any]:
    from tqdm import tqdm

    return tqdm(items, total=total, unit="input", disable=total < 2 or not sys.stderr.isatty(), file=sys.stderr)


def _error_record(name: str, error: CrossmodalError) -> dict[str, Any]:
    from crossmodal.i18n.translator import Translator

    return {"input": name, "error": {**error.as_dict(), "message": Translator("en").error(error)}}


def _settings(arguments: argparse.Namespace) -> FusionSettings:
    return FusionSettings(arguments.alpha, arguments.rule, arguments.temperature, arguments.prior)


def _has_unknown(alpha: Mapping[str, float], pipeline: Pipeline) -> bool:
    """Whether a weight names no modality, which is then said."""
    unknown, allowed = sorted(set(alpha) - set(pipeline.modalities)), ", ".join(pipeline.modalities)
    if unknown:
        print(f"error: unknown modality in --alpha: {', '.join(unknown)} (known: {allowed})", file=sys.stderr)
    return bool(unknown)


def _lacks(rule: str, pipeline: Pipeline) -> bool:
    """Whether the models have no weights for a rule that is learned, which is then said."""
    offered = pipeline.calibration.rules()
    if rule not in offered:
        print(f"error: these models have no weights for --rule {rule} (offered: {', '.join(offered)})", file=sys.stderr)
    return rule not in offered


def predict(arguments: argparse.Namespace) -> int:
    """Read and fuse every input; an unreadable one is reported and the rest go on."""
    from crossmodal.sharing.serialization import result_record

    settings, pipeline = _settings(arguments), _load(arguments.models)
    if _has_unknown(arguments.alpha, pipeline) or _lacks(arguments.rule, pipeline):
        return USAGE
    inputs = list(_inputs(arguments))
    status = OK
    for name, clip, words in _progress(inputs, len(inputs)):
        try:
            speech = _read_bytes(clip) if clip else None
            evidence = pipeline.embed(speech=speech, text=words, transcribe=not arguments.no_transcript)
            record = result_record(name, evidence, pipeline.fuse(evidence, settings))
        except InputError as error:
            record, status = _error_record(name, error), SOME_UNREADABLE
        _print_record(record, arguments.json)
    return status


def transcribe(arguments: argparse.Namespace) -> int:
    """Write down what is said in every clip."""
    from crossmodal import audio
    from crossmodal.audio.transcription import Transcriber

    transcriber, status = Transcriber(), OK
    for clip in _progress(arguments.clips, len(arguments.clips)):
        try:
            heard = transcriber(audio.preprocess(_read_bytes(clip)))
            words = [
                {
                    "text": w.text,
                    "start": round(w.start, 2),
                    "end": round(w.end, 2),
                    "probability": round(w.probability, 3),
                }
                for w in heard.words
            ]
            record = {
                "input": str(clip),
                "transcript": heard.text,
                "confidence": round(heard.confidence, 3),
                "words": words,
            }
        except InputError as error:
            record, status = _error_record(str(clip), error), SOME_UNREADABLE
        if arguments.json or "error" in record:
            _print_record(record, arguments.json)
        else:
            print(f"{clip}: {record['transcript']}")
    return status


def timeline(arguments: argparse.Namespace) -> int:
    """Print the timeline of a recording; where it breaks off, what stands before is printed."""
    from crossmodal.timeline.exports import TimelineExport
    from crossmodal.timeline.tracks import fuse_tracks

    settings, data, pipeline = _settings(arguments), _read_bytes(arguments.recording), _load(arguments.models)
    if _has_unknown(arguments.alpha, pipeline) or _lacks(arguments.rule, pipeline):
        return USAGE
    recording, failure = _read_recording(data, pipeline)
    if recording.lines or failure is None:
        sheet = TimelineExport(recording, settings, fuse_tracks(recording.lines, settings, pipeline.calibration))
        sys.stdout.write(FORMATS[arguments.format](sheet))
    if failure is not None:
        _print_record(_error_record(str(arguments.recording), failure), as_json=False)
    return OK if failure is None else SOME_UNREADABLE


def _read_recording(data: bytes, pipeline: Pipeline) -> tuple[Recording, InputError | None]:
    """What was read of a recording, and what ended it before its time."""
    from tqdm import tqdm

    from crossmodal.timeline.reader import read
    from crossmodal.timeline.types import Recording

    recording = Recording(model_hash=pipeline.model_hash)
    with tqdm(unit="s", disable=not sys.stderr.isatty(), file=sys.stderr) as bar:
        try:
            for step in read(data, lambda work: work(pipeline), keep_audio=False):
                recording = recording.with_chunk(step)
                bar.total = step.claimed or bar.total
                bar.update(round(step.position) - bar.n)
        except InputError as error:
            return recording, error
    return recording, None


def _load(folder: Path) -> Pipeline:
    from crossmodal.pipeline import Pipeline

    return Pipeline.load(folder)


def train(arguments: argparse.Namespace) -> int:
    """Rebuild the models."""
    from crossmodal.training.release import train as run

    logging.basicConfig(level=logging.WARNING)
    run(arguments.data, arguments.models, arguments.runs, named=dict(arguments.corpus), seed=arguments.seed)
    return OK


def evaluate(arguments: argparse.Namespace) -> int:
    """Measure the models and write metrics.json and the model card."""
    from crossmodal.commands.evaluate import evaluate as run
    from crossmodal.commands.evaluate import evaluate_fusion, evaluate_space

    if arguments.only == "space":
        evaluate_space(arguments.models)
        return OK
    measure = evaluate_fusion if arguments.only == "fusion" else run
    measure(arguments.data, arguments.models, named=dict(arguments.corpus))
    return OK


def bench(arguments: argparse.Namespace) -> int:
    """Measure speed and memory, or the page in a browser."""
    if arguments.what == "ui":
        return _bench_ui()
    from crossmodal.benchmarks.models import bench as run

    if arguments.clip is not None:
        _read_bytes(arguments.clip)  # said now rather than in the middle of the measuring
    run(arguments.models, arguments.clip)
    return OK


def _bench_ui() -> int:
    from crossmodal.benchmarks.page import MissingError, bench_ui

    try:
        bench_ui()
    except MissingError as error:
        print(f"error: {error}", file=sys.stderr)
        return USAGE
    return OK


COMMANDS = {
    "predict": predict,
    "transcribe": transcribe,
    "timeline": timeline,
    "train": train,
    "evaluate": evaluate,
    "bench": bench,
}


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    parser = build_parser()
    arguments = parser.parse_args(words)
    if arguments.command == "predict":
        _check_predict(parser, arguments)
    if arguments.command == "evaluate" and arguments.data is None and arguments.only != "space":
        parser.error("--data is needed; --only space alone needs none")
    try:
        return COMMANDS[arguments.command](arguments)
    except CrossmodalError as error:
        from crossmodal.i18n.translator import Translator

        print("error: " + Translator("en").error(error), file=sys.stderr)
        return MODEL_FAULT if isinstance(error, ModelError) else USAGE


if __name__ == "__main__":
    sys.exit(main())
