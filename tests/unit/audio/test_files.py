"""Samples as WAV and FLAC files."""

import io

import av
import numpy as np
from helpers.audio_files import samples_of
from hypothesis import given, settings
from hypothesis import strategies as st

from crossmodal.audio.files import to_flac, to_pcm16, to_wav

RANDOM = np.random.default_rng(0)


def test_playback_keeps_the_samples(decoder, voice):
    np.testing.assert_allclose(decoder(to_wav(voice)), voice, atol=1e-4)


def test_wav_and_flac_hold_the_nearest_integers():
    samples = RANDOM.uniform(-1.1, 1.1, 5_000).astype(np.float32)
    samples[:3] = np.nan, 1.0, -1.0
    expected = np.rint(np.clip(np.nan_to_num(samples), -1, 1) * 32767)
    np.testing.assert_array_equal(to_pcm16(samples), expected)
    for data in (to_wav(samples), to_flac(samples)):
        with av.open(io.BytesIO(data)) as container:
            stored = np.concatenate([frame.to_ndarray().reshape(-1) for frame in container.decode(audio=0)])
        np.testing.assert_array_equal(stored, expected)


@given(pcm=st.lists(st.integers(-32767, 32767), min_size=1, max_size=5000))
@settings(max_examples=25, deadline=None)
def test_sixteen_bits_are_kept_exactly(pcm):
    assert samples_of(to_flac(np.array(pcm, np.float32) / 32767)).tolist() == pcm
