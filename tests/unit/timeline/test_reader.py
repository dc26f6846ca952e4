"""A long recording, found and read piece by piece as if it were whole; what cannot be read is refused."""

import numpy as np
import pytest
from helpers.audio_files import encoded, lying_wav
from helpers.recordings import recording_of, spans
from helpers.samples import TALK, wav_bytes

from crossmodal import limits
from crossmodal.audio.decoder import shared_decoder
from crossmodal.errors import InputError
from crossmodal.timeline import reader
from crossmodal.timeline.types import PEAKS_PER_SECOND
from crossmodal.timeline.vad import WINDOW
from crossmodal.types import SAMPLE_RATE


def test_an_utterance_over_a_border_is_found_once(engine, talk, monkeypatch):
    start, end = spans(talk, len(talk))[2]
    border = (start + end) / 2 * WINDOW / SAMPLE_RATE
    monkeypatch.setattr(reader, "BLOCK_SECONDS", border)
    found = recording_of(engine, wav_bytes(talk))
    monkeypatch.undo()
    whole = recording_of(engine, wav_bytes(talk))
    assert sum(line.start < border < line.end for line in found.lines) == 1
    np.testing.assert_allclose(
        [(a.start, a.end) for a in found.lines], [(b.start, b.end) for b in whole.lines], atol=0.2
    )


def test_every_line_is_read_in_both_modalities(engine, talk):
    found = recording_of(engine, wav_bytes(talk))
    assert len(found.lines) >= len(TALK)
    assert found.seconds == pytest.approx(len(talk) / SAMPLE_RATE, abs=0.1)
    assert len(found.peaks) == pytest.approx(found.seconds * PEAKS_PER_SECOND, abs=1)
    assert all(set(line.evidence.predictions) == {"speech", "text"} for line in found.lines)
    assert all(line.words == line.heard == engine.recogniser.text for line in found.lines)
    for line in found.lines:
        assert all(line.start - 0.3 <= word.start <= line.end + 0.3 for word in line.evidence.transcript.words)
        assert len(shared_decoder()(line.audio)) / SAMPLE_RATE == pytest.approx(line.seconds, abs=0.3)


def test_without_ears_no_sound_is_kept(engine, talk):
    assert all(line.audio is None for line in recording_of(engine, wav_bytes(talk), keep_audio=False).lines)


@pytest.mark.models
def test_a_line_reads_as_the_same_stretch_alone(pipeline, talk):
    quiet = np.round(0.2 * talk * 32767) / 32767
    cuts = reader.UtteranceBuffer()
    chunks = [*cuts(quiet.astype(np.float32)), *cuts.finish()]
    steps = reader.read(wav_bytes(quiet), lambda work: work(pipeline), keep_audio=False)
    lines = [line for step in steps for line in step.lines]
    assert len(lines) == len(chunks) >= len(TALK)
    for line, chunk in zip(lines, chunks, strict=True):
        alone = pipeline.embed(speech=wav_bytes(chunk.samples), transcribe=False)
        left, right = (e.predictions["speech"].probabilities["emotion"] for e in (line.evidence, alone))
        np.testing.assert_allclose(left, right, atol=0.08)


@pytest.mark.models
def test_heard_together_is_heard_alike(pipeline, talk):
    lines = [line for s in reader.read(wav_bytes(talk), lambda work: work(pipeline)) for line in s.lines]
    said = " ".join(line.words for line in lines).lower()
    assert all(heard in said for heard in ("thank you so much", "lonely tonight", "wonderful", "tuesday"))
    assert next(line for line in lines if "lonely" in line.words).start > lines[0].end


# --- limits and refusals ---------------------------------------------------------------------------------------------


SILENCE = np.zeros(3 * SAMPLE_RATE)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"<html>" * 10, "unsupported_format"),
        (b"OggS" + bytes(200), "unreadable"),
        (wav_bytes(SILENCE), "no_speech"),
        (lying_wav(SILENCE, rate=1), "sample_rate"),
        (b"RIFF\x00\x00\x00\x00WAVE" + bytes(limits.MAX_RECORDING_BYTES), "too_large"),
        (encoded(np.zeros(2100 * SAMPLE_RATE), "flac", "flac", 8_000), "recording_too_long"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_read_is_refused(engine, data, code):
    with pytest.raises(InputError) as caught:
        recording_of(engine, data)
    assert caught.value.code == code
    assert engine.towers["speech"].calls == 0


def test_a_file_that_hides_its_length_is_read_up_to_the_limit(engine, talk, monkeypatch):
    monkeypatch.setattr(limits, "MAX_RECORDING_SECONDS", 12.0)
    found = []
    with pytest.raises(InputError) as caught:
        found.extend(reader.read(encoded(talk, "adts", "aac"), engine.run))
    assert caught.value.code == "recording_cut"
    assert [line for step in found for line in step.lines]
    assert all(line.end < 12.5 for step in found for line in step.lines)
