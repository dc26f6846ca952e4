"""The page that trains, without a browser: the real workshop around a worker that tells a finished run at once."""

import html
import json
import re
import sys
import time

import pytest
from helpers.journeys import EN, address, run, shown, start

from crossmodal.custom.queue import TrainingQueue, load_example
from crossmodal.custom.settings import TrainingSettings
from crossmodal.i18n.translator import Translator
from crossmodal.model.folder import MODELS
from crossmodal.ui import service
from crossmodal.ui.sections import train_run

pytestmark = pytest.mark.models
WORKER = """
import json, sys
from pathlib import Path
settings = json.loads(sys.stdin.readline())
if settings["seed"] == 7:
    sys.exit(3)
for event in json.loads(Path(sys.argv[2]).read_text())["events"]:
    if event["event"] == "start":
        event["settings"] = settings
    if event["event"] == "done" and settings["seed"] == 8:
        sys.stdin.readline()
    print(json.dumps(event), flush=True)
"""
"""Tells the shipped example as if it were a run; seed 7 dies, seed 8 does not end before it is told to."""


@pytest.fixture
def shop(tmp_path, monkeypatch, engine):
    script = tmp_path / "worker.py"
    script.write_text(WORKER)
    example = MODELS / "reference" / "example.json"
    made = TrainingQueue(example, program=[sys.executable, "-I", "-S", str(script)])
    monkeypatch.setattr(train_run, "training_queue", lambda: made)
    yield made
    made.close()


def script():
    from crossmodal.ui import frame, navigation

    navigation.show(frame.frame(), "train")


def page(locale="en-US", **query):
    return start(script, locale, **query)


def press(made, key):
    made.button(key=key).click()
    return run(made)


def finished(made):
    """The page once the run of this visitor is over."""
    end = time.monotonic() + 30
    while made.session_state["_run"].alive:
        assert time.monotonic() < end
        time.sleep(0.05)
    return run(made)


def alerts(made):
    return [html.unescape(item.value) for item in made.html if 'role="alert"' in item.value]


@pytest.mark.parametrize(("locale", "say"), [("en-US", Translator("en")), ("zh-CN", Translator("zh"))])
def test_it_opens_on_a_finished_example(shop, engine, locale, say):
    made = page(locale)
    text = shown(made)
    for key in ("train.lead", "train.example", "train.compared", "train.fair", "train.data", "train.model.none"):
        assert say(key) in text
    assert made.button(key="own_use").disabled
    assert engine.ready is False
    assert not alerts(made)


def test_the_settings_stand_in_the_address_and_come_from_it(shop):
    made = page(g12="0.8", dim="16", lr="0.01", ep="3")
    assert (made.slider(key="g12").value, made.select_slider(key="dim").value) == (0.8, 16)
    made = press(made, "train_start")
    settings = made.session_state["_run"].settings
    assert (settings.gamma_cross, settings.dimension, settings.rate, settings.epochs) == (0.8, 16, 0.01, 3)


@pytest.mark.parametrize("asked", [{"g12": "99"}, {"dim": "65"}, {"lr": "x"}, {"ep": "-1"}, {"seed": "1e9"}])
def test_what_the_address_says_wrongly_breaks_nothing(shop, asked):
    made = press(page(**asked), "train_start")
    assert TrainingSettings.checked({}) == made.session_state["_run"].settings


def test_an_experiment_sets_the_sliders_and_starts(shop):
    made = press(page(), "try_words_teach")
    settings = made.session_state["_run"].settings
    assert (settings.lambda_speech, settings.gamma_cross) == (0.0, 1.0)
    assert made.slider(key="l1").value == 0.0


def test_a_finished_run_is_compared_and_can_be_taken_away(shop):
    made = finished(press(page(), "train_start"))
    assert EN("train.yours") in shown(made)
    assert EN("train.column.own") in shown(made)
    assert not made.button(key="own_use").disabled
    assert made.session_state["_run"].result["figures"] == load_example(MODELS)[-1]["figures"]


def test_a_run_at_work_can_be_stopped_and_no_other_started(shop):
    made = press(page(seed="8"), "train_start")
    assert made.button(key="train_start").disabled or run(made).button(key="train_start").disabled
    made = finished(press(made, "train_stop"))
    assert EN("train.column.own") in shown(made)


@pytest.mark.parametrize(("locale", "say"), [("en-US", Translator("en")), ("zh-CN", Translator("zh"))])
def test_a_worker_that_dies_is_said_and_the_example_is_still_there(shop, locale, say):
    made = finished(press(page(locale, seed="7"), "train_start"))
    assert say("error.title.train_worker") in alerts(made)[0]
    assert say("train.example") in shown(made)
    assert not made.button(key="train_start").disabled


def test_weights_that_are_all_zero_are_refused(shop):
    made = press(page(l1="0", l2="0", g12="0", g11="0", g22="0"), "train_start")
    assert EN("error.train_nothing") in alerts(made)[0]


def test_a_full_workshop_says_so(shop):
    held = [shop.start(str(number), TrainingSettings(seed=8)) for number in range(8)]
    made = press(page(), "train_start")
    assert "6" in alerts(made)[0]
    assert EN("error.title.busy") in alerts(made)[0]
    assert all(other.alive for other in held)


def test_one_who_waits_sees_the_place_in_line(shop):
    for number in range(3):
        shop.start(str(number), TrainingSettings(seed=8))
    made = press(page(), "train_start")
    assert EN("train.waiting", place=2) in shown(made)


def test_a_file_that_is_no_model_is_refused_with_the_reason(shop):
    made = page()
    made.file_uploader(key="own_zip").set_value(("model.zip", b"PK\x03\x04", "application/zip"))
    made = run(made)
    assert EN("error.bundle_unreadable") in alerts(made)[0]
    assert service.CustomModel.__name__ not in json.dumps(address(made))


def test_a_model_that_one_left_again_can_be_used_again(shop, engine, tmp_path, monkeypatch):
    """Only the checked folder is put to use here: the encoders are loaded in the journey through the browser."""
    from helpers.archives import contents, zipped
    from helpers.fakes import FakeEngine

    other = FakeEngine(tmp_path / "own")
    other.model_hash = "0123456789ab"
    monkeypatch.setattr(service, "Engine", lambda folder, gate: other)
    made = page()
    data = zipped(contents())
    made.file_uploader(key="own_zip").set_value(("model.zip", data, "application/zip"))
    made = run(made)
    assert EN("train.in_use", model_hash="0123456789ab") in shown(made)
    assert not [button for button in made.button if button.key == "own_again"]
    made = press(press(made, "own_back"), "own_again")
    assert EN("train.in_use", model_hash="0123456789ab") in shown(made)
    assert engine.ready, "the shipped models were loaded first, or else the encoders could be loaded twice"
    assert not alerts(made)


def bench_script():
    from crossmodal.ui import frame, navigation

    navigation.show(frame.frame(), "bench")


at_page = {"bench": bench_script, "train": script}


@pytest.mark.parametrize("key", at_page)
def test_the_note_and_the_way_back(shop, engine, tmp_path, monkeypatch, key):
    """A model of one's own is in use on every page until one goes back; it shares the gate with everybody."""
    from helpers.fakes import FakeEngine

    other = FakeEngine(tmp_path / "own")
    other.model_hash = "0123456789ab"
    made = start(at_page[key])
    made.session_state["_own_model"] = service.CustomModel(other, None)
    made = run(made)
    assert EN("train.in_use", model_hash="0123456789ab") in shown(made)
    assert EN("note.models", model_hash="0123456789ab") in shown(made)
    made = press(made, "own_back")
    assert "0123456789ab" not in shown(made)


def test_markup_of_the_page_holds_no_tag_of_a_visitor():
    from crossmodal.ui import html as markup

    hostile = "<img src=x onerror=y>"
    for made in (markup.banner(hostile), markup.small_title(hostile, hostile)):
        assert not re.search("<img", made)
