"""A transfer that must fail without alignment and work with it."""

import numpy as np

from crossmodal.evaluation import transfer
from crossmodal.types import EMOTIONS


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
