"""Fixtures of the timeline's tests."""

import pytest
from helpers.fakes import FakeEngine
from helpers.recordings import example_recording

from crossmodal.timeline.types import Recording


@pytest.fixture
def engine(tmp_path):
    return FakeEngine(tmp_path / "models")


@pytest.fixture
def recording(engine) -> Recording:
    return example_recording(engine)
