"""Weights of runs, and the data that a run belongs to."""

import pytest
import torch

from crossmodal.errors import CrossmodalError
from crossmodal.training.checkpointing import average_weights, claim, save


def test_averaging_runs_averages_each_tensor(tmp_path):
    for name, value in (("a", 1.0), ("b", 4.0)):
        save({"w": torch.full((2,), value, dtype=torch.float16)}, tmp_path / f"{name}.safetensors")
    found = average_weights([tmp_path / "a.safetensors", tmp_path / "b.safetensors"])
    assert found["w"].tolist() == [2.5, 2.5]


def test_a_run_folder_is_of_one_set_of_data(tmp_path):
    claim(tmp_path / "run", {"ravdess": "1", "words": "2"})
    claim(tmp_path / "run", {"ravdess": "1", "words": "2"})
    with pytest.raises(CrossmodalError) as caught:
        claim(tmp_path / "run", {"ravdess": "3", "words": "2"})
    assert caught.value.as_dict() == {"code": "run_data", "folder": "run", "corpus": "ravdess"}
