"""Formulas with the present numbers."""

import pytest

from crossmodal.ui import formula


def test_the_formula_shows_the_present_numbers():
    assert formula.written("linear", "", [(1, 0.62), (2, 0.38)], 1.0) == (
        r"\mathrm{Fusion}(x) = .62\,f_1(x_1) + .38\,f_2(x_2)"
    )
    assert formula.written("log_pool", "", [(1, 0.25), (3, 0.75)], 0.5) == (
        r"\mathrm{Fusion}(x) \propto f_1(x_1)^{.25}\;f_3(x_3)^{.75},\quad T = 0.5"
    )


def test_the_formula_of_equal_experts_divides_out_the_prior_once():
    assert formula.written("product", "", [(1, 0.5), (2, 0.5)], 1.0).endswith(r"\pi^{-1}\;f_1(x_1)\;f_2(x_2)")


def test_one_modality_alone_needs_no_number():
    assert formula.written("linear", "", [(2, 1.0)], 1.0).endswith("= f_2(x_2)")


def test_a_rule_that_is_not_known_here_shows_its_own_formula():
    assert formula.written("new", "p = q", [(1, 0.3), (2, 0.7)], 1.0) == r"p = q,\quad w_1 = .30,\;w_2 = .70"


@pytest.mark.parametrize(("index", "symbol"), [(1, "\u03b1\u2081"), (12, "\u03b1\u2081\u2082")])
def test_alpha_in_plain_text(index, symbol):
    assert formula.alpha(index) == symbol
