"""Make the example voices: ``python -m tools.voices.synthesise [--tune [--models FOLDER]] [KEY ...]``.

A free synthesiser (flite or espeak-ng, needed here alone) speaks the sentences, ``shaping`` gives them their
prosody, and 16-bit FLAC at 16 kHz is written. The same recipe gives the same file.

The recipes were chosen with the model's own reading (``--tune``, see ``tune``): within fixed ranges, the
one whose voice is read as intended, provided that the recogniser still hears the words. The examples
therefore illustrate what the bench does; they prove nothing about its accuracy.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
import tempfile
import wave
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from crossmodal.audio.files import to_flac
from crossmodal.errors import CrossmodalError
from crossmodal.examples.specs import AUDIO, audio_path, read_specs
from crossmodal.model.folder import MODELS
from crossmodal.types import SAMPLE_RATE, Array
from tools.voices.shaping import Recipe, Voice, analyse, shape


def _flite(voice: str, text: str, path: str) -> list[str]:
    return ["flite", "-voice", voice, "-t", text, "-o", path]


def _espeak(voice: str, text: str, path: str) -> list[str]:
    return ["espeak-ng", "-v", voice, "-s", "165", "-w", path, text]


ENGINES: dict[str, Callable[[str, str, str], list[str]]] = {"flite": _flite, "espeak": _espeak}


def _read_wav(data: bytes) -> Array:
    """16-bit mono WAV -> samples at SAMPLE_RATE in [-1, 1]."""
    with wave.open(io.BytesIO(data)) as file:
        rate = file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768
    if rate == SAMPLE_RATE:
        return samples
    import torch
    from torchaudio import functional

    resampled: Array = functional.resample(torch.from_numpy(samples), rate, SAMPLE_RATE).numpy()
    return resampled


def speak(engine: str, voice: str, text: str) -> Array:
    """The flat synthetic voice. Raises CrossmodalError ``synthesiser_missing`` or ``synthesiser_failed``."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        command = ENGINES[engine](voice, text, str(path))
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=30)  # noqa: S603 - our own sentences
        except FileNotFoundError as error:
            raise CrossmodalError("synthesiser_missing", program=command[0]) from error
        except subprocess.SubprocessError as error:
            raise CrossmodalError("synthesiser_failed", program=command[0]) from error
        return _read_wav(path.read_bytes())


@cache
def _analysed(engine: str, voice: str, text: str) -> Voice:
    return analyse(speak(engine, voice, text))


def synthesise(text: str, recipe: Recipe) -> Array:
    """One example voice: samples at SAMPLE_RATE."""
    return shape(_analysed(recipe.engine, recipe.voice, text), recipe)


def say(line: str) -> None:
    """Tell the person at the terminal."""
    print(line, flush=True)


def write_clips(keys: Sequence[str] = ()) -> None:
    """Write the clip of every example, or of those named, from its recipe."""
    AUDIO.mkdir(exist_ok=True)
    for spec in read_specs():
        if not keys or spec["key"] in keys:
            samples = synthesise(spec["text"], Recipe.from_record(spec["recipe"]))
            audio_path(spec["key"]).write_bytes(to_flac(samples))
            say(f"{spec['key']:<10} {len(samples) / SAMPLE_RATE:.2f} s")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.voices.synthesise", description=__doc__)
    parser.add_argument("keys", nargs="*", metavar="KEY", help="examples to make; all without one")
    parser.add_argument("--tune", action="store_true", help="choose the recipes anew first (some minutes)")
    parser.add_argument("--models", type=Path, default=MODELS, help="folder of trained models, for --tune")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of the command."""
    options = _parser().parse_args(arguments)
    try:
        if options.tune:
            from crossmodal.pipeline import Pipeline
            from tools.voices.tune import tune  # needs the models; the rest needs none

            tune(Pipeline.load(options.models), options.keys)
        write_clips(options.keys)
    except CrossmodalError as error:
        advice = "Making the voices needs flite and espeak-ng: apt install flite espeak-ng"
        sys.stderr.write(f"{error}\n{advice if error.code.startswith('synthesiser') else ''}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
