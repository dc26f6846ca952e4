"""Journeys through the page without a browser: the real pipeline, decoder and fusion around towers that answer at once.

What a visitor reads is HTML of our own, so the tests look for words in it.
"""

import gc
import re

import pytest
import streamlit
from helpers.fakes import HEARD
from helpers.journeys import EN, address, alert, choose, clip, give, page, run, shown, verdict, widget
from helpers.process import held

from crossmodal.examples import DEFAULT, load_examples
from crossmodal.fusion import fusion_rules
from crossmodal.types import EMOTIONS, FusionSettings, Waveform
from crossmodal.ui import service
from crossmodal.ui.numbers import percent
from crossmodal.ui.samples import Sample

FILES = pytest.mark.parametrize("source", ["record", "upload"])

pytestmark = pytest.mark.usefixtures("plain_sliders")


# --- first paint ---------------------------------------------------------------------------------------------------


def test_the_first_page_is_a_finished_example_and_wakes_no_model(engine):
    made = page()
    example = load_examples()[DEFAULT]
    assert verdict(made).startswith("Fused: ")
    assert made.text_area(key="w").value == example.text
    assert engine.ready is False
    assert EN("note.scores") in shown(made)
    assert EN("example.synthetic") in shown(made)


@pytest.mark.parametrize("key", load_examples())
def test_every_example_is_shown_as_it_was_read(engine, key):
    made = page(ex=key)
    evidence = load_examples()[key].evidence
    result = engine.fuse(evidence, FusionSettings())
    assert EN.label("emotion", result.label) in verdict(made)
    assert f"{percent(result.margin)} over" in verdict(made)


def test_examples_of_other_models_are_read_anew(engine):
    engine.model_hash = "0" * 12
    made = page()
    assert verdict(made)
    assert engine.towers["speech"].calls == 1


def test_choosing_another_example_brings_its_words(engine):
    made = page()
    made.text_area(key="w").set_value("Something else.")
    run(made)
    widget(made, "ex").set_value("anger")
    run(made)
    assert made.text_area(key="w").value == load_examples()["anger"].text
    assert address(made)["ex"] == "anger"


# --- inputs --------------------------------------------------------------------------------------------------------


@FILES
def test_a_clip_is_heard_and_fused(engine, voice, source):
    made = give(page(), source, clip(voice))
    assert verdict(made)
    assert made.text_area[0].value == HEARD
    assert {name: tower.calls for name, tower in engine.towers.items()} == {"speech": 1, "text": 1}
    assert EN("privacy") in shown(made)


def test_typed_words_are_read_alone(engine):
    made = choose(page(), "src", "type")
    assert EN("empty.type") in shown(made)
    made.text_area(key="txt").set_value("You came all this way!")
    run(made)
    assert "Weights in use: Words 1" in verdict(made)
    assert EN("absent.speech") in shown(made)
    assert engine.towers["speech"].calls == 0


def test_twenty_slider_moves_run_no_encoder(engine, voice):
    made = give(page(), "upload", clip(voice))
    said = set()
    for step in range(20):
        made.slider(key="a_speech").set_value(step / 20)
        run(made)
        said.add(verdict(made))
    assert len(said) > 5
    assert {name: tower.calls for name, tower in engine.towers.items()} == {"speech": 1, "text": 1}
    assert engine.recogniser.calls == 1


def test_editing_the_words_reads_only_the_words(engine, voice):
    made = give(page(), "record", clip(voice))
    before = verdict(made)
    made.text_area[0].set_value("Nothing like that.")
    run(made)
    assert verdict(made) != before
    assert {name: tower.calls for name, tower in engine.towers.items()} == {"speech": 1, "text": 2}
    made.text_area[0].set_value(HEARD)
    run(made)
    assert verdict(made) == before
    assert engine.towers["text"].calls == 2


def test_words_of_an_example_can_be_edited_and_stand_in_the_address(engine):
    made = page(w="I hate this.", ex="joy")
    assert made.text_area(key="w").value == "I hate this."
    assert {name: tower.calls for name, tower in engine.towers.items()} == {"speech": 0, "text": 1}


def test_no_words_at_all_leave_the_voice_alone(engine, voice):
    made = give(page(), "record", clip(voice))
    made.text_area[0].set_value("   ")
    run(made)
    assert "Weights in use: Voice 1" in verdict(made)
    assert alert(made) is None


def test_a_clip_without_words_is_read_by_voice_alone(engine, voice):
    engine.recogniser.text = ""
    made = give(page(), "record", clip(voice))
    assert "Weights in use: Voice 1" in verdict(made)
    assert made.text_area[0].value == ""
    made.text_area[0].set_value("I typed this.")
    run(made)
    assert "Words .50" in verdict(made)


@pytest.mark.parametrize(("off", "left"), [("speech", "Words 1"), ("text", "Voice 1")])
def test_a_modality_can_be_switched_off(engine, off, left):
    made = page()
    made.toggle(key=f"m_{off}").set_value(False)
    run(made)
    assert f"Weights in use: {left}" in verdict(made)
    assert made.slider(key=f"a_{off}").disabled


def test_a_clip_outlives_a_look_at_another_input(engine, voice):
    made = give(page(), "record", clip(voice))
    before = verdict(made)
    choose(made, "src", "example")
    choose(made, "src", "record")
    assert verdict(made) == before
    assert engine.towers["speech"].calls == 1


def test_the_session_keeps_a_bounded_number_of_inputs(engine):
    made = choose(page(), "src", "type")
    for i in range(20):
        made.text_area(key="txt").set_value(f"Sentence {i}.")
        run(made)
    assert len(made.session_state["_subjects"]) <= 8


def everything_shown(made):
    """The text, the fields and the address of a page."""
    fields = [item.value for item in (*made.text_area, *made.text_input)]
    return "\n".join([shown(made), *map(str, fields), *address(made).values()])


def test_sessions_share_nothing(engine, voice):
    secret, recorded = "Nobody else may read this.", clip(voice)
    first = give(page(), "record", recorded)
    first.text_area[0].set_value(secret)
    assert secret in everything_shown(run(first))
    choose(first, "src", "type").text_area(key="txt").set_value(secret)
    assert secret in everything_shown(run(first))
    read = engine.towers["speech"].calls

    other = choose(page(), "src", "record")
    assert EN("empty.record") in shown(other)
    assert "_subjects" not in other.session_state
    for source in ("record", "type", "example"):
        assert secret not in everything_shown(choose(other, "src", source))

    give(other, "record", recorded)  # the same clip is heard anew, as the first that this session gave
    assert engine.towers["speech"].calls == read + 1
    assert other.text_area[0].value == HEARD
    assert [sample.arrival for sample in other.session_state["_subjects"].values()] == [1]

    outside = list(held(engine, service.service()))
    assert not [value for value in outside if isinstance(value, str) and secret in value]
    assert not [value for value in outside if isinstance(value, Sample | Waveform) or value is recorded]


@pytest.mark.parametrize(
    ("text", "warned"),
    [("\u6211\u5f88\u9ad8\u5174", True), ("Caf\u00e9, d\u00e9j\u00e0 vu!", False), ("?! 123", False)],
)
def test_words_in_another_script_are_warned_of(engine, text, warned):
    assert (EN("words.not_english") in shown(page(src="type", txt=text))) is warned


# --- the address ---------------------------------------------------------------------------------------------------


def test_the_address_alone_gives_the_same_numbers(engine):
    query = {"src": "type", "txt": "You came!", "a_speech": "0.8", "a_text": "0.3", "rule": "log_pool", "t": "0.5"}
    made = page(**query)
    assert made.slider(key="a_speech").value == 0.8
    assert widget(made, "rule").value == "log_pool"
    assert made.select_slider(key="t").value == 0.5
    assert verdict(made) == verdict(page(**query))
    assert address(made)["v"] == "1"


def test_a_clean_address_stays_clean(engine):
    made = page()
    assert address(made) == {}


def test_choices_are_written_by_their_stable_names_in_any_language(engine):
    made = page(locale="zh-CN")
    choose(made, "src", "type")
    made.text_area(key="txt").set_value("Fine.")
    run(made)
    widget(made, "rule").set_value("product")
    run(made)
    assert address(made)["src"] == "type"
    assert address(made)["rule"] == "product"
    choose(made, "src", "example")
    assert "src" not in address(made)


@pytest.mark.parametrize("rule", fusion_rules())
def test_every_rule_works_and_shows_its_formula(engine, rule):
    made = page(rule=rule, t="0.7", a_speech="0.9")
    assert verdict(made)
    assert "T = 0.7" in made.markdown[0].value


HOSTILE = ["NaN", "inf", "1e309", "-1", "", "<script>alert(1)</script>", "0.5" * 3000, "7", "\u202e\u0000"]
SETTINGS = ["a_speech", "a_text", "t", "rule", "ex", "src", "lang", "m_text", "v"]


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value[:12]))
def test_nonsense_in_the_address_falls_back_to_the_defaults(engine, value):
    assert verdict(page(**dict.fromkeys(SETTINGS, value))) == verdict(page())


@pytest.mark.parametrize("key", SETTINGS)
def test_one_broken_setting_spoils_no_other(engine, key):
    query = {"a_speech": "0.9", "t": "0.5", "rule": "log_pool"}
    rest = {name: value for name, value in query.items() if name != key}
    assert verdict(page(**{**query, key: "nonsense"})) == verdict(page(**rest))


def test_hostile_words_are_shown_as_they_are(engine):
    text = "<img src=x onerror=alert(1)> ![x](http://h/x) :red[x] $$x$$"
    made = page(src="type", txt=text)
    assert made.text_area(key="txt").value == text
    assert not [item for item in made.markdown if "http" in item.value]
    assert not [item for item in made.html if "onerror" in item.value]
    assert verdict(made)


# --- language ------------------------------------------------------------------------------------------------------


def test_the_browser_decides_the_first_language_and_the_switch_the_next(engine):
    made = page(locale="zh-CN")
    assert verdict(made).startswith("\u878d\u5408")
    choose(made, "lang", "en")
    assert verdict(made).startswith("Fused")
    assert address(made)["lang"] == "en"
    assert verdict(page(locale="en-US", lang="zh")).startswith("\u878d\u5408")


def test_switching_the_language_keeps_everything(engine):
    made = page(src="type", txt="You came!", a_text="0.9", rule="product")
    choose(made, "lang", "zh")
    assert made.text_area(key="txt").value == "You came!"
    assert made.slider(key="a_text").value == 0.9
    assert widget(made, "rule").value == "product"
    assert widget(made, "src").value == "type"


def test_every_widget_has_a_label(engine, voice):
    made = give(page(), "record", clip(voice))
    for kind in ("slider", "select_slider", "selectbox", "text_area", "toggle", "button_group", "audio_input"):
        assert all(item.label.strip() for item in getattr(made, kind)), kind


def test_charts_are_described_in_words(engine):
    made = page()
    assert "aria-label" in made.get("bidi_component")[0].proto.json  # the waveform
    described = re.findall(r'role="img" aria-label="(.*?)"', "".join(item.value for item in made.html))
    assert len(described) == 3
    assert sum(all(EN.label("emotion", label) in text for label in EMOTIONS) for text in described) == 3


def test_what_the_models_brought_is_set_aside_from_the_collector_and_looked_at_again(monkeypatch):
    later = []
    monkeypatch.setattr(service, "_later", lambda seconds, act: later.append(act))
    service._set_aside()
    try:
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
    assert later == [service._set_aside]


@pytest.mark.models
def test_the_real_models_show_the_shipped_example(monkeypatch):
    monkeypatch.setattr(service.Service, "warm_up", lambda self: None)
    streamlit.cache_resource.clear()
    made = page()
    assert verdict(made)
    assert alert(made) is None
    assert not service.service().engine.ready


@pytest.mark.models
def test_the_real_models_read_words_and_voice(monkeypatch, voice):
    monkeypatch.setattr(service.Service, "warm_up", lambda self: None)
    streamlit.cache_resource.clear()
    made = page(src="type", txt="I am so happy that you are here!")
    assert "Joy" in verdict(made)
    assert verdict(give(made, "upload", clip(voice)))
