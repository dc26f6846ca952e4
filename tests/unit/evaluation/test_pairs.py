"""Label-matched pairs: how they are drawn, damaged and measured."""

from dataclasses import replace

import numpy as np
from helpers.learned import clusters, scored
from helpers.samples import make_calibration

from crossmodal.data.embeddings import LabelledEmbeddings
from crossmodal.evaluation import pairs
from crossmodal.evaluation.pairs import damaged, draw, pair, pair_metrics, with_grids
from crossmodal.explain.pairs import GRID, load_pairs, save_pairs
from crossmodal.explain.sweep import fuse_pairs
from crossmodal.fusion import fusion_rules, registry
from crossmodal.types import FusionSettings

NAMES = ("speech", "text")


def test_every_rule_is_measured_in_every_condition(trained_rules, tmp_path):
    made = make_calibration(NAMES)
    states = {
        rule: {n: v.detach().double().numpy() for n, v in found.items()} for rule, (found, _) in trained_rules.items()
    }
    made = replace(made, learned=states)
    sides = [scored(clusters(30 + i, 0.7), made, name) for i, name in enumerate(NAMES)]
    worse = scored(clusters(31, 2.0), made, "text")
    rows = draw(*sides, count=140)
    pairs = pair(*sides, rows)
    found = pair_metrics(pairs, pairs, made, {"text_damaged": pair(sides[0], worse, rows)}) | {"noise_db": 5.0}
    assert list(found["rules"]) == list(registry())
    assert found["rules"]["linear"]["parameters"] == 0 < found["rules"]["gmu"]["parameters"]
    assert found["rules"]["gmu"]["text_damaged"]["uar"] < found["rules"]["gmu"]["equal"]["uar"]
    gained = found["learned_against_pools"]["difference"]
    assert gained["low"] <= gained["value"] <= gained["high"]
    # the grid stands for the sequences, and comes back from its file
    (tmp_path / "scores").mkdir()
    save_pairs(with_grids(pairs, made), tmp_path, {"model_hash": "abc"})
    kept = load_pairs(tmp_path, "abc")
    settings = FusionSettings(rule="cross_attention")
    np.testing.assert_allclose(
        fuse_pairs(kept, settings, made, GRID), fuse_pairs(pairs, settings, made, GRID), atol=6e-3
    )
    between = fuse_pairs(kept, settings, made, np.array([0.025]))
    np.testing.assert_allclose(between, fuse_pairs(kept, settings, made, GRID[:2]).mean(0)[None])


def test_damage_to_words_is_the_same_every_time():
    assert damaged("I really DON'T know why, you left me here!") == "i really don't know you left me here"
    assert damaged("?!") == "?!"


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
