"""Nearness in the shared space, as properties: what must hold for any points."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossmodal.evaluation.embedding_map import principal_plane
from crossmodal.explain import neighbours
from crossmodal.numerics import unit_length

SEEDS = st.integers(0, 10_000)


def points(seed, count=40, width=12):
    return unit_length(np.random.default_rng(seed).normal(size=(count, width)))


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_the_nearest_of_a_reference_point_is_itself(seed):
    z = points(seed)
    for row in range(len(z)):
        rows, similarity = neighbours.nearest(z[row], z, 5)
        assert rows[0] == row
        assert similarity[0] == pytest.approx(1.0)
        assert (np.diff(similarity) <= 1e-12).all()


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_pca_places_a_reference_point_exactly(seed):
    from sklearn.decomposition import PCA

    z = points(seed)
    mean, components, explained = principal_plane(z)
    whole = PCA(2, svd_solver="full").fit(z)
    np.testing.assert_allclose(neighbours.project(z, mean, components), whole.transform(z), atol=1e-12)
    assert 0 < explained <= 1


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_a_map_without_a_formula_gives_its_own_points_their_own_place(seed):
    z, places = points(seed), np.random.default_rng(seed).normal(size=(40, 2))
    np.testing.assert_allclose(neighbours.interpolate(z, z, places), places, atol=1e-4)
    inside = neighbours.interpolate(points(seed + 1), z, places)
    assert (inside >= places.min(0) - 1e-9).all()
    assert (inside <= places.max(0) + 1e-9).all()


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.floats(0, 1))
def test_a_mix_is_of_unit_length_and_at_its_ends_a_single_point(seed, share):
    z = points(seed, 2)
    assert np.linalg.norm(neighbours.fused_point(z, np.array([share, 1 - share]))) == pytest.approx(1.0)
    np.testing.assert_allclose(neighbours.fused_point(z, np.eye(2)), z)


def test_centring_takes_each_groups_mean_away():
    z = points(0) + 0.5
    groups = np.arange(40) % 2
    moved, means = neighbours.centred(z, groups)
    np.testing.assert_allclose(means[1], z[groups == 1].mean(0))
    np.testing.assert_allclose(np.linalg.norm(moved, axis=1), 1.0)


def test_average_precision_by_hand():
    similarity = np.array([[0.9, 0.8, 0.7, 0.6]])
    relevant = np.array([[True, False, True, False]])
    nothing = np.zeros((1, 4), bool)
    assert neighbours.average_precision(similarity, relevant, nothing)[0] == pytest.approx((1 + 2 / 3) / 2)
    barred = np.array([[True, False, False, False]])
    assert neighbours.average_precision(similarity, relevant, barred)[0] == pytest.approx(1 / 2)
    assert np.isnan(neighbours.average_precision(similarity, nothing, nothing)[0])


def test_a_random_order_scores_what_chance_is_said_to_be():
    random = np.random.default_rng(0)
    relevant = np.tile(np.arange(30) < 7, (4000, 1))
    found = neighbours.average_precision(random.normal(size=relevant.shape), relevant, np.zeros_like(relevant)).mean()
    assert found == pytest.approx(neighbours.chance_precision(np.array([7]), np.array([30]))[0], abs=0.005)
