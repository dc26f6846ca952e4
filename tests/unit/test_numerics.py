"""Array arithmetic that several layers share."""

import numpy as np
import pytest

from crossmodal.numerics import EPS, clipped_log, entropy, ranking, softmax, unit_length, winner


def test_softmax_sums_to_one_even_for_scores_that_would_overflow():
    np.testing.assert_array_equal(softmax(np.array([[1e4, 1e4], [0.0, -1e4]])), [[0.5, 0.5], [1.0, 0.0]])


def test_the_logarithm_is_clipped_and_the_entropy_of_certainty_is_zero():
    assert clipped_log(np.zeros(1))[0] == np.log(EPS)
    assert entropy(np.array([1.0, 0.0, 0.0])) == 0.0
    assert entropy(np.full((2, 4), 0.25)) == pytest.approx(np.log(4))


def test_unit_length_equals_division_by_the_norm_to_the_last_bit():
    rows = np.random.default_rng(0).normal(size=(50, 192)) * np.logspace(-3, 3, 50)[:, None]
    np.testing.assert_array_equal(unit_length(rows), rows / np.linalg.norm(rows, axis=1, keepdims=True))


def test_a_zero_vector_stays_unless_asked_otherwise():
    assert not unit_length(np.zeros((1, 3))).any()
    with np.errstate(invalid="ignore"):
        assert np.isnan(unit_length(np.zeros((1, 3)), min_length=0.0)).all()


def test_of_equal_scores_the_last_wins():
    scores = np.array([[0.4, 0.2, 0.4], [0.1, 0.8, 0.1], [1.0, 1.0, 1.0]])
    assert winner(scores).tolist() == [2, 1, 2]
    assert ranking(scores).tolist() == [[2, 0, 1], [1, 2, 0], [2, 1, 0]]
