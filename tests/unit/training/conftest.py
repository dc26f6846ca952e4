"""Fixtures of the tests of speech training."""

import pytest
from helpers.speech_runs import text_space, tone_clips


@pytest.fixture(scope="module")
def clips():
    return tone_clips()


@pytest.fixture(scope="module")
def space():
    return text_space()
