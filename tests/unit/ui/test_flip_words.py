"""Flips in words."""

import pytest

from crossmodal.explain.flips import Flips, Segment
from crossmodal.i18n.translator import Translator
from crossmodal.ui import flip_words

NAMES = ("speech", "text")
EN, ZH = Translator("en"), Translator("zh")


def made(*labels_and_ends, exact=True):
    starts = [0.0, *(end for _, end in labels_and_ends)]
    segments = [Segment(start, end, label) for start, (label, end) in zip(starts, labels_and_ends, strict=False)]
    return Flips(tuple(segments), exact, NAMES)


THREE = made(("joy", 0.35), ("neutral", 0.51), ("sadness", 1.0))


def test_the_sentence_in_both_languages():
    assert flip_words.sentence(EN, THREE, 0.41) == (
        "By the share of Voice: Joy up to .35, then Neutral up to .51, then Sadness"
    )
    for word in ("喜悦", ".35", "中性", ".51", "悲伤"):
        assert word in flip_words.sentence(ZH, THREE, 0.41)
    assert ".06" in flip_words.badge(ZH, THREE, 0.41)


def test_one_label_throughout():
    assert flip_words.sentence(EN, made(("joy", 1.0)), 0.2) == "By the share of Voice: Joy at every mix"
    assert flip_words.badge(EN, made(("joy", 1.0)), 0.2) == EN("flips.never")


def test_a_sliver_is_told_only_from_within():
    found = made(("joy", 0.4), ("fear", 0.403), ("joy", 1.0))
    assert "Fear" not in flip_words.sentence(EN, found, 0.2)
    assert "Fear" in flip_words.sentence(EN, found, 0.401)


@pytest.mark.parametrize(
    ("alpha", "level"), [(0.51, "edge"), (0.53, "edge"), (0.54, "close"), (0.7, "steady"), (0.1, "steady")]
)
def test_how_firm_a_decision_is(alpha, level):
    assert flip_words.stability(THREE, alpha) == level
    assert flip_words.stability(made(("joy", 1.0)), alpha) == "steady"


@pytest.mark.parametrize(
    ("alpha", "said"),
    [
        (0.41, "Close: .06 from Joy"),
        (0.5, "On the edge: .01 from Sadness"),
        (0.51, "On the edge: .00 from Neutral"),
        (0.9, "Steady: .39 from Neutral"),
    ],
)
def test_the_badge_names_the_label_beyond_the_nearest_flip(alpha, said):
    assert flip_words.badge(EN, THREE, alpha) == said


def test_a_search_is_said():
    assert flip_words.provenance(EN, THREE) == ""
    assert flip_words.provenance(EN, made(("joy", 1.0), exact=False)) == EN("flips.searched")
