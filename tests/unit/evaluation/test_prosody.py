"""The reference of prosody, measured over a corpus."""

import json

import numpy as np
import pytest
from helpers.samples import wav_bytes

from crossmodal.model.folder import ModelFolder
from crossmodal.types import SAMPLE_RATE


@pytest.mark.data
def test_the_reference_is_written_from_clips(data_folder, tmp_path):
    from crossmodal.data.speech import CorpusClip, read_corpus
    from crossmodal.evaluation.prosody import write_reference

    every = read_corpus("ravdess", data_folder / "ravdess")
    chosen = [clip for clip in every if clip.speaker in {"ravdess_01", "ravdess_02"}][::6]
    empty = tmp_path / "silence.wav"
    empty.write_bytes(wav_bytes(np.zeros(SAMPLE_RATE)))
    ticks = []
    unread = CorpusClip(empty, "ravdess", "silence.wav", "ravdess_01", "neutral", "", "")
    written = write_reference([*chosen, unread], tmp_path, lambda: ticks.append(1))
    assert json.loads(ModelFolder(tmp_path).prosody.read_text()) == written
    assert (written["clips"], written["unread"], len(ticks)) == (len(chosen), 1, len(chosen) + 1)
    assert written["speakers"] == 2
    assert 100 < written["boundary_hz"] < 260
