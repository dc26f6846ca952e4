"""Tiny fakes for the fast tests, the real parts for the marked ones."""

from __future__ import annotations

import io
import os
import wave
from pathlib import Path

import numpy as np
import pytest

from crossmodal.fusion.calibration import Calibration
from crossmodal.model.folder import MANIFEST, MODELS
from crossmodal.types import SAMPLE_RATE, TASKS, Evidence

pytest_plugins = ["browsing", "visiting"]
ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("CROSSMODAL_DATA", ROOT.parent / "shared" / "data"))
DIM = 8


def pytest_collection_modifyitems(items):
    """Skip, with the reason, what needs something that is not here."""
    no_models = pytest.mark.skip(reason="models/manifest.json is missing: run `python -m crossmodal train`")
    no_data = pytest.mark.skip(reason=f"no speech and text sets at {DATA}: set CROSSMODAL_DATA")
    for item in items:
        if "models" in item.keywords and not (MODELS / MANIFEST).is_file():
            item.add_marker(no_models)
        if "data" in item.keywords and not DATA.is_dir():
            item.add_marker(no_data)


@pytest.fixture(scope="session")
def data_folder() -> Path:
    return DATA


@pytest.fixture(scope="session")
def pipeline():
    """The real pipeline over the shipped models."""
    from crossmodal.pipeline import Pipeline

    return Pipeline.load()


def make_calibration(modalities, seed=0) -> Calibration:
    random = np.random.default_rng(seed)
    weight = {task: random.normal(size=(len(names), DIM)) * 2 for task, names in TASKS.items()}
    bias = {task: random.normal(size=len(names)) * 0.1 for task, names in TASKS.items()}
    temperature = {name: dict.fromkeys(TASKS, 0.7 + 0.3 * i) for i, name in enumerate(modalities)}
    prior = {task: random.dirichlet(np.full(len(names), 5.0)) for task, names in TASKS.items()}
    return Calibration(weight, bias, temperature, prior)


def make_evidence(calibration, seed=0) -> Evidence:
    """Readings of every modality that the calibration knows, from random embeddings of unit length."""
    random = np.random.default_rng(seed)
    predictions = {}
    for name in calibration.temperature:
        z = random.normal(size=DIM)
        predictions[name] = calibration.predict(name, z / np.linalg.norm(z))
    return Evidence(predictions, "fake")


def wav_bytes(samples, rate=SAMPLE_RATE, channels=1) -> bytes:
    """Samples in [-1, 1], shape (frames,) or (frames, channels), as a 16-bit WAV file."""
    pcm = (np.clip(samples, -1, 1) * 32767).astype("<i2")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm.tobytes())
    return buffer.getvalue()


@pytest.fixture(scope="session")
def voice() -> np.ndarray:
    """A second or more of real speech: a shipped example, decoded."""
    from crossmodal.audio.decoder import shared_decoder
    from crossmodal.examples import load_examples

    example = next(iter(load_examples().values()))
    return shared_decoder()(example.audio.read_bytes())


TALK = ("thrilled", "great", "lonely", "anger", "joy", "neutral")


@pytest.fixture(scope="session")
def talk() -> np.ndarray:
    """Half a minute of several voices, shipped examples, with pauses between them."""
    from crossmodal.audio.decoder import shared_decoder
    from crossmodal.examples import load_examples

    pause = np.zeros(int(1.5 * SAMPLE_RATE), np.float32)
    voices = [shared_decoder()(load_examples()[key].audio.read_bytes()) for key in TALK]
    return np.concatenate([part for voice in voices for part in (voice, pause)])
