"""The linear reading of the voice: exact where it can be, and theta reads its targets as meant."""

import torch

from crossmodal.data.speech import CorpusClip
from crossmodal.model.head import Head
from crossmodal.model.projection import StatisticsProjection
from crossmodal.training import ridge
from crossmodal.training.speech_model import TextSpace
from crossmodal.types import EMOTIONS


def make_space(seed=0):
    torch.manual_seed(seed)
    z = torch.nn.functional.normalize(torch.randn(70, 128), dim=1)
    return TextSpace(Head().requires_grad_(False), z, torch.eye(len(EMOTIONS)).repeat(10, 1))


def test_theta_reads_every_place_as_its_emotion():
    space = make_space()
    read = space.head(ridge.class_anchors(space))
    wanted = ridge.LOGIT * torch.eye(len(EMOTIONS))
    torch.testing.assert_close(read["emotion"], wanted, atol=1e-3, rtol=0)
    joy, anger = EMOTIONS.index("joy"), EMOTIONS.index("anger")
    assert read["sentiment"][joy].argmax() == 2
    assert read["sentiment"][anger].argmax() == 0


def test_clips_apart_are_read_where_they_belong():
    space, names = make_space(), list(EMOTIONS)
    targets = ridge.class_anchors(space)
    torch.manual_seed(1)
    centres = 4 * torch.randn(len(EMOTIONS), 40)
    clips = [CorpusClip(None, "ravdess", f"{i}", "s", names[i % 7], "", "") for i in range(140)]
    rows = torch.stack([centres[i % 7] for i in range(140)]) + 0.1 * torch.randn(2, 140, 40)
    state = ridge.fit_clips(rows, clips, clips[:70], "ravdess", targets)
    found = space.head(ridge.project(state, rows[0, 70:]))["emotion"].argmax(1)
    assert found.tolist() == [i % 7 for i in range(70, 140)]


def test_the_fitted_tensors_are_those_of_the_projection():
    torch.manual_seed(0)
    projection, states = StatisticsProjection(2, 4, 3), torch.randn(5, 2, 6, 4)
    rows = ridge.statistics(states)
    state = ridge.fit(rows, torch.arange(5), torch.full((5,), 0.2), torch.randn(7, 3), 1)
    projection.load_state_dict(state)
    torch.testing.assert_close(projection(states), ridge.project(state, rows))


def test_classes_count_alike_and_extra_corpora_less():
    weights = ridge.class_weights(torch.tensor([0, 0, 0, 1]))
    torch.testing.assert_close(weights, torch.tensor([1 / 6, 1 / 6, 1 / 6, 1 / 2]))


def test_adapted_tensors_find_their_place_in_the_tower():
    adapted = {
        "encoder.whisper.layers.3.fc1.weight": torch.ones(1),
        "encoder.whisper.layer_norm.bias": torch.ones(1),
        "projection.mlp.0.weight": torch.ones(1),
    }
    found = ridge.tower_state({"centre": torch.zeros(1)}, adapted)
    assert set(found) == {
        "statistics.centre",
        "share",
        "adapted.layers.1.fc1.weight",
        "adapted.layer_norm.bias",
        "projection.mlp.0.weight",
    }
