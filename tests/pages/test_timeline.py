"""The timeline's page without a browser: the real reading and fusing around towers that answer at once."""

import json
import re
import time
from types import SimpleNamespace

import numpy as np
import pytest
import streamlit as st
from helpers.journeys import EN, address, alert, run, shown, start
from helpers.samples import wav_bytes

from crossmodal.engine import Gate
from crossmodal.examples import load_examples
from crossmodal.examples.recording import example_recording
from crossmodal.limits import MAX_TEXT_CHARACTERS
from crossmodal.timeline.tracks import fuse_tracks
from crossmodal.timeline.types import Recording, UtteranceLine
from crossmodal.types import FusionSettings
from crossmodal.ui import presence
from crossmodal.ui.charts import timeline as timeline_chart
from crossmodal.ui.components import mixer
from crossmodal.ui.frame import PageContext
from crossmodal.ui.sections import timeline_lines, timeline_source, timeline_tracks

pytestmark = pytest.mark.usefixtures("plain_sliders")


def page_alone():
    """The script of the page without the rest of the app."""
    from crossmodal.ui import frame, service
    from crossmodal.ui.pages import timeline

    timeline.timeline(frame.frame(), service.service().engine)


def page(**query):
    return start(page_alone, **query)


def strips_shown(made):
    figure = json.loads(next(item for item in made.get("plotly_chart") if "strips" in item.proto.id).proto.spec)
    return [trace for trace in figure["data"] if trace["type"] == "bar"]


def held(made, name="example"):
    return made.session_state["_timeline"][name]


def use(engine, model_hash):
    """Another model behind the page."""
    engine.model_hash, engine._pipeline = model_hash, None


# --- the example -----------------------------------------------------------------------------------------------------


def test_the_first_paint_is_a_finished_timeline_and_wakes_no_model(engine):
    made = page()
    voice, words, fused, apart = strips_shown(made)
    assert len(voice["x"]) == len(words["x"]) == len(fused["x"]) == len(apart["x"]) == len(load_examples())
    assert EN("timeline.synthetic") in shown(made)
    assert engine.ready is False
    assert [button.label for button in made.get("download_button")] == [
        EN(f"timeline.export.{name}") for name in ("csv", "json", "vtt", "textgrid")
    ]


def test_the_example_says_what_its_clips_say(engine):
    found = example_recording()
    for line, example in zip(found.lines, load_examples().values(), strict=True):
        assert line.evidence.predictions is example.evidence.predictions
        assert line.audio == example.audio
        assert line.seconds <= example.seconds
    ends = [line.end for line in found.lines]
    assert all(line.start > end for line, end in zip(found.lines[1:], ends, strict=False))
    assert len(found.peaks) == pytest.approx(found.seconds * 10, abs=1)


def test_other_models_read_the_example_anew(engine):
    engine.model_hash = "0" * 12
    made = page()
    assert strips_shown(made)
    assert engine.towers["speech"].calls == len(load_examples())
    assert EN("timeline.synthetic.anew") in shown(made)
    assert EN("timeline.synthetic") not in shown(made)
    run(made)
    assert engine.towers["speech"].calls == len(load_examples())


def test_what_one_model_read_is_not_fused_with_another(engine):
    made = page()
    shipped = engine.model_hash
    held(made).pending = {3: "I am so happy about this!"}
    run(made)
    use(engine, "0" * 12)
    run(made)
    found = held(made).recording()
    assert {line.evidence.model_hash for line in found.lines} == {found.model_hash} == {"0" * 12}
    assert found.lines[3].words == "I am so happy about this!"
    calls = engine.towers["speech"].calls
    use(engine, shipped)
    run(made)
    found = held(made).recording()
    assert {line.evidence.model_hash for line in found.lines} == {shipped}
    assert found.lines[3].words == "I am so happy about this!"
    assert engine.towers["speech"].calls == calls


def test_a_weight_moves_the_fused_strip_and_reads_nothing(engine):
    made = page()
    before = strips_shown(made)
    made.slider(key="a_speech").set_value(1.0)
    made.slider(key="a_text").set_value(0.0)
    after = strips_shown(run(made))
    assert after[2]["marker"]["color"] == after[0]["marker"]["color"] != before[1]["marker"]["color"]
    assert [trace["marker"] for trace in after[:2]] == [trace["marker"] for trace in before[:2]]
    assert engine.towers == {name: tower for name, tower in engine.towers.items() if tower.calls == 0}


def test_weights_beside_the_mixer_are_those_of_all_pages(engine, monkeypatch):
    monkeypatch.setattr(mixer, "usable", lambda: True)
    made = page(a_text="0.2")
    assert made.slider(key="tl_a_text").value == 0.2
    made.slider(key="tl_a_speech").set_value(0.9)
    made.toggle(key="tl_m_text").set_value(False)
    run(made)
    assert made.session_state["a_speech"] == 0.9
    assert address(made) | {"a_speech": "0.9", "a_text": "0.2", "m_text": "false"} == address(made)
    assert strips_shown(made)[2]["marker"]["color"] == strips_shown(made)[0]["marker"]["color"]


def test_switching_all_off_is_said(engine):
    made = page()
    made.toggle(key="m_speech").set_value(False)
    made.toggle(key="m_text").set_value(False)
    assert EN("error.nothing_to_fuse") in shown(run(made))


def test_stepping_through_the_lines(engine):
    made = page()
    assert made.button(key="tl_before").disabled
    made.button(key="tl_next").click()
    run(made)
    assert held(made).chosen == 1
    assert EN("timeline.line", number=2) in shown(made)


def test_correcting_a_line_reads_its_words_alone(engine):
    made = page()
    held(made).pending = {3: "I am so happy about this!"}
    run(made)
    assert {name: tower.calls for name, tower in engine.towers.items()} == {"speech": 0, "text": 1}
    assert engine.recogniser.calls == 0
    lines = held(made).recording().lines
    assert lines[3].words == "I am so happy about this!"
    assert lines[3].edited
    voice, known = (
        found.evidence.predictions["speech"].embedding for found in (lines[3], example_recording().lines[3])
    )
    np.testing.assert_array_equal(voice, known)
    assert not any(line.edited for place, line in enumerate(lines) if place != 3)
    run(made)
    assert engine.towers["text"].calls == 1


def test_a_line_without_words_keeps_its_voice(engine):
    made = page()
    held(made).pending = {0: "  "}
    run(made)
    assert set(held(made).recording().lines[0].evidence.predictions) == {"speech"}
    assert engine.towers["text"].calls == 0
    assert EN("timeline.no_words") in [item.value for item in made.text]


def test_a_correction_waits_for_busy_encoders(engine, monkeypatch):
    made = page()
    held(made).pending = {3: "I am so happy about this!"}
    with monkeypatch.context() as patch:
        patch.setattr(engine, "gate", Gate(waiting=0, patience=0.01))
        with engine.gate.slot():
            run(made)
            assert EN("error.queue_full") in alert(made)
            key = f"tl_table_0_{held(made).version}_en"
            monkeypatch.setitem(st.session_state, key, {"edited_rows": {1: {"said": "Oh no."}}})
            timeline_lines._take_edit(held(made), key, "said")
        made.button(key="again_tl_edit_3").click()
        run(made)
    lines = held(made).recording().lines
    assert [lines[place].words for place in (1, 3)] == ["Oh no.", "I am so happy about this!"]
    assert not held(made).pending
    assert alert(made) is None


def test_words_that_cannot_be_read_are_told(engine):
    made = page()
    typed = "so " * MAX_TEXT_CHARACTERS
    held(made).pending = {3: typed}
    before = held(made).recording().lines[3]
    run(made)
    assert EN("timeline.typed", words=typed) in alert(made)
    assert not held(made).pending
    assert held(made).recording().lines[3] == before


def test_a_model_that_answers_no_numbers_spoils_no_line(engine):
    made = page()
    before = held(made).recording().lines[3]
    engine.towers["text"].spoilt = True
    held(made).pending = {3: "I am so happy about this!"}
    run(made)
    assert EN("error.unexpected") in alert(made)
    assert held(made).recording().lines[3] == before
    use(engine, "0" * 12)
    run(made)
    assert not made.get("plotly_chart")
    assert EN("error.unexpected") in alert(made)


def test_two_quick_steps_back_stay_at_the_first_line(engine):
    made = page()
    for _ in range(2):
        timeline_lines._step(held(made), -1)
    assert held(made).chosen == 0


# --- a visitor's own -------------------------------------------------------------------------------------------------


def give(made, data):
    made.file_uploader[0].set_value(("talk.wav", data, "audio/wav"))
    return run(made)


def finished(made, seconds=60):
    end = time.monotonic() + seconds
    while held(made, "own").finished is None and time.monotonic() < end:
        time.sleep(0.2)
        run(made)
    return made


def test_a_recording_is_read_line_by_line(engine, talk):
    made = page(tl="own")
    assert EN("timeline.privacy") in shown(made)
    made = finished(give(made, wav_bytes(talk)))
    lines = held(made, "own").recording().lines
    assert len(lines) >= 5
    assert len(strips_shown(made)[0]["x"]) == len(lines)
    assert not made.file_uploader
    made.button(key="tl_another").click()
    run(made)
    assert made.file_uploader
    assert "own" not in made.session_state["_timeline"]


def test_other_models_may_read_a_recording_anew(engine, talk):
    made = finished(give(page(tl="own"), wav_bytes(talk)))
    lines = len(held(made, "own").recording().lines)
    held(made, "own").pending = {lines - 1: "I am so happy about this!"}
    run(made)
    use(engine, "0" * 12)
    run(made)
    assert EN("timeline.other_models") in shown(made)
    assert not made.get("plotly_chart")
    assert not made.get("download_button")
    made.button(key="tl_anew").click()
    made = finished(run(made))
    found = held(made, "own").recording()
    assert {line.evidence.model_hash for line in found.lines} == {found.model_hash} == {"0" * 12}
    assert len(found.lines) == lines
    assert found.lines[-1].words == "I am so happy about this!"
    assert EN("timeline.other_models") not in shown(made)
    assert strips_shown(made)


def test_what_cannot_be_read_is_said(engine):
    made = finished(give(page(tl="own"), wav_bytes(np.zeros(32_000))))
    assert EN("error.no_speech") in alert(made)


# --- the drawing -----------------------------------------------------------------------------------------------------


@pytest.fixture
def long() -> Recording:
    """Half an hour of four hundred lines."""
    evidence = [example.evidence for example in load_examples().values()]
    lines = [UtteranceLine(4.5 * i, 4.5 * i + 4, evidence[i % len(evidence)], "<b>so</b> it goes") for i in range(400)]
    return Recording(tuple(lines), (0.5,) * 18_000, 1800.0)


def test_half_an_hour_is_a_handful_of_traces(engine, long):
    found = fuse_tracks(long.lines, FusionSettings(), engine.calibration)
    figure = timeline_chart.figure(PageContext(EN, "light"), long, found, (0.0, 1800.0), 3)
    assert len(figure["data"]) == 5
    assert len(json.dumps(figure)) < 600_000
    assert len(figure["data"][0]["x"]) <= 2 * 901
    assert "<b>" not in re.sub(r"<br>", "", json.dumps(figure["data"][1]["hovertext"]))
    part = timeline_chart.figure(PageContext(EN, "dark"), long, found, (600.0, 660.0), None)
    assert 13 <= len(part["data"][1]["x"]) <= 15
    assert part["data"][1]["customdata"][0] == 133


def test_a_click_chooses_its_line():
    class Event:
        class selection:  # noqa: N801
            points = ({"customdata": 7},)

    opened = timeline_source.OpenRecording(1)
    st.session_state["strips_1"] = Event
    timeline_tracks._choose(opened, "strips_1")
    assert opened.chosen == 7


def test_who_has_left_is_known_after_a_while(monkeypatch):
    there = {"session": True}

    class Runtime:
        def is_active_session(self, session):
            return there[session]

    class Context:
        session_id = "session"

    for name, found in (("get_script_run_ctx", Context()), ("exists", True), ("get_instance", Runtime())):
        monkeypatch.setattr(presence, name, lambda found=found: found)
    clock = [0.0]
    monkeypatch.setattr(presence, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    present = presence.presence()
    assert present()
    clock[0] = 500.0  # nobody asked for long, which is no absence
    there["session"] = False
    assert present()
    clock[0] += presence.MAX_ABSENCE_SECONDS - 1
    assert present()
    clock[0] += 1
    assert not present()
    there["session"] = True
    assert present()
    there["session"] = False
    assert present()
