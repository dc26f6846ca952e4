"""Figures, markup, formulas and colours: pure functions, checked as such."""

import html
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossmodal.i18n.translator import Translator
from crossmodal.types import EMOTIONS, Word
from crossmodal.ui import formula
from crossmodal.ui import html as markup
from crossmodal.ui.charts import palette, plotly, svg
from crossmodal.ui.charts.bars import Bar, in_words

HOSTILE = '<a href="http://h/x">x</a><img src=x onerror=alert(1)> & ![x](http://h/y) $$x$$ %{x}'

# Machado, Oliveira & Fernandes 2009, severity 1, for linear RGB
SIGHT = {
    "common": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}


def linear(colour):
    values = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    lights = sorted(float(linear(colour) @ [0.2126, 0.7152, 0.0722]) + 0.05 for colour in (one, other))
    return lights[1] / lights[0]


def oklab(rgb):
    to_lms = [[0.41222, 0.53633, 0.05145], [0.2119, 0.6807, 0.1074], [0.0883, 0.28172, 0.62998]]
    to_lab = [[0.21045, 0.79362, -0.00407], [1.978, -2.42859, 0.45059], [0.0259, 0.78277, -0.80868]]
    return np.array(to_lab) @ np.cbrt(np.array(to_lms) @ np.clip(rgb, 0, 1))


def bar_values():
    return [Bar(label, p, "#123456") for label, p in zip("abc", (0.2, 0.7, 0.1), strict=True)]


def rows_of(drawn):
    """Label, length in percent, number and whether it stands out, of every bar."""
    row = r'<li( class="cx-top")?><span>(.*?)</span><div><i style="width:(.*?)%.*?"></i><b.*?>(.*?)</b>'
    return [(label, float(width), figure, bool(top)) for top, label, width, figure in re.findall(row, drawn)]


@pytest.mark.parametrize("theme", palette.EMOTION_COLOURS)
def test_every_emotion_has_its_colour_with_enough_contrast(theme):
    colours = palette.EMOTION_COLOURS[theme]
    assert set(colours) == set(EMOTIONS)
    for colour in colours.values():
        assert contrast(colour, palette.BACKGROUND[theme]) >= 4.5


@pytest.mark.parametrize("theme", palette.INK)
def test_text_has_enough_contrast(theme):
    assert contrast(palette.INK[theme], palette.BACKGROUND[theme]) >= 4.5


@pytest.mark.parametrize("theme", palette.EMOTION_COLOURS)
@pytest.mark.parametrize("sight", SIGHT)
def test_any_two_emotions_stay_apart(theme, sight):
    seen = [oklab(np.array(SIGHT[sight]) @ linear(c)) for c in palette.EMOTION_COLOURS[theme].values()]
    least = min(np.linalg.norm(a - b) for i, a in enumerate(seen) for b in seen[:i])
    assert least >= 0.075


def test_bars_carry_label_and_number_and_mark_the_highest():
    rows = rows_of(markup.bars(bar_values(), "said"))
    assert rows == [("a", 17.6, "20", False), ("b", 61.6, "70", True), ("c", 8.8, "10", False)]


def test_of_equal_bars_the_first_stands_out():
    equal = [Bar(label, 0.5, "#123456") for label in "ab"]
    assert [top for *_, top in rows_of(markup.bars(equal, ""))] == [True, False]


def test_bars_are_told_to_those_who_cannot_see_them():
    drawn = markup.bars(bar_values(), in_words(Translator("en"), "Voice", bar_values()))
    assert 'role="img" aria-label="Voice: a 20 %, b 70 %, c 10 %."' in drawn
    assert '<ul class="cx-bars" aria-hidden="true">' in drawn


def test_a_number_keeps_clear_of_the_stroke_of_another_result():
    drawn = markup.bars(bar_values(), "", marks=[0.25, 0.1, 0.9])
    assert re.findall(r'<u style="left:(.*?)%">', drawn) == ["22.00", "8.80", "79.20"]
    assert re.findall(r"<b(.*?)>", drawn) == [' style="margin-left:4.40%"', "", ""]


@given(st.text())
def test_no_text_of_a_visitor_is_read_as_a_tag(text):
    shown = plotly.literal(text)
    assert "<" not in shown
    assert html.unescape(shown) == html.unescape(html.escape(text))


def test_words_without_room_are_left_out():
    words = [Word(str(i), i / 100, (i + 1) / 100, 1.0) for i in range(100)]
    assert 10 <= len(svg.spaced(words, 1.0)) <= 14


@pytest.mark.parametrize("points", [0, 1, 139, 140, 141, 400, 1000])
def test_an_envelope_is_drawn_with_a_bounded_number_of_strokes(points):
    strokes = svg.coarser([0.5] * points)
    assert len(strokes) <= 140
    assert bool(strokes) == bool(points)


def test_markup_escapes_every_value():
    pieces = [
        markup.masthead(HOSTILE, HOSTILE),
        markup.note(HOSTILE),
        markup.invitation(HOSTILE),
        markup.progress(HOSTILE),
        markup.heading(HOSTILE, 1, HOSTILE),
        markup.verdict(HOSTILE, {"label": HOSTILE, "probability": HOSTILE}, HOSTILE, [HOSTILE], HOSTILE, ""),
        markup.outcome(HOSTILE, HOSTILE, HOSTILE, [HOSTILE]),
        markup.bars([Bar(HOSTILE, 0.5, HOSTILE)], HOSTILE, marks=[0.6]),
        markup.strip(HOSTILE, [(HOSTILE, 0.5)]),
        markup.notice(HOSTILE, [HOSTILE], [HOSTILE]),
        markup.costs(HOSTILE, {HOSTILE: HOSTILE}),
        markup.footer([HOSTILE]),
    ]
    for piece in pieces:
        assert "<img" not in piece
        assert "<a " not in piece


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
