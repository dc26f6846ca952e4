"""Figures checked by hand, and a transfer that must fail without alignment and work with it."""

import json
import shutil
from dataclasses import fields

import numpy as np
import pytest
from helpers.samples import make_calibration

from crossmodal.data.embeddings import LabelledEmbeddings
from crossmodal.data.folders import locate
from crossmodal.evaluation import pairs, speech, transfer
from crossmodal.evaluation.card import interval, number, render, table, write_card
from crossmodal.evaluation.results import load_results, parse, results_of
from crossmodal.evaluation.text import fit_offset
from crossmodal.explain.sweep import fuse_pairs
from crossmodal.fusion import fusion_rules
from crossmodal.metrics import Estimate, bootstrap, confusion, recalls, unweighted_average_recall
from crossmodal.model.folder import CARD, METRICS, MODELS
from crossmodal.training.calibrate import one_hot_targets
from crossmodal.types import EMOTIONS, TASKS, FusionSettings

GOLD = np.array([0, 0, 0, 0, 1, 1])
TOP = np.array([0, 0, 0, 1, 1, 0])


def test_recall_by_hand():
    assert confusion(GOLD, TOP, 3).tolist() == [[3, 1, 0], [1, 1, 0], [0, 0, 0]]
    np.testing.assert_allclose(recalls(GOLD, TOP, 3), [0.75, 0.5, np.nan])
    assert unweighted_average_recall(GOLD, TOP, 3) == pytest.approx(0.625)


def test_bootstrap_draws_whole_groups():
    values = np.repeat([0.0, 1.0], 50)
    alone = bootstrap(lambda rows: float(values[rows].mean()), range(100))
    grouped = bootstrap(lambda rows: float(values[rows].mean()), ["a"] * 50 + ["b"] * 50)
    assert alone.value == grouped.value == 0.5
    assert alone.high - alone.low < 0.25
    assert (grouped.low, grouped.high) == (0.0, 1.0)


def test_bootstrap_is_the_same_every_time():
    values = np.random.default_rng(0).normal(size=40)
    first, second = (bootstrap(lambda rows: float(values[rows].mean()), range(40)) for _ in range(2))
    assert first == second
    assert first.low < first.value < first.high


def scored(count=140, folds=2, seed=0):
    random = np.random.default_rng(seed)
    labels = np.arange(count) % len(EMOTIONS)
    logits = {"emotion": random.normal(size=(count, 7)), "sentiment": random.normal(size=(count, 3))}
    logits["emotion"][np.arange(count), labels] += 2.0
    rows = [
        {"emotion": EMOTIONS[label], "speaker": f"s{index % 10}", "model": f"fold{index % folds}"}
        for index, label in enumerate(labels)
    ]
    return logits, rows


def test_a_fold_is_calibrated_on_the_others_alone():
    logits, rows = scored()
    own = np.array([row["model"] == "fold0" for row in rows])
    plain = speech.cross_calibrated(logits, rows)
    louder = {task: np.where(own[:, None], 5 * values, values) for task, values in logits.items()}
    changed = speech.cross_calibrated(louder, rows)
    # the temperature of fold 0 comes from fold 1, which did not change: its own probabilities get sharper
    assert changed["emotion"][own].max(1).mean() > plain["emotion"][own].max(1).mean()
    np.testing.assert_array_equal(changed["emotion"][~own].argmax(1), plain["emotion"][~own].argmax(1))
    assert changed["emotion"][~own].max(1).mean() != pytest.approx(plain["emotion"][~own].max(1).mean())


def test_surprise_implies_no_sentiment():
    rows = [{"emotion": "surprise"}, {"emotion": "joy"}, {"emotion": None}]
    assert one_hot_targets(rows, "sentiment").tolist() == [[0, 0, 0], [0, 0, 1], [0, 1, 0]]
    assert one_hot_targets(rows, "emotion").sum(1).tolist() == [1, 1, 1]


def make_side(seed, calibration):
    random = np.random.default_rng(seed)
    labels = np.arange(210) % 7
    z = random.normal(size=(210, 8)) * 0.4 + calibration.weight["emotion"][labels]
    z /= np.linalg.norm(z, axis=1, keepdims=True)
    p = np.stack([calibration.predict("speech", row).probabilities["emotion"] for row in z])
    speakers = np.array([f"{seed}.{row % 10}" for row in range(210)])
    return LabelledEmbeddings(z, labels, speakers, probabilities=p)


def test_pairs_match_in_label_and_fusing_independent_readings_helps():
    calibration = make_calibration(("speech", "text"))
    matched = pairs.match(make_side(1, calibration), make_side(2, calibration), count=350)
    assert np.bincount(matched.labels).tolist() == [50] * 7
    found = pairs.pair_metrics(matched, matched, calibration)
    best = max(item["best"]["uar"] for item in found["rules"].values())
    assert best >= max(found["speech_alone"]["uar"], found["text_alone"]["uar"])


def test_alpha_one_is_the_voice_and_zero_the_words():
    calibration = make_calibration(("speech", "text"))
    matched = pairs.match(make_side(1, calibration), make_side(2, calibration), count=70)
    for rule in fusion_rules():
        fused = fuse_pairs(matched, FusionSettings(rule=rule), calibration, np.array([1.0, 0.0]))
        for place, probabilities in enumerate(fused):
            np.testing.assert_array_equal(probabilities.argmax(1), matched.probabilities[:, place].argmax(1))


def split(seed, basis, count=420):
    random = np.random.default_rng(seed)
    labels = np.arange(count) % len(EMOTIONS)
    features = basis[labels] + 0.3 * random.normal(size=(count, basis.shape[1]))
    return transfer.Split(features.astype(np.float32), labels)


def test_alignment_lets_theta_of_one_modality_read_the_other(monkeypatch):
    monkeypatch.setattr(transfer, "STEPS", 120)
    monkeypatch.setattr(transfer, "GAMMAS", (0.0, 1.0))
    random = np.random.default_rng(0)
    bases = {name: random.normal(size=(7, size)) for name, size in (("speech", 24), ("text", 16))}
    parts = [{name: split(seed, basis) for name, basis in bases.items()} for seed in (1, 2, 3)]
    found = transfer.transfer(*parts, seeds=(0,))
    assert found["gamma"] == 1.0
    for way in ("speech>text", "text>speech"):
        assert found["off"][way] < 0.5
        assert found["on"][way] > 0.9


def test_an_offset_fitted_on_dev_follows_the_class_shares():
    random = np.random.default_rng(0)
    gold = random.choice(3, size=600, p=[0.8, 0.1, 0.1])
    scores = np.eye(3)[gold] + random.normal(size=(600, 3))
    p = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    offset = fit_offset(p, gold)
    assert offset[0] > max(offset[1], offset[2])


def test_figures_are_written_as_the_field_writes_them():
    assert number(0.8124) == ".812"
    assert number(1.0) == "1.00"
    assert interval(Estimate(0.8, 0.75, 0.85)) == ".800 (.750-.850)"
    assert table(("a", "b"), [(1, 2)]) == "| a | b |\n|---|---|\n| 1 | 2 |"


def test_data_that_is_not_there_is_named(tmp_path):
    from crossmodal.errors import CrossmodalError

    with pytest.raises(CrossmodalError) as caught:
        locate(tmp_path, {}, {"ravdess": "ravdess"})
    assert caught.value.code == "data_missing"
    assert locate(tmp_path, {"ravdess": tmp_path}, {"ravdess": "ravdess"}) == {"ravdess": tmp_path}


def test_tasks_start_with_emotion():
    assert next(iter(TASKS)) == "emotion"


def test_the_card_says_what_the_figures_say(tmp_path):
    shutil.copy(MODELS / METRICS, tmp_path)
    write_card(tmp_path)
    assert (tmp_path / CARD).read_bytes() == (MODELS / CARD).read_bytes()


def test_every_metric_of_the_shipped_file_is_read():
    results = load_results(MODELS)
    assert not [field.name for field in fields(results) if getattr(results, field.name) is None]
    meld = json.loads((MODELS / METRICS).read_text(encoding="utf-8"))["text"]["meld"]
    assert results.text.meld.weighted_f1 == Estimate(**meld["weighted_f1"])


def test_results_of_other_models_are_no_results(tmp_path):
    assert load_results(tmp_path) is None
    shipped = load_results(MODELS)
    assert results_of(MODELS, shipped.model_hash) is shipped
    assert results_of(MODELS, "another") is None


def test_a_section_that_lacks_a_key_is_named():
    with pytest.raises(ValueError, match="Transfer lacks 'off'"):
        parse({"model_hash": "abc", "transfer": {"gamma": 0.3, "dev": {}}})


def test_the_card_needs_every_section():
    with pytest.raises(ValueError, match=METRICS):
        render(parse({"model_hash": "abc"}))
