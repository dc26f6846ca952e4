"""The speech run on a tiny encoder: deterministic, resumable, and it learns; the plan keeps speakers apart."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from crossmodal.data.folders import check_named
from crossmodal.data.speech import CorpusClip
from crossmodal.errors import CrossmodalError
from crossmodal.model.head import Head
from crossmodal.training import speech, speech_folds
from crossmodal.training.augment import Strength
from crossmodal.training.checkpointing import average_weights, claim, save
from crossmodal.training.clip_cache import CachedClip, condition_by_level, speech_mask
from crossmodal.training.run import AdaptationRun
from crossmodal.training.speech_batches import Batch, draw_weights, mix
from crossmodal.training.speech_model import SpeechConfig, SpeechModel, TextSpace
from crossmodal.training.speech_scores import load_scores, save_scores, score
from crossmodal.types import EMOTIONS

GENTLE = Strength(p_speed=0.0, p_reverb=0.0, p_equalise=0.0, p_noise=0.3)
CONFIG = SpeechConfig(epochs=4, batch=7, projection_rate=1e-2, dropout=0.1, strength=GENTLE, bfloat16=False, bank=14)


def clip(corpus, speaker, emotion, number=0, split="train"):
    key = f"{speaker}-{emotion}-{number}.wav"
    return CorpusClip(Path(key), corpus, key, speaker, emotion, "", split)


def tone(emotion, number):
    """A clip whose emotion is its pitch."""
    time = np.arange(8_000) / 16_000
    pitch = 300.0 * 1.5 ** EMOTIONS.index(emotion)
    samples = torch.from_numpy((0.08 * np.sin(2 * np.pi * (pitch + number) * time)).astype(np.float32))
    found = clip("tones", f"s{number % 4}", emotion, number)
    return CachedClip(found, samples, torch.ones(len(samples), dtype=torch.bool))


class TinyEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(80, 32)

    def forward(self, mel, mask=None):
        frames = functional.avg_pool1d(mel, 2).transpose(1, 2)
        return torch.stack([frames @ self.linear.weight.T] * 2, dim=1)


def tiny():
    torch.manual_seed(1)
    from crossmodal.model.projection import Projection

    return SpeechModel(TinyEncoder(), Projection(2, 32, dropout=0.1))


@pytest.fixture(scope="module")
def clips():
    return [tone(emotion, number) for emotion in EMOTIONS for number in range(6)]


@pytest.fixture(scope="module")
def space():
    torch.manual_seed(2)
    head = Head()
    rows = torch.arange(42) % 7
    z = functional.normalize(head.linear["emotion"].weight.detach()[rows], dim=1)
    return TextSpace(head, z, torch.eye(7)[rows])


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


def test_scores_come_back_in_the_order_of_the_clips(clips, space, tmp_path):
    model = tiny().eval()
    scores = score(model, space.head, clips)
    alone = score(model, space.head, clips[5:6])
    assert torch.allclose(scores.z[5:6], alone.z, atol=1e-5)
    save_scores(scores, tmp_path / "oof", {"tones/" + clips[0].clip.key: {"fold": 3}})
    tensors, rows = load_scores(tmp_path / "oof")
    assert torch.equal(tensors["emotion"], scores.logits["emotion"])
    assert rows[0]["fold"] == 3
    assert [row["emotion"] for row in rows] == [item.clip.emotion for item in clips]


def test_draws_are_balanced_over_emotions():
    found = [clip("a", "s", "joy", n) for n in range(9)] + [clip("a", "s", "anger")] + [clip("b", "t", None)]
    weights = draw_weights(found, unlabelled=0.5)
    assert weights.sum() == pytest.approx(1.0)
    assert weights[:9].sum() == pytest.approx(weights[9])
    assert weights[10] == pytest.approx(weights[9] / 2)


def test_mixing_keeps_the_larger_half():
    targets = {"emotion": torch.eye(7), "sentiment": torch.zeros(7, 3)}
    batch = Batch(torch.randn(7, 80, 8), torch.ones(7, 4, dtype=torch.bool), targets)
    mixed = mix(batch, 0.4, np.random.default_rng(0))
    assert torch.allclose(mixed.targets["emotion"].sum(1), torch.ones(7))
    assert (mixed.targets["emotion"].diagonal() >= 0.5).all()


def test_the_plan_keeps_what_is_asked_out_of_training():
    ravdess = [clip("ravdess", f"ravdess_{actor:02d}", "joy", n) for actor in range(1, 21) for n in range(2)]
    emodb = [clip("emodb", f"emodb_{n}", "anger", n, split) for n, split in enumerate(("train", "dev", "test"))]
    plain = [clip("kathleen", "kathleen", None, n) for n in range(3)]
    jobs = speech_folds.plan({"ravdess": ravdess, "emodb": emodb, "kathleen": plain}, extra_in_folds=True)
    assert [job.name for job in jobs] == ["final", *(f"fold{n}" for n in range(5))]
    for job in jobs:
        asked = {found for group in job.score.values() for found in group}
        assert not asked & set(job.train)
    alone = speech_folds.plan({"ravdess": ravdess, "emodb": emodb}, extra_in_folds=False)
    assert {found.corpus for job in alone[1:] for found in job.train} == {"ravdess"}
    assert not {found.corpus for found in jobs[0].train} & {"kathleen"}
    for job in jobs[1:]:
        actors = {found.speaker for found in job.score["test"]}
        assert len(actors) == 4
        assert not actors & {found.speaker for found in job.train}


def test_averaging_runs_averages_each_tensor(tmp_path):
    for name, value in (("a", 1.0), ("b", 4.0)):
        save({"w": torch.full((2,), value, dtype=torch.float16)}, tmp_path / f"{name}.safetensors")
    found = average_weights([tmp_path / "a.safetensors", tmp_path / "b.safetensors"])
    assert found["w"].tolist() == [2.5, 2.5]


def test_level_finds_what_a_voice_detector_misses():
    samples = np.zeros(32_000, np.float32)
    samples[8_000:16_000] = 0.3 * np.sin(np.arange(8_000))
    found = condition_by_level(samples)
    assert found.seconds == pytest.approx(0.7, abs=0.06)
    assert speech_mask(found).float().mean() == pytest.approx(0.5 / 0.7, abs=0.1)


def test_a_run_folder_is_of_one_set_of_data(tmp_path):
    claim(tmp_path / "run", {"ravdess": "1", "words": "2"})
    claim(tmp_path / "run", {"ravdess": "1", "words": "2"})
    with pytest.raises(CrossmodalError) as caught:
        claim(tmp_path / "run", {"ravdess": "3", "words": "2"})
    assert caught.value.as_dict() == {"code": "run_data", "folder": "run", "corpus": "ravdess"}


def test_a_corpus_that_nobody_uses_is_refused():
    with pytest.raises(CrossmodalError) as caught:
        check_named({"ravdes": Path("x")}, ["ravdess", "meld"])
    assert caught.value.as_dict() == {"code": "data_unknown", "corpus": "ravdes", "allowed": "ravdess, meld"}
