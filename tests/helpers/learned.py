"""Learned fusion rules: with random weights, and trained in seconds on made-up embeddings."""

from dataclasses import replace

import numpy as np
import pytest

from crossmodal.data.embeddings import LabelledEmbeddings
from crossmodal.fusion.calibration import Calibration
from crossmodal.training import fusion_rules as fusion
from crossmodal.types import EMOTIONS, MAIN_TASK, Evidence
from helpers.samples import DIM, make_calibration, random_state

NAMES = ("speech", "text")
QUICK = fusion.FusionConfig(steps=120, batch=64, pairs=210, rate=1e-2, patience=20, scale=0.5)


def learned_calibration() -> Calibration:
    """A calibration with random weights of every learned rule."""
    made = make_calibration(NAMES, 3)
    return replace(made, learned={name: random_state(rule) for name, rule in fusion.learned_rules().items()})


def evidence_with_parts(calibration) -> Evidence:
    """Two readings with parts, of different numbers."""
    random = np.random.default_rng(7)
    predictions = {}
    for name, count in zip(NAMES, (3, 5), strict=True):
        z = random.normal(size=DIM)
        parts = random.normal(size=(count, DIM)).round(4)
        predictions[name] = calibration.predict(name, z / np.linalg.norm(z), parts)
    return Evidence(predictions, "fake")


def only(evidence, *names):
    return replace(evidence, predictions={name: evidence.predictions[name] for name in names})


def clusters(seed, noise, count=280):
    """Readings around one direction per emotion, of a modality whose noise is that strong."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % len(EMOTIONS)
    parts = np.eye(len(EMOTIONS), DIM)[labels][:, None] + noise * random.normal(size=(count, 3, DIM))
    z = parts.mean(1)
    z /= np.linalg.norm(z, axis=1, keepdims=True)
    return LabelledEmbeddings(z, labels, np.array([f"origin {row % 10}" for row in range(count)]), parts)


def scored(side, calibration, name):
    """The same rows with the probabilities that the calibration gives them."""
    return replace(side, probabilities=calibration.predict(name, side.embeddings).probabilities[MAIN_TASK])


@pytest.fixture(scope="session")
def trained_rules():
    """Every learned rule after a few steps: rule -> (tensors, figures)."""
    cut = {name: fusion.inner_split(clusters(place, 0.7), 0) for place, name in enumerate(NAMES)}
    sides, held = ({name: parts[place] for name, parts in cut.items()} for place in (0, 1))
    return {name: fusion.train_rule(rule, sides, held, QUICK) for name, rule in fusion.learned_rules().items()}
