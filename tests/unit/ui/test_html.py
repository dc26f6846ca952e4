"""Markup of our own: bars, and every value escaped."""

import re

from crossmodal.i18n.translator import Translator
from crossmodal.ui import html as markup
from crossmodal.ui.charts.bars import Bar, in_words

HOSTILE = '<a href="http://h/x">x</a><img src=x onerror=alert(1)> & ![x](http://h/y) $$x$$ %{x}'


def bar_values():
    return [Bar(label, p, "#123456") for label, p in zip("abc", (0.2, 0.7, 0.1), strict=True)]


def rows_of(drawn):
    """Label, length in percent, number and whether it stands out, of every bar."""
    row = r'<li( class="cx-top")?><span>(.*?)</span><div><i style="width:(.*?)%.*?"></i><b.*?>(.*?)</b>'
    return [(label, float(width), figure, bool(top)) for top, label, width, figure in re.findall(row, drawn)]


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
