"""Readers of speech corpora: both kinds of folder, odd files, repeats and folds."""

from pathlib import Path

import pytest

from crossmodal.data.speech import (
    distinct,
    parse_cremad,
    parse_emodb,
    parse_ravdess,
    parse_tess,
    read_corpus,
    speaker_folds,
)
from crossmodal.errors import CrossmodalError


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def test_file_names_say_who_feels_what():
    assert parse_ravdess("03-01-02-01-02-01-12") == ("ravdess_12", "neutral", "Dogs are sitting by the door")
    assert parse_ravdess("03-02-06-01-02-01-12") is None  # sung
    assert parse_emodb("03a01Wa") == ("emodb_03", "anger", "")
    assert parse_emodb("03a01La") is None  # boredom
    assert parse_cremad("1001_DFA_HAP_XX") == ("cremad_1001", "joy", "Don't forget a jacket")
    assert parse_cremad("1001_DFA_ZZZ_XX") is None
    assert parse_tess("OAF_back_ps") == ("tess_OAF", "surprise", "Say the word back")


def test_published_layout_is_read_in_order_and_without_repeats(tmp_path):
    write(tmp_path / "Actor_02" / "03-01-05-01-01-01-02.wav", b"b")
    write(tmp_path / "Actor_01" / "03-01-04-01-01-01-01.wav", b"a")
    write(tmp_path / "Actor_01" / "03-01-04-01-01-02-01.wav", b"a")
    write(tmp_path / "Actor_01" / "notes.wav", b"c")
    clips = read_corpus("ravdess", tmp_path)
    assert [(clip.speaker, clip.emotion) for clip in clips] == [("ravdess_01", "sadness"), ("ravdess_02", "anger")]


def test_table_is_preferred_and_an_empty_emotion_is_none(tmp_path):
    write(tmp_path / "audio" / "x.flac", b"x")
    write(tmp_path / "metadata.csv", b"path,speaker,emotion,text,split\naudio/x.flac,anna,,Hello,dev\n")
    (clip,) = read_corpus("plain", tmp_path)
    assert (clip.key, clip.speaker, clip.emotion, clip.text, clip.split) == (
        "audio/x.flac",
        "anna",
        None,
        "Hello",
        "dev",
    )


@pytest.mark.parametrize("row", ["audio/x.flac,anna,boredom,,", ",anna,,,"])
def test_unusable_row_is_named(tmp_path, row):
    write(tmp_path / "metadata.csv", f"path,speaker,emotion,text,split\n{row}\n".encode())
    with pytest.raises(CrossmodalError) as caught:
        read_corpus("plain", tmp_path)
    assert (caught.value.code, caught.value.values["row"]) == ("data_row", 2)


def test_nothing_found_is_an_error(tmp_path):
    with pytest.raises(CrossmodalError) as caught:
        read_corpus("ravdess", tmp_path)
    assert caught.value.code == "data_missing"


def test_folds_part_the_speakers(tmp_path):
    for actor in range(1, 21):
        write(tmp_path / f"03-01-05-01-01-01-{actor:02d}.wav", str(actor).encode())
    folds = speaker_folds(read_corpus("ravdess", tmp_path))
    assert [len(fold) for fold in folds] == [4] * 5
    assert len(frozenset.union(*folds)) == 20
    assert folds[0] == {f"ravdess_{actor:02d}" for actor in range(1, 5)}


def test_distinct_keeps_the_first(tmp_path):
    for name in ("03-01-05-01-01-01-01", "03-01-05-01-01-02-01"):
        write(tmp_path / f"{name}.wav", b"same")
    clips = read_corpus("ravdess", tmp_path)
    assert [clip.key for clip in distinct(clips + clips)] == ["03-01-05-01-01-01-01.wav"]
