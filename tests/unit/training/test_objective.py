"""The losses against values worked out by hand, and the objective as it is written."""

import math

import pytest
import torch
from torch.nn import functional

from crossmodal.training.objective import (
    Objective,
    cross_modal_contrastive,
    soft_cross_entropy,
    supervised_contrastive,
    task_loss,
)


def unit(*rows):
    return functional.normalize(torch.tensor(rows, dtype=torch.float32), dim=1)


def test_soft_cross_entropy_of_a_multi_hot_row_counts_its_classes_alike():
    loss = soft_cross_entropy(torch.log(torch.tensor([[0.5, 0.25, 0.25]])), torch.tensor([[1.0, 1.0, 0.0]]))
    assert loss.item() == pytest.approx((math.log(2) + math.log(4)) / 2)


def test_unknown_rows_are_masked():
    logits = torch.randn(3, 4)
    targets = torch.tensor([[0.0, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1]])
    assert torch.allclose(soft_cross_entropy(logits, targets), soft_cross_entropy(logits[[0, 2]], targets[[0, 2]]))
    assert soft_cross_entropy(logits, torch.zeros(3, 4)).item() == 0.0


def test_smoothing_agrees_with_torch():
    logits, labels = torch.randn(5, 3), torch.tensor([0, 1, 2, 1, 0])
    expected = functional.cross_entropy(logits, labels, label_smoothing=0.2)
    assert torch.allclose(soft_cross_entropy(logits, functional.one_hot(labels, 3).float(), 0.2), expected)


def test_task_loss_weighs_tasks_and_skips_those_without_weight():
    logits = {"a": torch.zeros(1, 2), "b": torch.zeros(1, 4)}
    targets = {"a": torch.tensor([[1.0, 0]]), "b": torch.tensor([[1.0, 0, 0, 0]])}
    assert task_loss(logits, targets, {"a": 2.0}).item() == pytest.approx(2 * math.log(2))


def test_contrast_is_small_where_classes_gather_and_large_where_they_mix():
    targets = torch.eye(2).repeat_interleave(2, 0)
    gathered = supervised_contrastive(unit([1, 0], [1, 0.1], [0, 1], [0.1, 1]), targets)
    mixed = supervised_contrastive(unit([1, 0], [0, 1], [1, 0.1], [0.1, 1]), targets)
    assert gathered < 0.1 < mixed


def test_contrast_of_rows_without_partner_is_zero_and_has_a_finite_gradient():
    z = unit([1, 0], [0, 1]).requires_grad_()
    loss = supervised_contrastive(z, torch.eye(2))
    loss.backward()
    assert loss.item() == 0.0
    assert torch.isfinite(z.grad).all()


def test_cross_modal_contrast_is_symmetric_and_drawn_to_equal_labels():
    speech, text = unit([1, 0], [0, 1]), unit([0.9, 0.1], [0.1, 0.9], [1, 0])
    speech_labels, text_labels = torch.eye(2), torch.tensor([[1.0, 0], [0, 1], [1, 0]])
    loss = cross_modal_contrastive(speech, speech_labels, text, text_labels)
    assert torch.allclose(loss, cross_modal_contrastive(text, text_labels, speech, speech_labels))
    assert loss < cross_modal_contrastive(speech, speech_labels.flip(0), text, text_labels)


def test_objective_is_the_weighted_sum_as_written():
    objective = Objective({"speech": 2.0, "text": 0.5}, {("speech", "text"): 0.1})
    terms = objective({"speech": torch.tensor(1.0), "text": torch.tensor(3.0)}, {("speech", "text"): torch.tensor(5.0)})
    assert terms.total.item() == pytest.approx(2 * 1 + 0.5 * 3 + 0.1 * 5)
    assert terms.as_floats()["align.speech.text"] == 5.0


def test_a_term_without_weight_or_a_negative_weight_is_refused():
    with pytest.raises(KeyError):
        Objective({"text": 1.0}, {})({"speech": torch.tensor(1.0)})
    with pytest.raises(ValueError, match="negative"):
        Objective({"text": -1.0}, {})
    with pytest.raises(ValueError, match="at least one"):
        Objective({"text": 1.0}, {})({})
