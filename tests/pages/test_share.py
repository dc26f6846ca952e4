"""Sharing: the link says the same, a clip goes along only when asked, and a link that deletes asks first."""

import html
import os
import subprocess
import sys
import time
from functools import partial
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
import streamlit
from helpers.fakes import HEARD, FakeEngine
from helpers.journeys import EN, alert, run, shown, start
from helpers.paths import ROOT
from helpers.samples import wav_bytes
from hypothesis import given
from hypothesis import strategies as st

from crossmodal import limits
from crossmodal.audio.decoder import shared_decoder
from crossmodal.engine import Gate
from crossmodal.examples import DEFAULT, load_examples
from crossmodal.i18n.translator import LANGUAGES, Translator
from crossmodal.sharing.clip_store import ClipStore
from crossmodal.ui import clip_store, links
from crossmodal.ui.address import SCHEMA

PAGE = str(ROOT / "tests" / "helpers" / "share_page.py")


class Clock:
    def __init__(self):
        self.now = time.time()

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def engine(engine, tmp_path, monkeypatch, clock):
    """With a clip store of its own."""
    monkeypatch.setattr(clip_store, "make_store", lambda: ClipStore(tmp_path / "clips", clock=clock))
    monkeypatch.setattr(clip_store, "_tidy_for_ever", lambda clips: None)
    return engine


page = partial(start, PAGE)


def open_link(address):
    return page(**dict(parse_qsl(urlsplit(address).query)))


def press(made, key):
    made.button(key=key).click()
    return run(made)


def record(made, samples):
    made.audio_input[0].set_value(("clip.wav", wav_bytes(samples), "audio/wav"))
    return run(made)


def numbers(made):
    return [item.value for item in made.code][:2]


def address(made, start="?"):
    """The link that the dialog shows."""
    return next(item.value for item in made.code if item.value.startswith(start) and "forget=" not in item.value)


def delete_link(made):
    return next((item.value for item in made.code if "forget=" in item.value), None)


def keys(made):
    return {item.key for item in made.button}


# --- links -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", [{}, {"ex": "anger", "lang": "zh"}, {"src": "type", "txt": "I'm so & sad = 100 %"}])
def test_the_link_of_an_example_or_of_words_says_the_same(engine, query):
    made = page(**query)
    before = numbers(made)
    asked = address(press(made, "share"))
    told = dict(parse_qsl(urlsplit(asked).query))
    assert told["h"] == engine.model_hash[:8]
    assert told["v"] == SCHEMA
    assert told["lang"] == query.get("lang", "en")
    assert numbers(open_link(asked)) == before
    assert "include" not in keys(made)


def test_the_dialog_offers_everything_in_either_language(engine):
    for language in LANGUAGES:
        say = Translator(language)
        made = press(page(lang=language), "share")
        assert [tab.label for tab in made.tabs] == [say(f"share.tab.{n}") for n in ("link", "embed", "files", "code")]
        code = "\n".join(item.value for item in made.code)
        assert "<iframe " in code
        assert "crossmodal/examples/audio/thrilled.flac" in code
        assert "Pipeline.load()" in code
        assert say("share.qr.alt") in html.unescape("".join(item.value for item in made.html))


@given(
    address=st.dictionaries(st.sampled_from(["src", "txt", "rule", "a_speech", "clip", "h", "forget"]), st.text()),
    base=st.sampled_from(["", "http://localhost:8501/", "https://bench.example.org/compare"]),
)
def test_a_link_keeps_the_settings_and_nothing_of_passing_use(address, base):
    made = links.link(base, address, h="1234")
    parts = urlsplit(made)
    read = dict(parse_qsl(parts.query, keep_blank_values=True))
    assert made.startswith(base + "?")
    assert read == {k: v for k, v in address.items() if k not in ("clip", "h", "forget")} | {"h": "1234"}
    assert parts.fragment == ""


@pytest.mark.parametrize(
    ("seen", "public", "base"),
    [
        ("http://localhost:8501", None, "http://localhost:8501/"),
        ("http://localhost:8501/compare?x=1", "https://bench.example.org/", "https://bench.example.org/compare"),
        (None, "https://bench.example.org", "https://bench.example.org/"),
        ("http://10.0.0.2:8501/", "javascript:alert(1)", "http://10.0.0.2:8501/"),
        (None, None, ""),
    ],
)
def test_the_public_address_is_used_where_it_is_known(seen, public, base):
    assert links.base_address(seen, public) == base


def test_the_embed_code_cannot_be_broken_out_of():
    made = links.embed_code('http://x/?a="><script>&b=1', '"><b>')
    assert made.count("<") == 2
    assert made.count(">") == 2
    assert "&amp;embed=true" in made


def test_a_link_that_is_too_long_has_no_code_to_scan():
    assert links.qr_image("http://x/?txt=" + "a" * 4000, "QR") == ""
    assert 'alt="&lt;QR&gt;"' in links.qr_image("http://x/?txt=a", "<QR>")


# --- a visitor's own clip --------------------------------------------------------------------------------------------


def shared(voice, words=None):
    """A page whose clip was included, with its numbers before."""
    made = record(page(src="record", rule="log_pool"), voice)
    if words is not None:
        next(item for item in made.text_area if item.key.startswith("words_")).set_value(words)
        run(made)
    before = numbers(made)
    return press(press(made, "share"), "include"), before


def test_a_clip_stays_here_unless_it_is_asked_for(engine, voice, tmp_path):
    made = press(record(page(src="record"), voice), "share")
    assert EN("share.link.without_clip") in shown(made)
    assert "clip=" not in address(made)
    assert not (tmp_path / "clips").exists()


@pytest.mark.parametrize("words", [None, "I never said \u5f00\u5fc3, <b>never</b>.", ""])
def test_the_link_of_a_clip_says_the_same_to_the_last_digit(engine, voice, words):
    made, before = shared(voice, words)
    calls = [tower.calls for tower in engine.towers.values()]
    other = open_link(address(made))
    assert numbers(other) == before
    assert other.text[0].value == (HEARD if words is None else words)
    assert [tower.calls for tower in engine.towers.values()] == calls
    assert dict(parse_qsl(urlsplit(address(made)).query))["rule"] == "log_pool"


def test_a_shared_clip_can_be_shared_on(engine, voice):
    made, before = shared(voice)
    other = press(open_link(address(made)), "share")
    assert "include" not in keys(other)
    assert numbers(open_link(address(other))) == before


def test_a_clip_is_included_once_and_its_delete_link_shown_once(engine, voice, tmp_path):
    made, _ = shared(voice)
    first = address(made)
    assert delete_link(made)
    del made.session_state["_sharing"]  # closing the dialog, which only a browser can
    del made.session_state["_delete_link"]
    assert "embed=true" not in "".join(item.value for item in run(made).code)
    press(made, "share")
    assert address(made) == first
    assert delete_link(made) is None
    assert len(list((tmp_path / "clips").iterdir())) == 1


def test_one_visitor_cannot_push_the_others_out(engine, voice, tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "MAX_SHARED_CLIPS_A_DAY", 1)
    made, _ = shared(voice)
    first = address(made)
    next(item for item in made.text_area if item.key.startswith("words_")).set_value("Something else.")
    press(run(made), "include")
    assert EN("error.clip_limit", most=1) in alert(made)
    assert len(list((tmp_path / "clips").iterdir())) == 1
    assert alert(open_link(first)) is None


def test_other_models_read_a_shared_clip_anew_and_say_so(engine, voice):
    made, _ = shared(voice)
    there = address(made)
    old, engine.model_hash = engine.model_hash, "0" * 12
    engine._pipeline = None
    other = open_link(there)
    assert old in shown(other)
    assert "0" * 12 in shown(other)
    assert engine.towers["speech"].calls == 2
    assert len(numbers(other)) == 2


def test_a_clip_that_waits_for_busy_encoders_is_no_example(engine, voice, monkeypatch):
    made, _ = shared(voice)
    there = address(made)
    engine.model_hash = "0" * 12
    engine.gate = Gate(waiting=0, patience=0.05)
    with engine.gate.slot():
        other = open_link(there)
    assert EN("error.title.busy") in alert(other)
    assert numbers(other) == []
    assert {"again_opened", "close_clip"} <= keys(other)
    assert len(numbers(press(other, "again_opened"))) == 2


def test_evidence_that_does_not_fit_the_models_is_refused(engine, voice, monkeypatch):
    made, _ = shared(voice)
    monkeypatch.setattr(FakeEngine, "modalities", ("text",), raising=False)
    del engine.modalities
    assert EN("error.clip_damaged") in alert(open_link(address(made)))


def test_an_expired_link_says_so_and_keeps_the_settings(engine, voice, clock):
    made, _ = shared(voice)
    there = address(made)
    clock.now += 8 * 24 * 3600
    other = open_link(there)
    assert EN("error.clip_gone") in alert(other)
    assert other.query_params["rule"] in ("log_pool", ["log_pool"])
    assert len(numbers(other)) == 2  # the example stands in
    press(other, "close_clip")
    assert alert(other) is None
    assert "clip" not in other.query_params


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "<script>", "0" * 44, "f" * 44, "a" * 5000])
def test_a_hostile_name_is_a_clip_that_is_gone(engine, name):
    made = page(clip=name)
    assert (alert(made) is None) == (name == "")
    assert len(numbers(made)) == 2


def test_a_shared_clip_can_be_closed(engine, voice):
    made, _ = shared(voice)
    other = open_link(address(made))
    assert "close_clip" in keys(other)
    press(other, "close_clip")
    assert other.text[0].value == load_examples()[DEFAULT].text


def test_a_store_that_is_off_offers_nothing(engine, voice, monkeypatch):
    monkeypatch.setattr(clip_store, "make_store", lambda: None)
    streamlit.cache_resource.clear()
    made = press(record(page(src="record"), voice), "share")
    assert "include" not in keys(made)
    assert EN("error.clip_gone") in alert(page(clip="f" * 44))


def test_the_environment_names_the_store(monkeypatch, tmp_path):
    monkeypatch.setenv(clip_store.STORE_VARIABLE, clip_store.OFF)
    assert clip_store.make_store() is None
    monkeypatch.setenv(clip_store.STORE_VARIABLE, str(tmp_path / "mine"))
    assert clip_store.make_store()._root == str(tmp_path / "mine")
    monkeypatch.setenv(clip_store.STORE_VARIABLE, "nosuch://bucket/clips")
    assert clip_store.make_store() is None
    monkeypatch.delenv(clip_store.STORE_VARIABLE)
    assert clip_store.make_store()._root == str(clip_store.FOLDER)


def test_the_default_store_lies_beside_the_app_wherever_the_models_are():
    """In a process of its own, as the folders are found when the modules are imported."""
    program = "from crossmodal.ui import clip_store; print(clip_store.FOLDER)"
    environment = os.environ | {"CROSSMODAL_MODELS": "/elsewhere/models", "PYTHONPATH": str(ROOT)}
    folder = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    ).stdout.strip()
    assert folder == str(ROOT / "clips")
    assert (ROOT / "app.py").is_file()


def test_what_the_page_plays_is_what_is_kept(engine, voice, tmp_path):
    made, _ = shared(voice)
    (name,) = (path.stem for path in (tmp_path / "clips").glob("*.clip"))
    (sample,) = (one for one in made.session_state["_subjects"].values() if one.clip)
    kept = shared_decoder()(ClipStore(tmp_path / "clips").get(name).audio)
    np.testing.assert_array_equal(kept, shared_decoder()(sample.clip.playable()))


# --- deleting --------------------------------------------------------------------------------------------------------


def test_opening_a_delete_link_deletes_nothing(engine, voice):
    made, _ = shared(voice)
    asked = open_link(delete_link(made))
    assert EN("share.forget.title") in alert(asked)
    assert alert(open_link(address(made))) is None
    press(asked, "forget_keep")
    assert alert(asked) is None


def test_the_button_deletes(engine, voice, tmp_path):
    made, _ = shared(voice)
    asked = press(open_link(delete_link(made)), "forget_go")
    assert EN("share.forget.done") in alert(asked)
    assert "forget" not in asked.query_params
    assert not list((tmp_path / "clips").iterdir())
    assert EN("error.clip_gone") in alert(open_link(address(made)))


@pytest.mark.parametrize("token", ["", "." + "0" * 32, "\u00e9"])
def test_a_wrong_delete_link_deletes_nothing(engine, voice, token):
    made, _ = shared(voice)
    name = dict(parse_qsl(urlsplit(address(made)).query))["clip"]
    asked = press(page(forget=name + token), "forget_go")
    assert any('role="alert"' in item.value for item in asked.html)
    assert EN("share.forget.done") not in shown(asked)
    assert alert(open_link(address(made))) is None
