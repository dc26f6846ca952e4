"""A third modality, registered in one fixture: a vector of seven numbers.

Its preprocessing, its tower and its registration stand here and nowhere else.
"""

import numpy as np
import pytest

from crossmodal.engine import Engine
from crossmodal.errors import InputError
from crossmodal.modalities import ADAPTED, MODALITIES, SPEECH, TEXT, Modality, load_tower
from crossmodal.model.folder import ModelFolder, weights_file
from crossmodal.pipeline import Pipeline
from crossmodal.types import TASKS
from helpers.fakes import WIDTH, Recogniser, Tower, write_models
from helpers.samples import wav_bytes

TOY = "toy"
SEVEN = [0.3, -1.2, 0.5, 2.0, 0.1, -0.4, 0.9]
NAMES = (SPEECH, TEXT, TOY)
WORDS = "I never wanted this."


def seven_numbers(values):
    """x: seven finite numbers as an array."""
    x = np.asarray(values, np.float64)
    if x.shape != (7,) or not np.isfinite(x).all():
        raise InputError("unreadable")
    return x


class ToyTower:
    """z of unit length, linear in the seven numbers."""

    def __init__(self, tensors):
        self.weight = tensors["weight"].astype(np.float64)

    def __call__(self, x):
        z = self.weight @ x
        return z / np.linalg.norm(z)

    def sequence(self, x):
        z = self(x)
        return z, z[None]


@pytest.fixture
def toy_folder(tmp_path, monkeypatch):
    """A models folder of three modalities, the third of which is registered here."""
    monkeypatch.setitem(MODALITIES, TOY, Modality(TOY, seven_numbers, {ADAPTED: ToyTower}))
    made = ModelFolder(write_models(tmp_path / "models"))
    manifest = made.read_manifest()
    weight = np.random.default_rng(3).normal(size=(WIDTH, 7)).astype(np.float32)
    manifest["files"][weights_file(TOY)] = made.save_weights(weights_file(TOY), {"weight": weight})
    manifest["temperatures"][TOY] = dict.fromkeys(TASKS, 1.5)
    made.write_manifest(manifest)
    return made


@pytest.fixture
def toy_engine(toy_folder):
    """The real engine over that folder, with towers that answer at once for speech and text."""
    made = Engine(toy_folder.path)
    towers = {SPEECH: Tower(), TEXT: Tower(), TOY: load_tower(TOY, toy_folder.path, toy_folder.read_manifest())}
    made._pipeline = Pipeline(towers, made.calibration, Recogniser(), made.model_hash)
    return made


@pytest.fixture
def toy_evidence(toy_engine, voice):
    return toy_engine.pipeline().embed(speech=wav_bytes(voice), text=WORDS, toy=SEVEN)
