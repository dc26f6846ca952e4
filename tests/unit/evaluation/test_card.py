"""The model card, written from the figures."""

import shutil

import pytest

from crossmodal.evaluation.card import interval, number, render, table, write_card
from crossmodal.evaluation.results import parse
from crossmodal.metrics import Estimate
from crossmodal.model.folder import CARD, METRICS, MODELS


def test_figures_are_written_as_the_field_writes_them():
    assert number(0.8124) == ".812"
    assert number(1.0) == "1.00"
    assert interval(Estimate(0.8, 0.75, 0.85)) == ".800 (.750-.850)"
    assert table(("a", "b"), [(1, 2)]) == "| a | b |\n|---|---|\n| 1 | 2 |"


def test_the_card_says_what_the_figures_say(tmp_path):
    shutil.copy(MODELS / METRICS, tmp_path)
    write_card(tmp_path)
    assert (tmp_path / CARD).read_bytes() == (MODELS / CARD).read_bytes()


def test_the_card_needs_every_section():
    with pytest.raises(ValueError, match=METRICS):
        render(parse({"model_hash": "abc"}))
