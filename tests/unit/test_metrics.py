"""Figures of merit against sklearn and against cases that can be seen by eye."""

import numpy as np
import pytest
from sklearn.metrics import f1_score

from crossmodal import metrics
from crossmodal.metrics import bootstrap, confusion, recalls, unweighted_average_recall


@pytest.fixture
def random():
    return np.random.default_rng(0)


def test_weighted_f1_agrees_with_sklearn(random):
    true, predicted = random.integers(0, 5, 300), random.integers(0, 4, 300)
    expected = f1_score(true, predicted, average="weighted")
    assert metrics.weighted_f1(predicted, true, 5) == pytest.approx(expected)


def test_best_thresholds_beat_every_other_threshold(random):
    true = random.random((200, 3)) < 0.3
    scores = np.round(random.random((200, 3)) + true * 0.4, 2)
    found = metrics.f1_by_class(scores >= metrics.best_thresholds(scores, true), true)
    for threshold in np.arange(0, 1.5, 0.005):
        assert (metrics.f1_by_class(scores >= threshold, true) <= found + 1e-12).all()


def test_calibration_error_of_a_sure_and_half_right_model_is_one_half():
    probabilities = np.tile([1.0, 0.0], (10, 1))
    assert metrics.expected_calibration_error(probabilities, np.arange(10) % 2 == 0) == pytest.approx(0.5)


def test_temperature_is_recovered(random):
    logits = random.normal(size=(4000, 4))
    powers = np.exp(logits)
    draws = (random.random((4000, 1)) > (powers / powers.sum(1, keepdims=True)).cumsum(1)).sum(1)
    assert metrics.fit_temperature(logits * 2.5, np.eye(4)[draws]) == pytest.approx(2.5, rel=0.08)


def test_steady_thresholds_carry_over_better_than_the_best_of_few_rows(random):
    def draw(rows):
        log_odds = random.normal(-3, 1.5, (rows, 6))
        return 1 / (1 + np.exp(-log_odds)), random.random((rows, 6)) < 1 / (1 + np.exp(-log_odds))

    fresh, fresh_true = draw(20_000)
    gains = []
    for _ in range(10):
        few, true = draw(300)
        steady, best = (pick(few, true) for pick in (metrics.steady_thresholds, metrics.best_thresholds))
        gains.append(
            metrics.f1_by_class(fresh >= steady, fresh_true).mean()
            - metrics.f1_by_class(fresh >= best, fresh_true).mean()
        )
    assert np.mean(gains) > 0.005


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
