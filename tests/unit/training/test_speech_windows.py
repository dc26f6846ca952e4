"""Windows of the adapted voices, with and without noise, and their file."""

from pathlib import Path

import numpy as np
import pytest
import torch
from helpers.samples import DIM, unit_rows

from crossmodal.data.speech import CorpusClip
from crossmodal.training import speech_windows
from crossmodal.training.clip_cache import CachedClip


def test_noise_is_as_strong_as_said_and_hangs_on_the_clip_alone():
    random = np.random.default_rng(0)
    speech = torch.zeros(16_000, dtype=torch.bool)
    speech[4_000:12_000] = True
    samples = torch.from_numpy(random.normal(size=16_000).astype(np.float32)) * speech * 0.1
    clip = CorpusClip(Path("one.wav"), "ravdess", "one", "actor", "joy", "", "")
    item = CachedClip(clip, samples, speech)
    mixed = speech_windows.noisy(item)
    assert torch.equal(mixed, speech_windows.noisy(item))
    noise = float(mixed[~speech].square().mean())
    assert 10 * np.log10(float(mixed[speech].square().mean()) / noise - 1) == pytest.approx(
        speech_windows.SNR_DB, abs=0.3
    )


def test_voices_come_back_as_they_were_written(tmp_path):
    random = np.random.default_rng(0)
    found = {
        kind: {
            key: speech_windows.WindowedEmbeddings(unit_rows(random, 1, DIM), [unit_rows(random, size, DIM)])
            for key, size in (("b", 2), ("a", 3))
        }
        for kind in speech_windows.KINDS
    }
    speech_windows.write(found, tmp_path / "parts")
    back = speech_windows.load(tmp_path / "parts", "noisy")
    assert [len(part) for part in back.parts] == [3, 2]
    np.testing.assert_allclose(back.z[0], found["noisy"]["a"].z[0], atol=1e-3)
    np.testing.assert_allclose(back.parts[1], found["noisy"]["b"].parts[0], atol=1e-3)
