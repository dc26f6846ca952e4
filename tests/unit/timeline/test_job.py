"""A recording read in the background: stopped anywhere, never in the way of others."""

import threading
import time

import numpy as np
import pytest
from helpers.recordings import recording_of
from helpers.samples import wav_bytes

from crossmodal import limits
from crossmodal.errors import BusyError
from crossmodal.timeline import job as jobs
from crossmodal.timeline import reader
from crossmodal.timeline.job import Job
from crossmodal.types import SAMPLE_RATE

SILENCE = np.zeros(3 * SAMPLE_RATE)


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
