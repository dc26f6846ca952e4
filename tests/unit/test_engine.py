"""The gate: one at work, a bounded line, and never a place lost."""

import threading

import pytest

from crossmodal.engine import Engine, Gate
from crossmodal.errors import BusyError, InputError, ModelError
from crossmodal.model.folder import MODELS


def test_a_full_line_is_refused_at_once():
    gate = Gate(running=1, waiting=0, patience=5)
    with gate.slot(), pytest.raises(BusyError) as caught, gate.slot():
        pass
    assert caught.value.code == "queue_full"


def test_whoever_waits_too_long_is_told():
    gate = Gate(running=1, waiting=1, patience=0.05)
    with gate.slot(), pytest.raises(BusyError) as caught, gate.slot():
        pass
    assert caught.value.code == "queue_timeout"


def test_an_error_inside_gives_the_place_back():
    gate = Gate(running=1, waiting=0)
    for _ in range(3):
        with pytest.raises(InputError), gate.slot():
            raise InputError("silence")
    with gate.slot():
        pass


def test_never_more_at_work_than_there_are_places():
    gate, now, most, lock = Gate(running=2, waiting=20), 0, 0, threading.Lock()

    def work():
        nonlocal now, most
        with gate.slot():
            with lock:
                now += 1
                most = max(most, now)
            threading.Event().wait(0.01)
            with lock:
                now -= 1

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


def test_a_folder_without_models_is_said(tmp_path):
    with pytest.raises(ModelError) as caught:
        Engine(tmp_path)
    assert caught.value.code == "models_missing"


@pytest.mark.models
def test_calibration_needs_no_encoder():
    engine = Engine(MODELS)
    assert not engine.ready
    assert engine.modalities == ("speech", "text")
    assert engine.calibration.weight["emotion"].shape[0] == 7
