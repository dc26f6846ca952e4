"""A model as a file to take away: what was packed comes back, and whatever is not such a file is refused."""

import io
import json
import tracemalloc
import zipfile

import numpy as np
import pytest
from helpers.archives import DIM, contents, manifest_of, zipped
from safetensors.numpy import save

from crossmodal import limits
from crossmodal.custom import archive
from crossmodal.errors import InputError
from crossmodal.types import MAIN_TASK


def refused(data, folder):
    with pytest.raises(InputError) as caught:
        archive.unpack(data, folder)
    assert not folder.exists()
    return caught.value.code


@pytest.fixture
def target(tmp_path):
    return tmp_path / "in"


def test_what_was_packed_comes_back_and_the_same_content_gives_the_same_bytes(tmp_path, target):
    source = tmp_path / "out"
    source.mkdir()
    for name, data in contents().items():
        (source / name).write_bytes(data)
    packed = archive.pack(source, {"events": [1]})
    assert archive.unpack(packed, target) == {"events": [1]}
    assert {path.name for path in target.iterdir()} == set(limits.MAX_ARCHIVE_FILE_BYTES)
    assert archive.pack(target, {"events": [1]}) == packed


@pytest.mark.parametrize(
    "name",
    ["../manifest.json", "/etc/passwd", "a/head.safetensors", "run.py", "C:\\x", "model.pkl", "head.safetensors/"],
)
def test_a_name_that_does_not_belong_there(target, name):
    assert refused(zipped(contents() | {name: b"x"}), target) == "bundle_name"


def test_a_name_twice(target):
    buffer = io.BytesIO(zipped(contents()))
    with zipfile.ZipFile(buffer, "a") as bundle, pytest.warns(UserWarning, match="Duplicate"):
        bundle.writestr("manifest.json", b"{}")
    assert refused(buffer.getvalue(), target) == "bundle_name"


@pytest.mark.parametrize("name", ["manifest.json", "head.safetensors", "speech.safetensors"])
def test_a_file_that_is_missing(target, name):
    files = contents()
    del files[name]
    assert refused(zipped(files), target) == "bundle_missing"


def test_an_altered_file_is_found_by_its_hash(target):
    files = contents()
    files["text.safetensors"] = files["text.safetensors"][:-1] + b"\x00"
    assert refused(zipped(files), target) == "bundle_altered"


def test_a_bomb_is_unpacked_no_further_than_it_may_be_large(target):
    files = contents() | {"speech.safetensors": bytes(200 * 1024**2)}
    data = zipped(files)
    assert len(data) < limits.MAX_ARCHIVE_BYTES
    assert refused(data, target) == "bundle_size"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=["bzip2", "lzma"])
@pytest.mark.parametrize("size", [1, 200 * 1024**2], ids=["small", "bomb"])
def test_only_compression_that_is_unpacked_in_bounds(target, method, size):
    data = zipped(contents() | {"run.json": bytes(size)}, method)
    assert len(data) < limits.MAX_ARCHIVE_BYTES
    tracemalloc.start()
    assert refused(data, target) == "bundle_unreadable"
    assert tracemalloc.get_traced_memory()[1] < 64 * 1024**2
    tracemalloc.stop()


def test_damaged_lzma(target):
    data = bytearray(zipped(contents(), zipfile.ZIP_LZMA))
    data[60:90] = bytes(30)
    assert refused(bytes(data), target) == "bundle_unreadable"


def test_a_header_that_puts_a_file_beyond_the_end_of_all_files(target):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        for name, data in contents().items():
            bundle.writestr(name, data)
        bundle.filelist[0].header_offset = 2**64 - 1  # zip64 holds it
    assert refused(buffer.getvalue(), target) == "bundle_unreadable"


def test_a_header_that_lies_about_the_size(target):
    data = bytearray(zipped(contents() | {"run.json": bytes(3 * 1024**2)}))
    claimed = (3 * 1024**2).to_bytes(4, "little")
    assert data.count(claimed) == 2
    assert refused(bytes(data.replace(claimed, (10).to_bytes(4, "little"))), target) in {
        "bundle_unreadable",
        "bundle_size",
        "bundle_content",
    }


def test_more_bytes_than_any_model_has(target):
    assert refused(bytes(limits.MAX_ARCHIVE_BYTES + 1), target) == "bundle_size"


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\x80\x04\x95", b"RIFF" + bytes(100)])
def test_what_is_no_zip(target, data):
    assert refused(data, target) == "bundle_unreadable"


@pytest.mark.parametrize(
    "change",
    [
        {"schema": 2},
        {"towers": {"speech": "adapted", "text": "pooled"}},
        {"towers": None},
        {"temperatures": {"speech": {"emotion": 0.0, "sentiment": 1.0}, "text": {"emotion": 1.0, "sentiment": 1.0}}},
        {"temperatures": {"speech": {"emotion": True, "sentiment": 1.0}, "text": {"emotion": 1.0, "sentiment": 1.0}}},
        {"prior": {"emotion": [1.0], "sentiment": [1 / 3] * 3}},
        {"prior": {"emotion": "x", "sentiment": 3}},
        {"prior": {"emotion": [10**400] * 7, "sentiment": [1 / 3] * 3}},
        {"files": {}},
        {"files": []},
    ],
)
def test_a_manifest_that_is_not_of_such_a_model(target, change):
    files = contents()
    files["manifest.json"] = json.dumps(json.loads(files["manifest.json"]) | change).encode()
    assert refused(zipped(files), target) == "bundle_content"


@pytest.mark.parametrize("text", [b"{", b"[]", b"[" * 50_000, b"null", b'{"schema": NaN}'])
def test_a_manifest_that_is_none(target, text):
    assert refused(zipped(contents() | {"manifest.json": text}), target) == "bundle_content"


def remade(name, state):
    files = {key: data for key, data in contents().items() if key != "manifest.json"}
    files[name] = state if isinstance(state, bytes) else save(state)
    return zipped(files | {"manifest.json": json.dumps(manifest_of(files)).encode()})


@pytest.mark.parametrize(
    "state",
    [
        {"linear.weight": np.ones((DIM, 384), np.float32)},
        {"linear.weight": np.ones((DIM, 384), np.float32), "linear.bias": np.full(DIM, np.nan, np.float32)},
        {"linear.weight": np.ones((DIM, 384), np.float32), "linear.bias": np.ones(DIM, np.int64)},
        {"linear.weight": np.ones((DIM + 1, 384), np.float32), "linear.bias": np.ones(DIM + 1, np.float32)},
        {
            "linear.weight": np.ones((DIM, 384), np.float32),
            "linear.bias": np.ones(DIM, np.float32),
            "encoder.bert.x": np.ones(2, np.float32),
        },
        b"\x80\x04\x95 a pickle",
        b"",
    ],
    ids=["missing", "not finite", "whole numbers", "another width", "an encoder", "pickle", "empty"],
)
def test_tensors_that_no_such_model_has(target, state):
    assert refused(remade("text.safetensors", state), target) == "bundle_content"


def test_a_head_of_one_dimension(target):
    state = {f"linear.{MAIN_TASK}.weight": np.ones(DIM, np.float32)}
    assert refused(remade("head.safetensors", state), target) == "bundle_content"
