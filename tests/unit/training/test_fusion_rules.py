"""Training the learned rules."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers.learned import QUICK, clusters, scored
from helpers.samples import make_calibration

from crossmodal.evaluation.pairs import match
from crossmodal.explain.sweep import sweep
from crossmodal.fusion import registry
from crossmodal.training import fusion_rules as fusion
from crossmodal.types import EMOTIONS, FusionSettings

NAMES = ("speech", "text")
LEARNED = list(fusion.learned_rules())


@pytest.mark.parametrize("rule", LEARNED)
def test_a_rule_learns_from_a_few_pairs(trained_rules, rule):
    state, figures = trained_rules[rule]
    assert figures["loss"] < 0.9 * np.log(len(EMOTIONS))
    made = make_calibration(NAMES)
    made = replace(made, learned={rule: {name: value.detach().double().numpy() for name, value in state.items()}})
    matched = match(*(scored(clusters(20 + i, 0.7), made, name) for i, name in enumerate(NAMES)), count=350)
    alone = sweep(matched, FusionSettings({}, rule), made, np.array([0.0, 0.5, 1.0]))
    assert alone.uar.min() > 2 / len(EMOTIONS)
    assert alone.uar[1] > max(alone.uar[0], alone.uar[2])


def test_the_same_seed_gives_the_same_weights():
    sides = {name: clusters(place, 0.7) for place, name in enumerate(NAMES)}
    few = replace(QUICK, steps=20)
    first, second = (fusion.train_rule(registry()["gmu"], sides, sides, few)[0] for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_splits_share_no_origin_and_weights_cover_the_whole_range():
    train, held = fusion.inner_split(clusters(0, 0.5), 1)
    assert not set(train.origins) & set(held.origins)
    assert fusion.first_half(["b", "a", "c", "d", "a"]).tolist() == [True, True, False, False, True]
    shares = fusion.PairBatches(dict.fromkeys(NAMES, train), QUICK, 0).weights(2_000)
    assert (shares.max(1) == 1).all()
    assert ((shares == 0).sum(1) <= 1).all()
    assert 0.2 < (shares == 0).any(1).mean() < 0.4
