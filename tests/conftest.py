"""Fixtures of all tests, and what is skipped where something is missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from helpers.paths import DATA
from helpers.samples import TALK

from crossmodal.model.folder import MANIFEST, MODELS
from crossmodal.types import SAMPLE_RATE

pytest_plugins = ["helpers.browser", "helpers.journeys", "helpers.learned", "helpers.toy"]

TESTS = Path(__file__).parent
FOLDER_MARKS = {"pages": "page", "browser": "browser"}
"""Folder of tests -> the mark that each test in it has."""
SLOW = (
    "release",
    "unit/audio",
    "unit/custom",
    "unit/evaluation",
    "unit/explain",
    "unit/model/encoders",
    "unit/timeline",
    "unit/training",
    "unit/ui/test_address",
)
"""Beginnings of paths below which tests start processes, train something small or search a dense grid."""


def pytest_collection_modifyitems(items):
    """Skip, with the reason, what needs something that is not here."""
    no_models = pytest.mark.skip(reason="models/manifest.json is missing: run `python -m crossmodal train`")
    no_data = pytest.mark.skip(reason=f"no speech and text sets at {DATA}: set CROSSMODAL_DATA")
    for item in items:
        folder = item.path.relative_to(TESTS).parts[0]
        if folder in FOLDER_MARKS:
            item.add_marker(getattr(pytest.mark, FOLDER_MARKS[folder]))
        if item.path.relative_to(TESTS).as_posix().startswith(SLOW):
            item.add_marker(pytest.mark.slow)
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


@pytest.fixture(scope="session")
def voice() -> np.ndarray:
    """A second or more of real speech: a shipped example, decoded."""
    from crossmodal.audio.decoder import shared_decoder
    from crossmodal.examples import load_examples

    example = next(iter(load_examples().values()))
    return shared_decoder()(example.audio.read_bytes())


@pytest.fixture(scope="session")
def talk() -> np.ndarray:
    """Half a minute of several voices, shipped examples, with pauses between them."""
    from crossmodal.audio.decoder import shared_decoder
    from crossmodal.examples import load_examples

    pause = np.zeros(int(1.5 * SAMPLE_RATE), np.float32)
    voices = [shared_decoder()(load_examples()[key].audio.read_bytes()) for key in TALK]
    return np.concatenate([part for voice in voices for part in (voice, pause)])
