"""The text run on a tiny encoder: deterministic, resumable, and it learns."""

import json

import pytest
import torch
from torch import nn

from crossmodal.data.text import Sentence, TextData, implied_sentiment
from crossmodal.errors import CrossmodalError
from crossmodal.model.head import Head
from crossmodal.model.projection import MeanProjection
from crossmodal.training import text as training
from crossmodal.training.text_metrics import TextModel, dev_score
from crossmodal.types import EMOTIONS

WORDS = dict(zip(EMOTIONS, ["angry", "gross", "scared", "happy", "plain", "sad", "wow"], strict=True))
CONFIG = training.TextConfig(epochs=3, batch=8, head_rate=3e-2, dropout=0.0, bfloat16=False)


def sentence(emotion, number, corpus, split):
    hot = tuple(float(name == emotion) for name in EMOTIONS)
    return Sentence(f"{WORDS[emotion]}, word{number}!", hot, implied_sentiment([emotion]), corpus, split)


def part(split, count):
    return tuple(
        sentence(emotion, number, corpus, split)
        for corpus in ("goemotions", "meld")
        for emotion in EMOTIONS
        for number in range(count)
    )


@pytest.fixture(scope="module")
def data():
    return TextData(part("train", 8), part("dev", 3), part("test", 2), {})


def tokenize(texts):
    rows = [[sum(map(ord, word)) % 97 + 1 for word in text.split()] for text in texts]
    longest = max(map(len, rows))
    tokens = torch.tensor([row + [0] * (longest - len(row)) for row in rows])
    return tokens, tokens > 0


class TinyEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(98, 16)
        self.drop = nn.Dropout(0.1)  # makes the result depend on the random state that a checkpoint must keep

    def forward(self, tokens, mask):
        return self.drop(self.table(tokens)).unsqueeze(1)


def tiny():
    torch.manual_seed(1)
    return TextModel(TinyEncoder(), MeanProjection(16), Head())


def adapt(data, folder, config=CONFIG):
    return training.adapt_text(config, data, folder, model=tiny(), tokenize=tokenize)


def same(left, right):
    pairs = zip(left.state_dict().values(), right.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def test_it_learns_and_leaves_its_files(data, tmp_path):
    adapt(data, tmp_path)
    report = json.loads((tmp_path / "text.json").read_text())
    assert dev_score(report["dev"]) > 0.9
    assert report["best_epoch"] >= 1
    assert "epoch 3" in (tmp_path / "text.log").read_text()
    tower, head = training.split_tower(training.load_file(tmp_path / "text.safetensors"))
    assert all(value.dtype == torch.float16 for value in (*tower.values(), *head.values()))
    assert set(head) == set(Head().state_dict())


def test_same_seed_same_weights(data, tmp_path):
    assert same(adapt(data, tmp_path / "a"), adapt(data, tmp_path / "b"))


def test_an_interrupted_run_ends_like_an_unbroken_one(data, tmp_path, monkeypatch):
    whole = adapt(data, tmp_path / "whole")
    step, done = training.TextRun.step, []

    def interrupted(run, *batch):
        if len(done) == 30:
            run.save()
            raise KeyboardInterrupt
        done.append(1)
        return step(run, *batch)

    monkeypatch.setattr(training.TextRun, "step", interrupted)
    with pytest.raises(KeyboardInterrupt):
        adapt(data, tmp_path / "broken")
    monkeypatch.setattr(training.TextRun, "step", step)
    assert same(whole, adapt(data, tmp_path / "broken"))


def test_a_folder_with_another_run_is_refused(data, tmp_path):
    adapt(data, tmp_path)
    with pytest.raises(CrossmodalError, match="run_config"):
        adapt(data, tmp_path, training.TextConfig(epochs=1, seed=5))


def test_the_log_tells_how_far_a_run_is(data, tmp_path, monkeypatch):
    assert training.logged_steps(tmp_path) == (0, 0)
    monkeypatch.setattr(training, "LOG_EVERY", 5)
    adapt(data, tmp_path)
    done, total = training.logged_steps(tmp_path)
    assert 0 < done <= total


def test_it_stops_when_dev_no_longer_improves(data, tmp_path, monkeypatch):
    monkeypatch.setattr(training, "dev_score", lambda figures: 0.5)
    adapt(data, tmp_path, training.TextConfig(epochs=9, patience=2, batch=32))
    assert len(json.loads((tmp_path / "text.json").read_text())["history"]) == 3


def test_layers_learn_more_slowly_further_down():
    rates = [training.rate_of(f"encoder.bert.encoder.layer.{k}.output.dense.weight", CONFIG) for k in range(6)]
    assert rates == sorted(rates)
    assert rates[-1] == CONFIG.encoder_rate
    assert training.rate_of("head.linear.emotion.weight", CONFIG) == CONFIG.head_rate
