"""Offsets of the text classes, fitted on dev."""

import numpy as np

from crossmodal.evaluation.text import fit_offset


def test_an_offset_fitted_on_dev_follows_the_class_shares():
    random = np.random.default_rng(0)
    gold = random.choice(3, size=600, p=[0.8, 0.1, 0.1])
    scores = np.eye(3)[gold] + random.normal(size=(600, 3))
    p = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    offset = fit_offset(p, gold)
    assert offset[0] > max(offset[1], offset[2])
