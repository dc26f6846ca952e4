"""Batches: balanced draws, and clips mixed into each other."""

import numpy as np
import pytest
import torch
from helpers.speech_runs import clip

from crossmodal.training.speech_batches import Batch, draw_weights, mix


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
