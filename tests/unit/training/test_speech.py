"""The speech run on a tiny encoder: deterministic, resumable, and it learns."""

import json

import pytest
import torch
from helpers.speech_runs import tiny

from crossmodal.errors import CrossmodalError
from crossmodal.training import speech
from crossmodal.training.augment import Strength
from crossmodal.training.run import AdaptationRun
from crossmodal.training.speech_model import SpeechConfig

GENTLE = Strength(p_speed=0.0, p_reverb=0.0, p_equalise=0.0, p_noise=0.3)
CONFIG = SpeechConfig(epochs=4, batch=7, projection_rate=1e-2, dropout=0.1, strength=GENTLE, bfloat16=False, bank=14)


def adapt(clips, space, folder, config=CONFIG):
    return speech.adapt_speech(config, clips, clips, space, folder, model=tiny())


def test_it_learns_and_keeps_theta(clips, space, tmp_path):
    before = {name: value.clone() for name, value in space.head.state_dict().items()}
    adapt(clips, space, tmp_path)
    report = json.loads((tmp_path / speech.FIGURES).read_text())
    history = report["history"]
    assert history[-1]["total"] < history[0]["total"]
    assert report["dev_uar"] > 0.5
    assert all(torch.equal(value, before[name]) for name, value in space.head.state_dict().items())
    assert (tmp_path / speech.WEIGHTS).is_file()


def test_an_interrupted_run_ends_like_one_that_was_not(clips, space, tmp_path, monkeypatch):
    whole = adapt(clips, space, tmp_path / "whole").state_dict()
    train_epoch = AdaptationRun.train_epoch

    def interrupted(self, progress):
        if self.position.epoch == 2:
            raise KeyboardInterrupt
        train_epoch(self, progress)

    monkeypatch.setattr(AdaptationRun, "train_epoch", interrupted)
    with pytest.raises(KeyboardInterrupt):
        adapt(clips, space, tmp_path / "parts")
    monkeypatch.undo()
    resumed = adapt(clips, space, tmp_path / "parts").state_dict()
    assert all(torch.equal(value, whole[name]) for name, value in resumed.items())


def test_another_configuration_does_not_take_up_a_run(clips, space, tmp_path):
    short = SpeechConfig(epochs=1, batch=7, strength=GENTLE, bfloat16=False)
    adapt(clips, space, tmp_path, short)
    with pytest.raises(CrossmodalError) as caught:
        adapt(clips, space, tmp_path, CONFIG)
    assert caught.value.code == "run_config"
