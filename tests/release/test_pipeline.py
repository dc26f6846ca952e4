"""The whole way with real encoders: what is read once, what is read again, and that nothing reaches outside."""

import socket
import threading

import numpy as np
import pytest
from helpers.samples import wav_bytes

from crossmodal.errors import InputError
from crossmodal.sharing.serialization import evidence_from_record, evidence_record, result_record
from crossmodal.types import TASKS

pytestmark = pytest.mark.models


@pytest.fixture
def clip(voice) -> bytes:
    return wav_bytes(voice)


def test_a_clip_gives_voice_words_and_their_fusion(pipeline, clip):
    stages = []
    evidence = pipeline.embed(speech=clip, progress=stages.append)
    assert stages == ["decode", "transcript", "encode_speech", "encode_text"]
    assert list(evidence.predictions) == ["speech", "text"]
    assert evidence.transcript.words
    assert set(evidence.cost) == set(stages)
    result = pipeline.fuse(evidence, alpha={"speech": 0.6, "text": 0.4})
    assert result.alpha_used == {"speech": 0.6, "text": 0.4}
    for reading in evidence.predictions.values():
        assert np.linalg.norm(reading.embedding) == pytest.approx(1.0)
        assert all(reading.probabilities[task].sum() == pytest.approx(1.0) for task in TASKS)


def test_voice_alone_and_words_alone(pipeline, clip):
    assert list(pipeline.embed(speech=clip, transcribe=False).predictions) == ["speech"]
    assert list(pipeline.embed(text="I'm thrilled.").predictions) == ["text"]
    with pytest.raises(InputError) as caught:
        pipeline.embed()
    assert caught.value.code == "nothing_given"


def test_given_words_take_the_place_of_the_transcript(pipeline, clip):
    evidence = pipeline.embed(speech=clip, text="I am so angry with you!")
    assert evidence.transcript is None
    alone = pipeline.embed(text="I am so angry with you!")
    np.testing.assert_array_equal(evidence.predictions["text"].embedding, alone.predictions["text"].embedding)


def test_editing_the_words_keeps_the_voice(pipeline, clip, monkeypatch):
    evidence = pipeline.embed(speech=clip)
    monkeypatch.setattr(pipeline, "towers", {**pipeline.towers, "speech": None})  # would fail if it were called
    edited = pipeline.repredict(evidence, text="Get out of my house!")
    assert edited.predictions["speech"] is evidence.predictions["speech"]
    assert edited.predictions["text"].probabilities["emotion"].argmax() == 0  # anger


def test_level_does_not_matter(pipeline, voice):
    loud, quiet = (pipeline.embed(speech=wav_bytes(voice * gain), transcribe=False) for gain in (1.0, 0.1))
    left, right = (e.predictions["speech"].probabilities["emotion"] for e in (loud, quiet))
    np.testing.assert_allclose(left, right, atol=0.05)


@pytest.mark.parametrize(
    ("text", "emotion"),
    [
        ("I'm thrilled.", "joy"),
        ("I can't believe you did that to me, I hate you!", "anger"),
        ("I miss her so much, I can't stop crying.", "sadness"),
        ("Someone is following me, I'm so scared.", "fear"),
        ("That is disgusting, it makes me sick.", "disgust"),
        ("The meeting starts at nine.", "neutral"),
        ("Wow, I did not see that coming!", "surprise"),
    ],
)
def test_plain_sentences_are_read_as_anybody_would(pipeline, text, emotion):
    assert pipeline.fuse(pipeline.embed(text=text)).label == emotion


def test_threads_read_the_same_as_one_after_another(pipeline, clip):
    found = {}

    def work(number):
        found[number] = pipeline.embed(speech=clip, transcribe=False).predictions["speech"].embedding

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in range(1, 4):
        np.testing.assert_array_equal(found[0], found[number])


def test_nothing_reaches_outside(clip, monkeypatch):
    from crossmodal.pipeline import Pipeline

    def refuse(*_):
        raise AssertionError("a connection was attempted")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert Pipeline.load().embed(speech=clip).predictions


def test_records_bring_evidence_back(pipeline, clip):
    evidence = pipeline.embed(speech=clip)
    again = evidence_from_record(evidence_record(evidence))
    left, right = pipeline.fuse(evidence), pipeline.fuse(again)
    np.testing.assert_allclose(left.probabilities["emotion"], right.probabilities["emotion"], atol=1e-6)
    assert again.transcript == evidence.transcript
    record = result_record("clip", evidence, left)
    assert record["fused"]["label"] == left.label
    assert sum(record["fused"]["emotion"].values()) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.data
def test_real_speech_is_read(pipeline, data_folder):
    """An actor's furious clip is not called calm, and a reader's clip is."""
    angry = data_folder / "ravdess" / "audio" / "Actor_05" / "03-01-05-02-01-01-05.flac"
    plain = sorted((data_folder / "kathleen" / "audio").glob("*.flac"))[3]
    read = {path: pipeline.embed(speech=path.read_bytes(), transcribe=False) for path in (angry, plain)}
    assert pipeline.fuse(read[angry]).label == "anger"
    assert pipeline.fuse(read[plain]).label == "neutral"
