"""Journeys through the comparisons without a browser; see helpers/journeys.py for the engine behind the page."""

import html
import re
from dataclasses import replace
from functools import partial

import pytest
from helpers.fakes import WIDTH
from helpers.journeys import EN, address, run, shown, start
from helpers.samples import random_state

from crossmodal.fusion import fusion_rules, registry
from crossmodal.limits import MAX_VARIANTS
from crossmodal.sharing.comparison import decode
from crossmodal.types import PRIORS

MODALITIES = ("speech", "text")


def script():
    from crossmodal.ui import frame, navigation

    navigation.show(frame.frame(), "compare")


@pytest.fixture
def page(engine):
    return partial(start, script)


def outcomes(made):
    """The text of every column: its label first."""
    found = [item.value for item in made.html if 'class="cx-outcome"' in item.value]
    return [html.unescape(" ".join(re.sub(r"<[^>]+>", " ", value).split())) for value in found]


def link(made):
    """The columns that the address asks for."""
    found, ignored = decode(address(made)["c"], MODALITIES)
    assert ignored == []
    return found


def button(made, end):
    return next(item for item in made.button if item.key and item.key.endswith(end))


def press(made, end):
    button(made, end).click()
    return run(made)


def test_it_opens_with_two_rules_on_the_finished_example(page):
    made = page()
    assert len(outcomes(made)) == 2
    assert "c" not in made.query_params
    assert "In percent" in shown(made)


def test_columns_come_and_go(page):
    made = press(page(), "add_column")
    made = press(made, "c2_copy")
    assert [column.name for column in link(made)] == ["A", "B", "C", "D"]
    assert len(outcomes(made)) == MAX_VARIANTS
    assert button(made, "add_column").disabled
    made = press(made, "c0_gone")
    assert [column.name for column in link(made)] == ["B", "C", "D"]
    made = press(made, "c1_right")
    assert [column.name for column in link(made)] == ["C", "B", "D"]


def test_a_column_is_changed_by_its_own_widgets(page):
    made = page()
    made.slider(key="c0_alpha_speech").set_value(0.2)
    made = run(made)
    made.toggle(key="c1_use_text").set_value(False)
    made = run(made)
    made.text_input(key="c1_name").set_value("Only the voice")
    made = run(made)
    first, second = link(made)
    assert first.settings.alpha["speech"] == 0.2
    assert (second.name, second.without) == ("Only the voice", frozenset({"text"}))
    assert "Words 1" not in outcomes(made)[1]
    assert "Voice 1" in outcomes(made)[1]


def test_a_column_without_any_modality_says_so(page):
    made = page(c="A;linear;without:speech,text|B;linear")
    assert len(outcomes(made)) == 1
    assert EN("error.nothing_to_fuse") in shown(made)


def test_the_pinned_column_is_what_the_others_are_held_against(page):
    made = press(page(c="A;linear;speech:1,text:0|B;linear;speech:0,text:1"), "c0_pin")
    assert address(made)["ref"] == "1"
    said = outcomes(made)
    assert "no longer" in said[1] or "\u2212" in said[1] or "+" in said[1]
    assert "+" not in said[0]
    again = page(c=address(made)["c"], ref="1")
    assert outcomes(again) == said


def test_a_link_opens_as_it_was_and_says_what_it_ignored(page):
    asked = "Mine;log_pool;speech:0.3,text:0.7;t:0.5;prior:even|B;guess;t:99"
    made = page(c=asked, ref="7")
    assert [column.settings.rule for column in link(made)] == ["log_pool", "linear"]
    text = shown(made)
    assert "c = guess" in text
    assert "c = t:99" in text
    assert "ref = 7" in text
    assert "Mine" in text


def test_every_rule_speaks(page):
    made = page(cmp="rules")
    count = len(MODALITIES) + len(fusion_rules()) * len(PRIORS)
    assert len(outcomes(made)) == count
    assert sum(item.value.count('class="cx-bars"') for item in made.html) == count
    assert not made.get("plotly_chart")


def test_two_inputs_stand_side_by_side(page, engine):
    made = page(cmp="inputs", ex2="typed")
    assert len(outcomes(made)) == 1
    made.text_input(key="txt2").set_value("I am afraid of the dark.")
    made = run(made)
    assert len(outcomes(made)) == 2


@pytest.mark.parametrize("asked", ["0123", "0", "-1", "\u0663", "99", "x"])
def test_no_reference_breaks_the_page(page, asked):
    made = page(c="A;linear|B;product", ref=asked)
    assert len(outcomes(made)) == 2
    assert f"ref = {asked}" in shown(made)


def test_a_pin_goes_with_its_column(page):
    made = press(page(), "c1_pin")
    made = press(press(made, "c1_gone"), "add_column")
    assert "ref" not in address(made)


def test_models_without_a_learned_rule_draw_its_columns_by_another(page, engine):
    plain = engine.calibration
    engine.calibration = replace(plain, learned={"gmu": random_state(registry()["gmu"], dim=WIDTH)})
    made = page()
    made.selectbox(key="c0_rule").set_value("gmu")
    made = run(made)
    assert link(made)[0].settings.rule == "gmu"
    engine.calibration = plain
    made = run(made)
    assert len(outcomes(made)) == 2
    assert "c = gmu" in shown(made)
    assert made.selectbox(key="c0_rule").value == "linear"
    assert link(made)[0].settings.rule == "gmu"
    made.slider(key="c0_alpha_speech").set_value(0.2)
    made = run(made)
    assert (link(made)[0].settings.rule, link(made)[0].settings.alpha["speech"]) == ("gmu", 0.2)
    assert len(commands(press(made, "share"))) == 2


# --- what is shared of each view -------------------------------------------------------------------------------------


def commands(made):
    """The command lines that the dialog shows."""
    return next(item.value for item in made.code if item.value.startswith("python -m")).splitlines()


def test_every_rule_that_is_seen_is_shared(page):
    made = press(page(cmp="rules"), "share")
    assert len(commands(made)) == len(outcomes(made)) > len(fusion_rules())


def test_two_inputs_are_shared_one_at_a_time(page):
    made = press(page(cmp="inputs", ex2="typed", txt2="What a day."), "share")
    assert len(commands(made)) == 1
    assert "What a day." not in commands(made)[0]
    for place in ("files", "code"):
        next(item for item in made.button_group if item.key == f"which_{place}").set_value(1)
    run(made)
    assert "What a day." in commands(made)[0]


def test_own_inputs_keep_the_number_of_their_arrival(page):
    made = page(cmp="inputs", ex2="typed")
    for words in ("The same.", "Another.", "The same!"):
        made.text_input(key="txt2").set_value(words)
        run(made)
    options = next(item for item in run(made).selectbox if item.key.startswith("ex2")).options
    own = [option for option in options if "The same" in option or "Another" in option]
    assert [re.search("[0-9]+", option)[0] for option in own] == ["3", "2", "1"]
