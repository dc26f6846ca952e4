"""Speed and memory, side by side in one run with what one would write otherwise.

The other way is the usual one: transformers' models and pipeline over the same weights, every clip padded to 30 s, and
both encoders run again whenever a weight changes. Both sides use two threads and take turns, so that other load on the
machine affects both.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import (
    AutomaticSpeechRecognitionPipeline,
    GenerationConfig,
    WhisperFeatureExtractor,
    WhisperForConditionalGeneration,
    WhisperTokenizer,
)

from crossmodal import audio, modalities
from crossmodal.audio.decoder import shared_decoder
from crossmodal.audio.files import to_wav
from crossmodal.examples import load_examples
from crossmodal.model.ctranslate2 import whisper_state
from crossmodal.model.encoders.speech import whisper_config
from crossmodal.model.towers import SpeechTower
from crossmodal.pipeline import Pipeline
from crossmodal.pretrained import WHISPER, pretrained
from crossmodal.timeline import reader
from crossmodal.types import SAMPLE_RATE, Array, FloatArray, FusionSettings, Waveform

THREADS = 2
SECONDS = 5.0
ROUNDS = 7
TEXT = "I can't believe you came all this way just to see me!"
RECORDING_SECONDS, PAUSE_SECONDS = 100.0, 0.9
"""About how long the recording is that is read as a timeline, and the silence between its voices."""
LENGTHS = (1, 2, 5, 10, 20, 30)
Work = Callable[[], object]


class UsualWay:
    """The same weights as a user of transformers would run them."""

    def __init__(self, pipeline: Pipeline) -> None:
        speech = pipeline.towers[modalities.SPEECH]
        assert isinstance(speech, SpeechTower)  # the shipped one; its encoder is what the usual way runs padded
        self._tower, self._text = speech, pipeline.towers[modalities.TEXT]
        self._calibration = pipeline.calibration
        self._extract = WhisperFeatureExtractor()  # type: ignore[no-untyped-call]
        self._recogniser = _recogniser()

    @torch.inference_mode()
    def speech(self, samples: FloatArray) -> Array:
        """Emotion from a clip padded to 30 s."""
        mel = self._extract(samples, sampling_rate=SAMPLE_RATE, return_tensors="pt").input_features
        output = self._tower.encoder.whisper(mel, output_hidden_states=True)
        states = torch.stack([*output.hidden_states[:-1], output.last_hidden_state], dim=1)
        z = self._tower.project(states)[0].double().numpy()
        return self._calibration.predict(modalities.SPEECH, z).probabilities["emotion"]

    def text(self, text: str) -> Array:
        """Emotion from text."""
        return self._calibration.predict(modalities.TEXT, self._text(text)).probabilities["emotion"]

    def transcript(self, samples: FloatArray) -> str:
        """What is said, by transformers' recognition pipeline."""
        return str(self._recogniser({"raw": samples, "sampling_rate": SAMPLE_RATE})["text"])

    def tick(self, samples: FloatArray, text: str) -> Array:
        """One move of a slider: read both again, then add them up."""
        return 0.6 * self.speech(samples) + 0.4 * self.text(text)


def _recogniser() -> Any:
    """Transformers' recognition pipeline over tiny.en."""
    model = WhisperForConditionalGeneration(whisper_config())
    state = {
        f"model.{side}.{key}": torch.from_numpy(value)
        for side in ("encoder", "decoder")
        for key, value in whisper_state(side).items()
    }
    model.load_state_dict(state, strict=False)  # the output layer is the table of embeddings, tied by the model
    model.tie_weights()
    model.generation_config = GenerationConfig(  # type: ignore[no-untyped-call]
        decoder_start_token_id=50257,
        bos_token_id=50257,
        eos_token_id=50256,
        pad_token_id=50256,
        no_timestamps_token_id=50362,
        forced_decoder_ids=None,
        is_multilingual=False,
        max_length=448,
        begin_suppress_tokens=[220, 50256],
        return_timestamps=False,
    )
    tokenizer = WhisperTokenizer.from_pretrained(str(pretrained(WHISPER)), local_files_only=True)
    model.eval()  # type: ignore[no-untyped-call]
    extract = WhisperFeatureExtractor()  # type: ignore[no-untyped-call]
    return AutomaticSpeechRecognitionPipeline(
        model=model, tokenizer=tokenizer, feature_extractor=extract, device=torch.device("cpu")
    )


def side_by_side(ours: Work, theirs: Work | None = None, rounds: int = ROUNDS) -> tuple[float, float | None]:
    """Median milliseconds of both, run in turns after one warm-up of each."""
    times: tuple[list[float], list[float]] = ([], [])
    sides = [ours] if theirs is None else [ours, theirs]
    for work in sides:
        work()
    for _ in range(rounds):
        for work, taken in zip(sides, times, strict=False):
            start = time.perf_counter()
            work()
            taken.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times[0]), statistics.median(times[1]) if theirs else None


def clip_of(seconds: float, speech: FloatArray) -> bytes:
    """Speech of that length in seconds as a WAV file: ``speech`` repeated."""
    count = int(seconds * SAMPLE_RATE)
    return to_wav(np.tile(speech, count // len(speech) + 1)[:count])


def _line(name: str, ours: float, theirs: float | None = None, aim: str = "", unit: str = "ms") -> None:
    usual = "" if theirs is None else f"{theirs:10.1f} {unit}   {theirs / ours:7.1f} x"
    print(f"{name:<44}{ours:9.2f} {unit}  {usual:<26}{aim}", flush=True)


def _measure_clip(engine: Pipeline, usual: UsualWay, clip: bytes, text: str) -> None:
    samples = audio.preprocess(clip).samples
    ours, theirs = side_by_side(
        lambda: engine.embed(speech=clip, text=text),
        lambda: (audio.preprocess(clip), usual.speech(samples), usual.text(text)),
    )
    _line(f"{SECONDS:g} s clip and its words to evidence", ours, theirs, "<= 120 ms")
    ours, theirs = side_by_side(
        lambda: engine.embed(speech=clip),
        lambda: (audio.preprocess(clip), usual.speech(samples), usual.text(usual.transcript(samples))),
        rounds=3,
    )
    _line(f"{SECONDS:g} s clip to evidence, with transcript", ours, theirs, "<= 900 ms")


def _measure_fusing(engine: Pipeline, usual: UsualWay, clip: bytes, text: str) -> None:
    evidence, samples = engine.embed(speech=clip, text=text), audio.preprocess(clip).samples
    for rule in engine.calibration.rules():
        settings = FusionSettings({modalities.SPEECH: 0.6, modalities.TEXT: 0.4}, rule)
        ours, theirs = side_by_side(
            lambda settings=settings: [engine.fuse(evidence, settings) for _ in range(200)],  # type: ignore[misc]
            (lambda: usual.tick(samples, text)) if rule == "linear" else None,
        )
        _line(f"fuse, {rule}", ours / 200 * 1e3, theirs and theirs * 1e3, "<= 50 us", unit="us")


def _measure_timeline(engine: Pipeline) -> None:
    """A recording read as one, beside each of its utterances given alone with a transcript of its own."""
    pause = np.zeros(int(PAUSE_SECONDS * SAMPLE_RATE), np.float32)
    speech = [shared_decoder()(example.audio.read_bytes()) for example in load_examples().values()]
    joined = np.concatenate([part for samples in speech for part in (samples, pause)])
    samples = np.tile(joined, int(RECORDING_SECONDS * SAMPLE_RATE) // len(joined) + 1)
    data, seconds = to_wav(samples), len(samples) / SAMPLE_RATE
    cuts = reader.UtteranceBuffer()
    clips = [to_wav(cut.samples) for cut in [*cuts(samples), *cuts.finish()]]
    ours, theirs = side_by_side(
        lambda: list(reader.read(data, lambda work: work(engine), keep_audio=False)),
        lambda: [engine.embed(speech=clip) for clip in clips],
        rounds=1,
    )
    name = f"{seconds:.0f} s recording to a timeline, {len(clips)} lines"
    _line(name, ours / 1e3, theirs and theirs / 1e3, f"<= {seconds / 15:.1f} s", unit="s")


def _measure_lengths(engine: Pipeline, speech: FloatArray) -> None:
    print("\nclip length to evidence, words given:")
    for seconds in LENGTHS:
        clip = clip_of(seconds, speech)
        ours, _ = side_by_side(lambda clip=clip: engine.embed(speech=clip, text=TEXT), rounds=3)  # type: ignore[misc]
        print(f"  {seconds:>3} s {ours:8.1f} ms   {ours / seconds:6.1f} ms a second of sound", flush=True)


_MEMORY = """
import sys
from crossmodal.pipeline import Pipeline
from crossmodal.pretrained import WHISPER, pretrained
pipeline = Pipeline.load(sys.argv[1])
pipeline.embed(speech=open(sys.argv[2], "rb").read())
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(int(status["VmRSS"].split()[0]) / 1024)
"""


def _measure_memory(models: Path, clip: Path) -> None:
    """Resident memory of a fresh process after its first clip with transcript; where the system tells it."""
    if not Path("/proc/self/status").exists():
        print("memory: this system does not tell")
        return
    command = [sys.executable, "-c", _MEMORY, str(models), str(clip)]
    finished = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  our own program
    _line("memory of one warm process", float(finished.stdout.split()[-1]), aim="<= 1200 MB", unit="MB")


def bench(models: Path, clip: Path | None, tick_milliseconds: Callable[[], float]) -> None:
    """Print every measurement; ``clip`` replaces the shipped example whose speech is used otherwise.

    ``tick_milliseconds`` measures what one move of a slider on the page costs the server, drawing included, without the
    network; it needs the page, which the measurements of the models do without.
    """
    torch.set_num_threads(THREADS)
    source = clip or next(iter(load_examples().values())).audio
    speech = shared_decoder()(source.read_bytes())
    engine = Pipeline.load(models)
    usual = UsualWay(engine)
    five = clip_of(SECONDS, speech)
    print(f"{'':<44}{'here':>12}  {'usual way':>13}   {'ratio':>9}   aim")
    _measure_clip(engine, usual, five, TEXT)
    _measure_fusing(engine, usual, five, TEXT)
    _line("slider tick on the page, server", tick_milliseconds(), aim="<= 20 ms")
    _measure_timeline(engine)
    _measure_memory(models, source)
    _measure_lengths(engine, speech)
    same = audio.preprocess(five).samples
    heard = [engine.transcriber(Waveform(same)).text, usual.transcript(same)]
    print(f"\ntranscripts: here {heard[0]!r}, usual way {heard[1]!r}")
