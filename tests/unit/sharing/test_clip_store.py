"""The clip store: what is kept, for how long, and what is refused."""

import json
import multiprocessing
import threading

import numpy as np
import pytest
from helpers.audio_files import samples_of
from helpers.samples import make_calibration, make_evidence
from hypothesis import given, settings
from hypothesis import strategies as st

from crossmodal import limits
from crossmodal.errors import InputError
from crossmodal.fusion import fusion_rules
from crossmodal.fusion.fuse import fuse
from crossmodal.sharing import clip_store
from crossmodal.sharing.clip_store import ClipStore
from crossmodal.types import SAMPLE_RATE, FusionSettings, Transcript, Word

CALIBRATION = make_calibration(("speech", "text", "face"))
EVIDENCE = make_evidence(CALIBRATION)
TONE = (0.3 * np.sin(np.arange(SAMPLE_RATE) / 20)).astype(np.float32)
WORDS = "I'm \u5f00\u5fc3 <b>thrilled</b>."


class Clock:
    def __init__(self):
        self.now = 1_800_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=["file", "memory"])
def url(request, tmp_path):
    return str(tmp_path / "clips") if request.param == "file" else f"memory://{tmp_path.name}/clips"


@pytest.fixture
def store(url, clock):
    return ClipStore(url, clock=clock)


def put(store, samples=TONE, words=WORDS, evidence=EVIDENCE):
    return store.put(samples, words=words, evidence=evidence, segments=[(0.1, 0.9)])


def refusal(work, *given_):
    with pytest.raises(InputError) as caught:
        work(*given_)
    return caught.value.code


def test_a_clip_comes_back_as_it_was_shared(store, clock):
    receipt = put(store)
    found = store.get(receipt.id)
    assert found.words == WORDS
    assert found.seconds == 1.0
    assert found.segments == ((0.1, 0.9),)
    assert found.expires == receipt.expires == pytest.approx(clock.now + 7 * 24 * 3600, abs=0.002)
    assert (samples_of(found.audio) == np.rint(TONE * 32767)).all()


@pytest.mark.parametrize("rule", fusion_rules())
def test_the_link_shows_identical_numbers(store, rule):
    found = store.get(put(store).id).evidence
    for alpha in ({}, {"speech": 0.31}, {"speech": 0.0, "text": 0.7, "face": 0.2}):
        setting = FusionSettings(alpha, rule, 0.7)
        before, after = fuse(EVIDENCE, setting, CALIBRATION), fuse(found, setting, CALIBRATION)
        assert all((before.probabilities[task] == after.probabilities[task]).all() for task in before.probabilities)
        assert before.alpha_used == after.alpha_used


def test_the_transcript_is_kept(store):
    heard = Transcript("so sad", (Word("so", 0.0, 0.4, 0.9), Word("sad", 0.4, 0.8, 0.7)), 0.8)
    evidence = type(EVIDENCE)(EVIDENCE.predictions, "fake", heard)
    assert store.get(put(store, evidence=evidence).id).evidence.transcript == heard


def test_names_and_tokens_are_secrets(store, tmp_path):
    receipts = [put(store) for _ in range(20)]
    assert len({receipt.id[-32:] for receipt in receipts} | {receipt.delete_token for receipt in receipts}) == 40
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*.clip"))
    assert not any(receipt.delete_token.encode() in kept for receipt in receipts)


def test_expired_deleted_and_unknown_are_told_alike(store, clock):
    expired, deleted = put(store), put(store)
    store.delete(deleted.id, deleted.delete_token)
    clock.now = expired.expires
    unknown = f"{int(clock.now * 1000 + 9e6):012x}" + "0" * 32
    assert {refusal(store.get, name) for name in (expired.id, deleted.id, unknown)} == {"clip_gone"}
    assert refusal(store.delete, deleted.id, deleted.delete_token) == "clip_gone"


@pytest.mark.parametrize(
    "name",
    ["", "../../etc/passwd", "..%2f", "a" * 43, "A" * 44, "\uff10" * 44, "0" * 44 + "\n", "f" * 44 + "/../x", "\0"],
)
def test_what_is_no_name_reaches_no_file(store, name):
    put(store)
    assert refusal(store.get, name) == "clip_gone"
    assert refusal(store.delete, name, "0" * 32) == "clip_gone"


@given(name=st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_no_text_is_a_name(name):
    store = ClipStore("memory://names")
    assert refusal(store.get, name) == "clip_gone"


@pytest.mark.parametrize("token", ["", "0" * 32, "\u00e9" * 32, "f" * 64])
def test_a_wrong_token_deletes_nothing(store, token):
    receipt = put(store)
    assert refusal(store.delete, receipt.id, token) == "clip_token"
    assert store.get(receipt.id).words == WORDS


def test_expired_clips_leave_the_folder(store, clock):
    old = put(store)
    clock.now += 3600
    young = put(store)
    clock.now = old.expires
    store.tidy()
    assert [name for name, _ in store._listed()] == [f"{young.id}.clip"]


def test_the_oldest_go_first(url, clock):
    store = ClipStore(url, max_clips=3, clock=clock)
    receipts = []
    for _ in range(5):
        receipts.append(put(store))
        clock.now += 1
    assert [refusal(store.get, receipt.id) for receipt in receipts[:2]] == ["clip_gone"] * 2
    assert all(store.get(receipt.id) for receipt in receipts[2:])


def test_the_folder_stays_below_its_bytes(url, clock):
    size = ClipStore(url, clock=clock)
    put(size)
    (_, one), *_ = size._listed()
    store = ClipStore(url, max_bytes=int(2.5 * one), clock=clock)
    for _ in range(4):
        clock.now += 1
        put(store)
    assert len(store._listed()) == 2


def test_foreign_files_are_left_alone(tmp_path, clock):
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / ("0" * 44 + ".clip.bak")).write_text("mine")
    put(ClipStore(tmp_path, max_clips=0, clock=clock))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0" * 44 + ".clip.bak", "notes.txt"]


def test_a_half_written_file_is_never_a_clip_and_expires(tmp_path, clock):
    store = ClipStore(tmp_path, clock=clock)
    receipt = put(store)
    (tmp_path / f"{receipt.id}.clip").rename(tmp_path / f"{receipt.id}.part")
    assert refusal(store.get, receipt.id) == "clip_gone"
    clock.now = receipt.expires + 1
    store.tidy()
    assert not list(tmp_path.iterdir())


def test_only_the_service_may_look_into_the_folder(tmp_path):
    put(ClipStore(tmp_path / "deep" / "clips"))
    assert (tmp_path / "deep" / "clips").stat().st_mode & 0o077 == 0


def test_a_store_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    assert refusal(put, ClipStore(tmp_path / "file")) == "clip_store_failed"


@pytest.mark.parametrize(
    ("samples", "words", "code"),
    [
        (np.zeros(31 * SAMPLE_RATE, np.float32), "", "too_long"),
        (np.zeros(0, np.float32), "", "no_samples"),
        (TONE, "x" * 1001, "text_too_long"),
    ],
)
def test_what_is_too_much_is_refused(store, samples, words, code):
    assert refusal(put, store, samples, words) == code


def test_thirty_seconds_of_noise_are_small_enough(store):
    noise = np.random.default_rng(0).uniform(-1, 1, 30 * SAMPLE_RATE).astype(np.float32)
    assert len(store.get(put(store, noise).id).audio) < limits.MAX_SHARED_CLIP_BYTES


# --- damaged and hostile content -------------------------------------------------------------------------------------


@given(place=st.floats(0, 0.9999), flip=st.integers(1, 255), cut=st.booleans())
@settings(max_examples=60, deadline=None)
def test_any_changed_byte_is_met(place, flip, cut):
    store = ClipStore("memory://damage")
    receipt = put(store)
    path = f"{store._root}/{receipt.id}.clip"
    data = bytearray(store._files.cat_file(path))
    at = int(place * len(data))
    data[at] ^= flip
    store._files.pipe_file(path, bytes(data[:at] if cut else data))
    assert refusal(store.get, receipt.id) == "clip_damaged"


def forge(store, change):
    """A clip whose content was changed by somebody who can also sign it."""
    receipt = put(store)
    path = f"{store._root}/{receipt.id}.clip"
    header, _, flac = store._files.cat_file(path).partition(b"\n")[2].partition(b"\n")
    content = change(json.loads(header))
    body = (content if isinstance(content, bytes) else json.dumps(content).encode()) + b"\n" + flac
    store._files.pipe_file(path, clip_store._sha256(body).encode() + b"\n" + body)
    return receipt


def at(path, value):
    def change(content):
        place = content
        *way, last = path.split(".")
        for step in way:
            place = place[step]
        place[last] = value
        return content

    return change


READING = "evidence.readings.speech"
HOSTILE = [
    at("schema", 2),
    at("words", 5),
    at("words", "x" * 5000),
    at("seconds", 1e9),
    at("seconds", None),
    at("seconds", True),
    at("envelope", []),
    at("envelope", [2.0]),
    at("envelope", [0.5] * 9999),
    at("segments", None),
    at("segments", [[0.5]]),
    at("segments", [[0.9, 0.1]]),
    at("segments", [["a", "b"]]),
    at("evidence", []),
    at("evidence", None),
    at("evidence.readings", {}),
    at("evidence.readings", []),
    at("evidence.model_hash", 7),
    at("evidence.readings", {"__class__ x": {}}),
    at("evidence.transcript", {"text": "x"}),
    at("evidence.transcript", 3),
    at(f"{READING}.embedding", []),
    at(f"{READING}.embedding", [[1.0]]),
    at(f"{READING}.embedding", [1e9]),
    at(f"{READING}.embedding", [float("nan")] * 8),
    at(f"{READING}.embedding", [10**400]),
    at(f"{READING}.embedding", [0.0]),
    at(f"{READING}.embedding", {"0": 1.0}),
    at(f"{READING}.logits", {}),
    at(f"{READING}.logits.emotion", [float("inf")] * 7),
    at(f"{READING}.probabilities.emotion", [0.5] * 7),
    at(f"{READING}.probabilities.emotion", [1.0]),
    at(f"{READING}.probabilities.emotion", ["1"] * 7),
    at(f"{READING}.probabilities.sentiment", [1.5, -0.5, 0.0]),
    lambda content: [],
    lambda content: "x",
    lambda content: b"[" * 100_000,
    lambda content: b"\xff\xfe",
    lambda content: b"",
]


@pytest.mark.parametrize("change", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_content_is_refused(change, clock):
    store = ClipStore("memory://hostile", clock=clock)
    assert refusal(store.get, forge(store, change).id) == "clip_damaged"


def test_an_honest_forgery_is_read(clock):
    store = ClipStore("memory://honest", clock=clock)
    assert store.get(forge(store, lambda content: content).id).words == WORDS


# --- many at once ----------------------------------------------------------------------------------------------------


def _share_and_delete(store, index, faults):
    """Put, read back and half the time delete; another thread's clip may have pushed one out already."""
    for turn in range(4):
        try:
            receipt = put(store, words=f"{index} {turn}")
            assert store.get(receipt.id).words == f"{index} {turn}"
            if turn % 2:
                store.delete(receipt.id, receipt.delete_token)
        except Exception as error:
            if getattr(error, "code", "") != "clip_gone":
                faults.append(error)


def test_threads_share_a_store(url):
    store, faults = ClipStore(url, max_clips=10), []
    threads = [threading.Thread(target=_share_and_delete, args=(store, index, faults)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    store.tidy()
    assert len(store._listed()) <= 10
    assert not [name for name, _ in store._listed() if name.endswith(".part")]


def _fill(folder, count):
    store = ClipStore(folder, max_clips=6)
    for _ in range(count):
        put(store)


def test_processes_share_a_folder(tmp_path):
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_fill, args=(str(tmp_path), 8)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    names = [path.name for path in tmp_path.iterdir()]
    assert len(names) == 6
    store = ClipStore(tmp_path)
    assert all(store.get(name.removesuffix(".clip")).words == WORDS for name in names)
