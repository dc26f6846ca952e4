"""Who trains, who waits, who left: real processes, as small as they can be."""

import gc
import sys
import time
import weakref

import pytest

from crossmodal.custom.queue import TrainingQueue, load_example
from crossmodal.custom.settings import TrainingSettings
from crossmodal.errors import BusyError
from crossmodal.model.folder import ModelFolder

WORKER = """
import json, os, sys, threading, time
settings = json.loads(sys.stdin.readline())
tell = lambda **event: print(json.dumps(event), flush=True)
how = settings["seed"]
if how == 1:
    os._exit(9)
if how == 2:
    tell(event="error", code="train_diverged", epoch=3)
    sys.exit()
print("no event at all", flush=True)
tell(event="start", settings=settings)
if how == 3:
    tell(event="done", epochs=1)
    sys.exit()
for line in sys.stdin:
    if line.strip() == "stop":
        tell(event="done", epochs=1, folder=sys.argv[1], models=sys.argv[2])
        break
"""
"""Seed 1 dies, 2 reports an error, 3 finishes at once; any other works until it is told to stop."""


@pytest.fixture
def make(tmp_path):
    made = []

    def build(**options):
        script = tmp_path / "worker.py"
        script.write_text(WORKER)
        shop = TrainingQueue(tmp_path, program=[sys.executable, "-I", "-S", str(script)], **options)
        made.append(shop)
        return shop

    yield build
    for shop in made:
        shop.close()


def until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def started(run):
    until(lambda: run.events)
    return run


def test_a_run_tells_and_stops_and_keeps(make):
    shop = make()
    run = started(shop.start("a", TrainingSettings(epochs=7)))
    assert run.state == "running"
    assert run.events[0]["settings"]["epochs"] == 7
    shop.stop(run)
    assert run.stopping or not run.alive
    until(lambda: not run.alive)
    assert (run.state, run.result["epochs"]) == ("done", 1)
    assert run.result["folder"] == str(run.folder / "model")


def test_two_run_the_third_waits_and_the_next_is_let_in(make):
    shop = make()
    runs = [shop.start(name, TrainingSettings()) for name in "abcd"]
    assert [run.state for run in runs] == ["running", "running", "waiting", "waiting"]
    assert [shop.position(run) for run in runs] == [0, 0, 1, 2]
    started(runs[0])
    shop.stop(runs[0])
    until(lambda: runs[2].state == "running")
    assert shop.position(runs[3]) == 1
    shop.stop(runs[3])  # one that waits just leaves
    assert (runs[3].state, runs[3].error.code) == ("failed", "train_left")


def test_one_run_a_visitor(make):
    shop = make()
    run = started(shop.start("a", TrainingSettings()))
    with pytest.raises(BusyError) as caught:
        shop.start("a", TrainingSettings())
    assert caught.value.code == "train_yours"
    shop.stop(run)
    until(lambda: not run.alive)
    assert shop.start("a", TrainingSettings()).alive


def test_the_line_has_an_end(make):
    shop = make(running=1, waiting=1)
    shop.start("a", TrainingSettings())
    shop.start("b", TrainingSettings())
    with pytest.raises(BusyError) as caught:
        shop.start("c", TrainingSettings())
    assert caught.value.code == "train_full"


def test_a_killed_worker_is_told_and_its_place_is_free(make):
    shop = make(running=1)
    run = started(shop.start("a", TrainingSettings()))
    waiting = shop.start("b", TrainingSettings())
    run.process.kill()
    until(lambda: not run.alive)
    assert (run.state, run.error.code, run.error.values["status"]) == ("failed", "train_worker", -9)
    until(lambda: waiting.state == "running")


@pytest.mark.parametrize(("seed", "code"), [(1, "train_worker"), (2, "train_diverged")])
def test_what_goes_wrong_has_a_code(make, seed, code):
    run = make().start("a", TrainingSettings(seed=seed))
    until(lambda: not run.alive)
    assert (run.state, run.error.code) == ("failed", code)


def test_a_program_that_cannot_be_started(tmp_path):
    run = TrainingQueue(tmp_path, program=[str(tmp_path / "nothing")]).start("a", TrainingSettings())
    assert (run.state, run.error.code) == ("failed", "train_worker")


def test_a_run_that_nobody_looks_at_is_ended_and_its_folder_is_gone(make):
    shop = make(abandoned=0.6)
    run, seen = started(shop.start("a", TrainingSettings())), started(shop.start("b", TrainingSettings()))
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        seen.touch()
        time.sleep(0.05)
    until(lambda: not run.alive)
    assert (run.error.code, run.folder.exists()) == ("train_left", False)
    until(lambda: run.process.poll() is not None)
    assert seen.alive
    assert seen.folder.exists()


def test_a_folder_goes_with_the_session_that_held_it_and_not_before(make):
    shop = make(abandoned=2.0)
    held = [started(shop.start("a", TrainingSettings()))]
    time.sleep(0.3)  # the watch, every tenth of a second, has seen it
    shop.stop(held[0])
    until(lambda: not held[0].alive)
    time.sleep(2.4)  # longer than a run may go without being looked at
    folder, gone = held[0].folder, weakref.ref(held[0])
    assert folder.is_dir()
    held.clear()
    until(lambda: gc.collect() >= 0 and gone() is None)
    assert not folder.exists()


def test_a_folder_without_an_example_has_none(tmp_path):
    assert load_example(tmp_path) == []
    path = ModelFolder(tmp_path).training_example
    path.parent.mkdir()
    path.write_text('{"events": [{"event": "start"}]}')
    assert load_example(tmp_path) == [{"event": "start"}]
