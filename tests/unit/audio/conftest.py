"""Fixtures of the tests of audio."""

import pytest

from crossmodal.audio.decoder import Decoder


@pytest.fixture(scope="module")
def decoder():
    decoder = Decoder()
    yield decoder
    decoder.close()
