"""Journeys through "why this answer" without a browser; see helpers/journeys.py for the engine behind the page."""

import html
import re

import pytest
from helpers.journeys import EN, clip, give, page, run, shown, verdict

from crossmodal import limits
from crossmodal.audio.prosody import measure
from crossmodal.engine import Gate
from crossmodal.examples import DEFAULT, load_examples
from crossmodal.explain.shapley import attribution
from crossmodal.fusion.fuse import fuse
from crossmodal.model.folder import MODELS_VARIABLE
from crossmodal.types import FusionSettings
from crossmodal.ui.sections import why_cache
from crossmodal.ui.sections.why import strengths
from crossmodal.ui.sections.why_cache import OcclusionScores

pytestmark = pytest.mark.usefixtures("plain_sliders")


def calls(engine):
    return engine.towers["speech"].calls, engine.towers["text"].calls


def table(made):
    """Word -> points, as those hear it who cannot see the page."""
    found = [item.value for item in made.html if "cx-pulls" in item.value]
    return re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td>', html.unescape("".join(found)))


def test_nothing_is_read_before_it_is_asked(engine):
    made = page()
    assert EN("why.modality") not in shown(made)
    assert calls(engine) == (0, 0)
    made.toggle(key="why").set_value(True)
    made = run(made)
    for key in ("why.modality", "why.words", "why.time", "why.prosody", "why.prosody.rate"):
        assert EN(key) in shown(made)


def test_the_settings_move_it_by_arithmetic_alone(engine):
    made = page(why="true", a_text="0")
    before, read = shown(made), calls(engine)
    assert read[0] == 1  # once for the voice with all its moments
    made.slider(key="a_speech").set_value(0.1)
    made = run(made)
    made.toggle(key="m_text").set_value(True)
    made = run(made)
    assert calls(engine) == read
    made.slider(key="a_text").set_value(0.9)
    made = run(made)
    assert calls(engine)[0] == read[0]
    assert shown(made) != before


def test_the_shares_are_those_of_the_arithmetic(engine):
    made = page(why="true")
    found = attribution(load_examples()[DEFAULT].evidence, FusionSettings(), engine.calibration)
    text = shown(made)
    assert f"{100 * found.chance:.1f}" in text
    for value in found.modalities.values():
        assert f"{100 * value:+.1f}".replace("-", "\u2212") in text


def test_the_words_stand_as_they_are_read(engine):
    made = page(why="true", src="type", txt="Oh <b>no</b>, not again!")
    assert [word for word, _ in table(made)] == ["Oh", "<b>no</b>,", "not", "again!"]
    assert EN("why.time") not in shown(made)
    assert any(word in shown(made) for word in ("Smallest change", "No single change"))


def test_a_single_word_has_nothing_to_be_left_out_of(engine):
    made = page(why="true", src="type", txt="Wonderful!")
    assert EN("why.words.one") in shown(made)
    assert table(made) == []


def test_a_voice_alone_has_moments_and_no_words(engine, voice):
    engine.recogniser.text = ""
    made = give(page(why="true"), "record", clip(voice))
    assert verdict(made)
    assert EN("why.words.none") in shown(made)
    assert any("cx-moments" in item.value for item in made.html)
    assert "dB" in shown(made)


def test_edited_words_are_read_anew_and_the_voice_is_not(engine, voice):
    made = give(page(why="true"), "record", clip(voice))
    spoken = engine.towers["speech"].calls
    box = next(area for area in made.text_area if area.key.startswith("words_"))
    box.set_value("Get out of here!")
    made = run(made)
    assert [word for word, _ in table(made)] == ["Get", "out", "of", "here!"]
    assert engine.towers["speech"].calls == spoken


def test_what_is_switched_off_pulls_nothing(engine):
    text = shown(page(why="true", m_text="false"))
    assert EN("why.words.none") in text
    text = shown(page(why="true", m_speech="false"))
    assert EN("why.time.none") in text
    assert EN("why.prosody.rate") in text


def test_no_free_place_is_said_and_the_rest_stays(engine):
    engine.gate = Gate(running=1, waiting=0)
    with engine.gate.slot():
        made = page(why="true")
    assert EN("why.modality") in shown(made)
    assert EN("error.queue_full") in shown(made)
    made = run(made)
    assert table(made)


def test_a_folder_without_a_reference_is_said(engine, tmp_path, monkeypatch):
    monkeypatch.setenv(MODELS_VARIABLE, str(tmp_path))
    assert EN("why.prosody.none") in shown(page(why="true"))


def test_a_clip_that_was_read_is_not_decoded_again(engine, voice, monkeypatch):
    made = give(page(src="record"), "record", clip(voice))
    for name in ("preprocess", "shared_decoder"):
        monkeypatch.setattr(why_cache, name, lambda *_: pytest.fail("decoded again"))
    made.toggle(key="why").set_value(True)
    made = run(made)
    assert EN("why.prosody.rate") in shown(made)
    (sample,) = (one for one in made.session_state["_subjects"].values() if one.clip)
    (read,) = (one for one in made.session_state["_reasons"].values() if isinstance(one, OcclusionScores))
    assert read.prosody == measure(sample.clip.source)
    assert read.offset == 0.0


def test_the_session_keeps_a_few_inputs_alone(engine):
    made = page(why="true", src="type", txt="One two.")
    for number in range(6):
        made.text_area(key="txt").set_value(f"Some words, {number}.")
        made = run(made)
    assert len(made.session_state["_reasons"]) <= limits.MAX_SESSION_EXPLANATIONS


def test_fusing_anew_is_what_a_flip_says(engine):
    """The word whose leaving out turns the answer turns it."""
    text = "I am so very glad about this"
    made = page(why="true", src="type", txt=text)
    said = shown(made)
    found = re.search(r"without \u201c(\w+)\u201d it is (\w+),", said)
    if not found:
        pytest.skip("with these towers no word turns it")
    words = [word for word in text.split() if word != found[1]]
    evidence = engine.pipeline().embed(text=" ".join(words))
    assert EN.label("emotion", fuse(evidence, FusionSettings(), engine.calibration).label) == found[2]


def test_pulls_are_drawn_against_the_strongest():
    assert strengths([0.2, -0.1]) == [1.0, -0.5]
    assert strengths([0.002, 0.0]) == [0.1, 0.0]


def test_a_long_text_is_left_out_in_groups(engine):
    made = page(why="true", src="type", txt=" ".join(f"word{number}" for number in range(90)))
    assert len(table(made)) == 30
    assert EN("why.words.groups", label="X").split("X")[1][:30] in shown(made)
    if "No single change" in shown(made):
        assert EN("why.flip.none", left=30, tried=0) in shown(made)
