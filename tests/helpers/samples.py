"""Small samples: a calibration, evidence, and sounds as files."""

from __future__ import annotations

import io
import wave

import numpy as np

from crossmodal.explain.pairs import Pairs, save_pairs
from crossmodal.fusion.calibration import Calibration
from crossmodal.training.fusion_rules import FusionConfig, fresh
from crossmodal.types import EMOTIONS, SAMPLE_RATE, TASKS, Evidence, FusionSettings

DIM = 8
"""Width of the shared space of the samples."""


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


TALK = ("thrilled", "great", "lonely", "anger", "joy", "neutral")
"""The examples of which the long recording of the tests is made."""


def random_state(rule, seed=0, dim=DIM):
    """Tensors of a rule as numpy arrays, random throughout, so that no term can hide behind a zero."""
    random = np.random.default_rng(seed)
    shapes = fresh(rule, dim, FusionConfig())
    state = {name: 0.5 * random.normal(size=tuple(value.shape)) for name, value in shapes.items()}
    return state | {f"temperature.{task}": np.array([0.8]) for task in TASKS}


def make_pairs(calibration, seed=0, count=140, groups=7):
    random = np.random.default_rng(seed)
    labels = np.arange(count) % len(EMOTIONS)
    z = random.normal(size=(count, 2, DIM)) * 0.8 + calibration.weight["emotion"][labels][:, None] * 0.3
    z /= np.linalg.norm(z, axis=-1, keepdims=True)
    p = np.stack(
        [calibration.predict(name, z[:, i]).probabilities["emotion"] for i, name in enumerate(calibration.temperature)],
        axis=1,
    )
    return Pairs(p, z, labels, random.permutation(np.arange(count) % groups))


def unit_rows(random, count, width):
    """Random rows of unit length, (count, width)."""
    z = random.normal(size=(count, width))
    return z / np.linalg.norm(z, axis=1, keepdims=True)


def fusion_cases(rule, prior, count=12):
    """Evidence of two and of three modalities under weights and temperatures of all sorts."""
    random = np.random.default_rng(5)
    for seed in range(count):
        names = ("speech", "text", "face")[: 2 + seed % 2]
        calibration = make_calibration(names, seed)
        alpha = dict(zip(names, random.random(len(names)).round(3).tolist(), strict=True))
        yield (
            make_evidence(calibration, seed),
            FusionSettings(alpha, rule, (0.5, 1.0, 2.0)[seed % 3], prior),
            calibration,
        )


def save_small_pairs(engine) -> None:
    """Seventy label-matched pairs in the models folder of a fake engine."""
    (engine.folder / "scores").mkdir()
    random = np.random.default_rng(0)
    size = engine.calibration.weight["emotion"].shape[1]
    pairs = Pairs(
        random.dirichlet(np.ones(7), size=(70, 2)),
        random.normal(size=(70, 2, size)),
        np.arange(70) % 7,
        np.arange(70) // 7 % 5,
    )
    save_pairs(pairs, engine.folder, {"model_hash": engine.model_hash})
