"""How the page writes numbers: every variant at its edges."""

import pytest

from crossmodal.ui import numbers

MINUS = "\u2212"


@pytest.mark.parametrize(
    ("probability", "text"), [(0.0, "0"), (0.0004, "0"), (0.003, "<1"), (0.004999, "<1"), (0.996, "100"), (1.0, "100")]
)
def test_percent(probability, text):
    assert numbers.percent(probability) == text


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.123, "+12"), (-0.078, "\u22128"), (0.004, "+0.4"), (-0.0095, "\u22121"), (0.0, "0"), (0.0004, "0")],
)
def test_points_carry_their_sign(value, said):
    assert numbers.points(value) == said


@pytest.mark.parametrize(
    ("write", "value", "text"),
    [
        (numbers.number, 0.62, ".62"),
        (numbers.number, 0.0, ".00"),
        (numbers.number, 0.999, "1"),
        (numbers.number, -0.999, "-1"),
        (numbers.number, -0.5, "-.50"),
        (numbers.number, 1.25, "1.25"),
        (numbers.metric, 0.8125, ".812"),
        (numbers.metric, 0.0, ".000"),
        (numbers.metric, 1.0, "1.000"),
        (numbers.shortest, 0.05, ".05"),
        (numbers.shortest, 1.0, "1"),
        (numbers.shortest, 2.5, "2.5"),
        (numbers.percent_tenths, 0.8125, "81.2"),
        (numbers.percent_tenths, -0.012, f"{MINUS}1.2"),
        (numbers.signed_tenths, 0.012, "+1.2"),
        (numbers.signed_tenths, -0.012, f"{MINUS}1.2"),
        (numbers.signed_tenths, 0.0, "+0.0"),
        (numbers.whole_points, 0.123, "+12"),
        (numbers.whole_points, -0.123, f"{MINUS}12"),
        (numbers.whole_points, -0.001, "0"),
    ],
)
def test_every_variant(write, value, text):
    assert write(value) == text


def test_no_change_at_all_can_be_written_otherwise():
    assert numbers.whole_points(0.001, zero="+0") == "+0"


def test_an_interval_is_written_with_an_en_dash():
    assert numbers.interval(0.79, 0.833) == ".790\u2013.833"
    assert numbers.with_interval(0.725, 0.65, 0.79) == ".725 (.65\u2013.79)"
