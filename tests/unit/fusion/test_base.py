"""Weights, normalised or refused."""

import numpy as np
import pytest

from crossmodal.errors import InputError
from crossmodal.fusion import normalize_alpha


@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf")])
def test_impossible_weights_are_refused(value):
    with pytest.raises(InputError) as caught:
        normalize_alpha({"speech": value}, ["speech", "text"])
    assert caught.value.code == "alpha_invalid"


def test_huge_and_tiny_weights_do_not_overflow():
    np.testing.assert_allclose(normalize_alpha({"a": 1e308, "b": 1e308}, ["a", "b"]), [0.5, 0.5])
    np.testing.assert_allclose(normalize_alpha({"a": 5e-324, "b": 0.0}, ["a", "b"]), [1.0, 0.0])
