"""A long recording: found and read piece by piece as if it were whole, stopped anywhere, fused at any weight."""

import csv
import io
import json
import threading
import time
from itertools import pairwise

import numpy as np
import praatio.textgrid
import pytest
import textgrid
import webvtt
from helpers.audio_files import encoded, lying_wav
from helpers.fakes import FakeEngine
from helpers.samples import TALK, wav_bytes

from crossmodal import limits
from crossmodal.__main__ import main
from crossmodal.audio.decoder import Decoder, shared_decoder
from crossmodal.commands.records import OK, SOME_UNREADABLE
from crossmodal.errors import BusyError, InputError
from crossmodal.examples import load_examples
from crossmodal.fusion.fuse import fuse
from crossmodal.timeline import job as jobs
from crossmodal.timeline import reader
from crossmodal.timeline.exports import TimelineExport, to_csv, to_json, to_textgrid, to_vtt
from crossmodal.timeline.job import Job
from crossmodal.timeline.tracks import disagreement, fuse_tracks
from crossmodal.timeline.types import PEAKS_PER_SECOND, Recording, UtteranceLine
from crossmodal.timeline.vad import MAX_UTTERANCE_SECONDS, PAUSE, WINDOW, StreamingVad, UtteranceSegmenter, windows
from crossmodal.types import EMOTIONS, SAMPLE_RATE, FusionSettings


@pytest.fixture
def engine(tmp_path):
    return FakeEngine(tmp_path / "models")


def recording_of(engine, data, **options) -> Recording:
    found = Recording(model_hash=engine.model_hash)
    for step in reader.read(data, engine.run, **options):
        found = found.with_chunk(step)
    return found


def spans(talk, size):
    """Utterances of a recording that comes in blocks of that many samples."""
    ear, cutter = StreamingVad(), UtteranceSegmenter()
    found = [span for start in range(0, len(talk), size) for span in cutter(ear(talk[start : start + size]))]
    return found + cutter.finish()


# --- decoding in blocks --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("container", "codec"), [("flac", "flac"), ("ogg", "libopus"), ("mp3", "libmp3lame")])
def test_blocks_together_are_the_whole(talk, container, codec):
    data, decoder = encoded(talk, container, codec), Decoder()
    blocks = [block for _, block in decoder.blocks(data, 60.0, 2.0, 10**7)]
    np.testing.assert_array_equal(np.concatenate(blocks), decoder(data, 60.0))
    assert {len(block) for block in blocks[:-1]} == {2 * SAMPLE_RATE}
    decoder.close()


def test_a_decoder_left_in_the_middle_goes_on_with_the_next(talk):
    decoder = Decoder()
    blocks = decoder.blocks(wav_bytes(talk), 60.0, 1.0, 10**7)
    next(blocks)
    blocks.close()
    assert len(decoder(wav_bytes(talk[:SAMPLE_RATE]))) == SAMPLE_RATE
    decoder.close()


def test_the_limit_gives_what_stands_before_it(talk):
    decoder, found = Decoder(), []
    with pytest.raises(InputError) as caught:
        found.extend(block for _, block in decoder.blocks(wav_bytes(talk), 4.0, 1.5, 10**7))
    assert caught.value.code == "too_long"
    assert 3.5 <= sum(map(len, found)) / SAMPLE_RATE <= 4.05
    decoder.close()


# --- utterances ----------------------------------------------------------------------------------------------------


def test_borders_of_blocks_leave_no_trace(talk):
    whole = spans(talk, len(talk))
    assert len(whole) >= len(TALK)
    level = spans(talk, 5 * SAMPLE_RATE)
    assert len(level) == len(whole)
    np.testing.assert_allclose(level, whole, atol=windows(0.2))


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


@pytest.mark.parametrize("size", [1, 7, 100, 5_000])
def test_cutting_hangs_on_no_block(size):
    random = np.random.default_rng(3)
    talking = np.repeat(random.random(120) < 0.7, random.integers(5, 80, 120)).astype(np.float32)
    judged = np.clip(talking + 0.2 * random.standard_normal(len(talking)), 0, 1).astype(np.float32)

    def cut(step):
        cutter = UtteranceSegmenter()
        found = [span for i in range(0, len(judged), step) for span in cutter(judged[i : i + step])]
        return found + cutter.finish()

    found = cut(size)
    assert found == cut(len(judged))
    assert all(first[1] <= second[0] for first, second in pairwise(found))
    assert all(0 < end - start <= windows(MAX_UTTERANCE_SECONDS) for start, end in found)
    inside = np.zeros(len(judged), bool)
    for start, end in found:
        inside[start:end] = True
    assert inside[judged >= 0.4].all()


def test_somebody_who_never_pauses_is_cut_where_the_voice_is_weakest():
    judged = np.ones(windows(20), np.float32)
    judged[windows(9) : windows(9.3)] = 0.5
    first, second = (lambda cutter: cutter(judged) + cutter.finish())(UtteranceSegmenter())
    assert windows(9) <= first[1] <= windows(9.4)
    assert second == (first[1], len(judged))


def test_a_word_by_itself_waits_for_its_sentence():
    def said(*pieces):
        judged = np.concatenate([np.full(windows(seconds), p, np.float32) for seconds, p in pieces])
        cutter = UtteranceSegmenter()
        return len(cutter(judged) + cutter.finish())

    pause = PAUSE + 0.2
    assert said((0.5, 1), (pause, 0), (3, 1)) == 1
    assert said((2.0, 1), (pause, 0), (3, 1)) == 2


# --- reading -------------------------------------------------------------------------------------------------------


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


# --- limits and refusals -------------------------------------------------------------------------------------------

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


# --- in the background ---------------------------------------------------------------------------------------------


class Slow:
    """An engine whose turns wait to be let through."""

    def __init__(self, engine):
        self.engine, self.model_hash, self.turns = engine, engine.model_hash, 0
        self.let = threading.Semaphore(0)

    def run(self, work):
        self.let.acquire()
        self.turns += 1
        return self.engine.run(work)


def wait_until(true, seconds=20):
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    assert true()


def test_a_job_reads_all_of_it(engine, talk):
    job = Job(engine, wav_bytes(talk)).start()
    job.join(60)
    assert not job.progress.running
    assert not job.progress.stopped
    whole = recording_of(engine, wav_bytes(talk))
    assert [(a.start, a.end) for a in job.progress.recording.lines] == [(b.start, b.end) for b in whole.lines]
    assert job.progress.recording.seconds == whole.seconds


def test_cancelling_keeps_what_is_done(engine, talk, monkeypatch):
    monkeypatch.setattr(reader, "WINDOW_SECONDS", 6.0)
    slow = Slow(engine)
    job = Job(slow, wav_bytes(talk)).start()
    slow.let.release()
    wait_until(lambda: job.progress.recording.lines)
    kept = job.progress.recording.lines
    job.cancel()
    slow.let.release()
    job.join(20)
    assert job.progress.stopped
    assert not job.progress.running
    assert job.progress.recording.lines[: len(kept)] == kept
    assert slow.turns <= 2


def test_a_job_that_nobody_wants_stops(engine, talk):
    job = Job(engine, wav_bytes(talk), wanted=lambda: False).start()
    job.join(20)
    assert job.progress.stopped


def test_others_come_between_the_turns_of_a_job(engine, talk, monkeypatch):
    monkeypatch.setattr(reader, "WINDOW_SECONDS", 4.0)
    turns = []
    run = engine.run
    monkeypatch.setattr(engine, "run", lambda work: (turns.append(1), run(work))[1])
    Job(engine, wav_bytes(talk)).start().join(60)
    assert len(turns) >= 3
    assert engine.gate._places.acquire(blocking=False)
    engine.gate._places.release()


def test_a_busy_gate_is_waited_for(engine, talk, monkeypatch):
    monkeypatch.setattr(jobs, "RETRY_SECONDS", 0.01)
    run, refusals = engine.run, iter([True, True, False, False, False, False, False, False, False, False])

    def busy(work):
        if next(refusals):
            raise BusyError("queue_timeout", seconds=20.0)
        return run(work)

    monkeypatch.setattr(engine, "run", busy)
    job = Job(engine, wav_bytes(talk)).start()
    job.join(60)
    assert job.progress.recording.lines
    assert job.progress.error is None


def test_no_more_jobs_than_places(engine, talk):
    slow = Slow(engine)
    running = [Job(slow, wav_bytes(talk)).start() for _ in range(limits.MAX_RECORDING_JOBS)]
    with pytest.raises(BusyError) as caught:
        Job(slow, wav_bytes(talk)).start()
    assert caught.value.code == "recordings_full"
    for job in running:
        job.cancel()
    for _ in range(20):
        slow.let.release()
    for job in running:
        job.join(20)
    Job(engine, wav_bytes(talk)).start().join(60)


def test_an_error_is_kept_with_what_was_read(engine):
    job = Job(engine, wav_bytes(SILENCE)).start()
    job.join(20)
    assert job.progress.error.code == "no_speech"


def test_a_reading_that_is_no_number_fails_the_job(engine, talk):
    engine.towers["speech"].spoilt = True
    job = Job(engine, wav_bytes(talk)).start()
    job.join(60)
    assert job.progress.failed
    assert not job.progress.recording.lines


# --- strips --------------------------------------------------------------------------------------------------------


@pytest.fixture
def recording(engine) -> Recording:
    """A timeline of the shipped examples' evidence: one line without words, one that is edited, hostile words."""
    hostile = ['He said "no" --> & <b>left</b>', "=SUM(A1)", "", "\u4f60\u597d, \u00fc"]
    lines, at = [], 0.4
    for place, example in enumerate(list(load_examples().values())[:4]):
        predictions = dict(example.evidence.predictions)
        if not hostile[place]:
            del predictions["text"]
        evidence = type(example.evidence)(predictions, engine.model_hash, example.evidence.transcript)
        lines.append(
            UtteranceLine(at, at + 2.5, evidence, hostile[place], example.text if place == 1 else hostile[place])
        )
        at += 3
    return Recording(tuple(lines), (), at + 1, engine.model_hash)


@pytest.mark.parametrize("rule", ["linear", "log_pool", "confidence"])
def test_the_fused_strip_is_every_line_fused(engine, recording, rule):
    settings = FusionSettings({"speech": 0.7, "text": 0.2}, rule, 0.7)
    found = fuse_tracks(recording.lines, settings, engine.calibration)
    for place, line in enumerate(recording.lines):
        expected = fuse(line.evidence, settings, engine.calibration)
        np.testing.assert_allclose(found.fused[place], expected.probabilities["emotion"])
    assert np.isnan(found.predictions["text"][2]).all()
    assert np.isnan(found.disagreement[2])
    assert engine.towers["speech"].calls == 0


def test_a_modality_left_out_leaves_gaps_where_it_was_alone(engine, recording):
    found = fuse_tracks(recording.lines, FusionSettings(), engine.calibration, without=["speech"])
    assert found.results[2] is None
    assert np.isnan(found.fused[2]).all()
    np.testing.assert_allclose(found.fused[0], found.predictions["text"][0])


def test_disagreement_is_nothing_for_alike_and_one_for_apart():
    one, other = np.eye(7)[0], np.eye(7)[3]
    assert disagreement(np.stack([one, one])) == pytest.approx(0, abs=1e-4)
    assert disagreement(np.stack([one, other])) == pytest.approx(1, abs=1e-4)
    random = np.random.default_rng(0).dirichlet(np.ones(7), (50, 2))
    np.testing.assert_allclose(disagreement(random), disagreement(random[:, ::-1]))
    assert ((disagreement(random) >= 0) & (disagreement(random) <= 1)).all()


# --- exports -------------------------------------------------------------------------------------------------------


@pytest.fixture
def sheet(engine, recording) -> TimelineExport:
    settings = FusionSettings({"speech": 0.5, "text": 0.5})
    return TimelineExport(recording, settings, fuse_tracks(recording.lines, settings, engine.calibration))


def top(row):
    return "" if np.isnan(row).any() else EMOTIONS[int(row.argmax())]


def test_csv_round_trip(sheet):
    rows = list(csv.DictReader(io.StringIO(to_csv(sheet))))
    assert len(rows) == len(sheet.recording.lines)
    for place, (row, line) in enumerate(zip(rows, sheet.recording.lines, strict=True)):
        assert (float(row["start"]), float(row["end"])) == pytest.approx((line.start, line.end))
        assert row["transcript"].lstrip("'") == line.words
        assert row["fused_label"] == top(sheet.tracks.fused[place])
        assert row["edited"] == ("yes" if place == 1 else "no")
        fused = [float(row[f"fused_{label}"]) for label in EMOTIONS]
        np.testing.assert_allclose(fused, sheet.tracks.fused[place], atol=1e-6)
    assert rows[1]["transcript"].startswith("'=")
    assert rows[2]["text_label"] == rows[2]["disagreement"] == ""


def test_json_round_trip(sheet):
    record = json.loads(to_json(sheet))
    assert record["settings"]["alpha"] == {"speech": 0.5, "text": 0.5}
    assert [line["transcript"] for line in record["lines"]] == [line.words for line in sheet.recording.lines]
    assert record["lines"][2]["disagreement"] is None
    assert set(record["lines"][2]["modalities"]) == {"speech"}
    assert record["lines"][0]["fused"]["label"] == top(sheet.tracks.fused[0])


def test_webvtt_is_read_by_another_program(sheet):
    found = webvtt.from_buffer(io.StringIO(to_vtt(sheet)))
    assert len(found.captions) == len(sheet.recording.lines)
    for caption, line, fused in zip(found.captions, sheet.recording.lines, sheet.tracks.fused, strict=True):
        assert caption.start_in_seconds + caption.start_time.milliseconds / 1000 == pytest.approx(line.start, abs=1e-3)
        assert f"fused: {top(fused)}]" in caption.raw_text
    assert "&lt;b&gt;left" in found.captions[0].raw_text
    assert found.captions[3].raw_text.startswith(sheet.recording.lines[3].words)


def test_textgrid_is_read_by_two_other_programs(sheet, tmp_path):
    path = tmp_path / "talk.TextGrid"
    path.write_text(to_textgrid(sheet), encoding="utf-8")
    names = ["transcript", "speech", "text", "fused"]
    first = praatio.textgrid.openTextgrid(str(path), includeEmptyIntervals=True)
    assert list(first.tierNames) == names
    words = [(i.start, i.end, i.label) for i in first.getTier("transcript").entries if i.label]
    assert words == [(line.start, line.end, line.words) for line in sheet.recording.lines if line.words]
    second = textgrid.TextGrid.fromFile(str(path))
    assert [tier.name for tier in second] == names
    fused = [interval.mark for interval in second[3] if interval.mark]
    assert fused == [top(row) for row in sheet.tracks.fused]
    assert second.maxTime == pytest.approx(sheet.recording.seconds)


# --- command line --------------------------------------------------------------------------------------------------


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
