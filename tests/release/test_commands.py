"""The command line, as a person or a script calls it."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
from helpers.samples import wav_bytes

from crossmodal.__main__ import main
from crossmodal.commands.records import MODEL_FAULT, OK, SOME_UNREADABLE, USAGE
from crossmodal.model.folder import CARD, METRICS, MODELS
from crossmodal.types import SAMPLE_RATE


def lines(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_help_teaches(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == OK
    shown = capsys.readouterr().out
    assert "exit codes" in shown
    assert "--alpha speech=.6,text=.4" in shown


@pytest.mark.parametrize(
    "words",
    [
        ["predict"],
        ["predict", "a.wav", "--rule", "majority"],
        ["predict", "a.wav", "--alpha", "speech:1"],
        ["predict", "--text-file", "no/such/file.txt"],
        ["evaluate"],
        ["evaluate", "--only", "fusion"],
        ["sing"],
    ],
)
def test_wrong_usage_exits_with_two(words):
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == USAGE


def test_line_counts_must_fit(tmp_path):
    (tmp_path / "lines.txt").write_text("one\ntwo\n")
    with pytest.raises(SystemExit) as caught:
        main(["predict", "a.wav", "--text-file", str(tmp_path / "lines.txt")])
    assert caught.value.code == USAGE


def test_missing_models_exit_with_three(tmp_path, capsys):
    assert main(["predict", "--text", "hello", "--models", str(tmp_path)]) == MODEL_FAULT
    assert "manifest.json" in capsys.readouterr().err


def test_the_card_is_written_without_data_and_without_torch(tmp_path):
    shutil.copy(MODELS / METRICS, tmp_path)
    program = (
        "import sys; from crossmodal.__main__ import main; "
        f"code = main(['evaluate', '--only', 'card', '--models', {str(tmp_path)!r}]); "
        "sys.exit(code or 'torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == OK
    assert (tmp_path / CARD).read_bytes() == (MODELS / CARD).read_bytes()


def test_there_is_no_card_without_metrics(tmp_path, capsys):
    assert main(["evaluate", "--only", "card", "--models", str(tmp_path)]) == MODEL_FAULT
    assert METRICS in capsys.readouterr().err


@pytest.mark.models
def test_predict_words(capsys):
    assert main(["predict", "--text", "I'm thrilled.", "--json"]) == OK
    (record,) = lines(capsys)
    assert record["fused"]["label"] == "joy"
    assert record["alpha_used"] == {"text": 1.0}
    assert set(record) == {"input", "transcript", "modalities", "fused", "alpha_used", "rule", "model_hash"}


@pytest.mark.models
def test_an_unreadable_clip_is_reported_and_the_rest_go_on(tmp_path, voice, capsys):
    good, bad = tmp_path / "good.wav", tmp_path / "bad.wav"
    good.write_bytes(wav_bytes(voice))
    bad.write_bytes(b"RIFF....WAVEnothing")
    missing = tmp_path / "missing.wav"
    words = [
        "predict",
        str(bad),
        str(missing),
        str(good),
        "--alpha",
        "speech=.6,text=.4",
        "--rule",
        "log_pool",
        "--json",
    ]
    assert main(words) == SOME_UNREADABLE
    first, second, third = lines(capsys)
    assert first["error"]["code"] == "unreadable"
    assert second["error"]["code"] == "no_such_file"
    assert third["rule"] == "log_pool"
    assert third["alpha_used"] == {"speech": 0.6, "text": 0.4}
    assert third["transcript"]


@pytest.mark.models
def test_lines_of_a_file_are_read_one_by_one(tmp_path, capsys):
    path = tmp_path / "lines.txt"
    path.write_text("I'm thrilled.\n\nI miss her so much.\n", encoding="utf-8")
    assert main(["predict", "--text-file", str(path), "--json"]) == SOME_UNREADABLE
    first, empty, last = lines(capsys)
    assert first["fused"]["label"] == "joy"
    assert empty["error"]["code"] == "empty_text"
    assert last["fused"]["label"] == "sadness"


@pytest.mark.models
def test_voice_alone(tmp_path, voice, capsys):
    path = tmp_path / "a.wav"
    path.write_bytes(wav_bytes(voice))
    assert main(["predict", str(path), "--no-transcript", "--json"]) == OK
    (record,) = lines(capsys)
    assert list(record["modalities"]) == ["speech"]
    assert record["transcript"] is None


@pytest.mark.models
def test_unknown_modality_is_wrong_usage(capsys):
    assert main(["predict", "--text", "hello", "--alpha", "smell=1"]) == USAGE
    assert "speech, text" in capsys.readouterr().err


@pytest.mark.models
def test_for_people_the_reading_is_a_table(capsys):
    assert main(["predict", "--text", "I'm thrilled."]) == OK
    shown = capsys.readouterr().out
    assert "I'm thrilled.: joy" in shown
    assert "surprise" in shown


def test_transcribe(tmp_path, voice, capsys):
    path = tmp_path / "a.wav"
    path.write_bytes(wav_bytes(voice))
    assert main(["transcribe", str(path), "--json"]) == OK
    (record,) = lines(capsys)
    assert record["words"]
    assert record["words"][0]["end"] > record["words"][0]["start"] >= 0


SILENCE = np.zeros(3 * SAMPLE_RATE)


@pytest.mark.models
def test_the_command_prints_a_timeline(talk, tmp_path, capsys):
    (tmp_path / "talk.wav").write_bytes(wav_bytes(talk[: 12 * SAMPLE_RATE]))
    words = ["timeline", str(tmp_path / "talk.wav"), "--format", "json", "--alpha", "speech=.7,text=.3"]
    assert main(words) == OK
    record = json.loads(capsys.readouterr().out)
    assert record["lines"]
    assert record["lines"][0]["alpha_used"] == pytest.approx({"speech": 0.7, "text": 0.3})


@pytest.mark.models
def test_the_command_says_what_it_cannot_read(tmp_path, capsys):
    (tmp_path / "quiet.wav").write_bytes(wav_bytes(SILENCE))
    assert main(["timeline", str(tmp_path / "quiet.wav")]) == SOME_UNREADABLE
    assert "no voice" in capsys.readouterr().err
