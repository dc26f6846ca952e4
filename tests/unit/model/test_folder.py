"""A wrong file is never loaded: missing, altered, cut, of another shape, or no weights at all."""

import json
import shutil

import numpy as np
import pytest

from crossmodal.errors import ModelError
from crossmodal.model.folder import MANIFEST, MODELS, ModelFolder, model_hash
from crossmodal.pretrained import sha256


def copy_models(target):
    shutil.copytree(MODELS, target, ignore=shutil.ignore_patterns("scores", "*.md"))
    return target


@pytest.fixture
def models(tmp_path):
    return copy_models(tmp_path / "models")


def load(folder):
    from crossmodal.pipeline import Pipeline

    return Pipeline.load(folder)


def refusal(folder) -> ModelError:
    with pytest.raises(ModelError) as caught:
        load(folder)
    return caught.value


@pytest.mark.models
@pytest.mark.parametrize("name", ["speech.safetensors", "text.safetensors", "head.safetensors", "manifest.json"])
def test_a_missing_file_is_named(models, name):
    (models / name).unlink()
    error = refusal(models)
    code = "models_missing" if name == MANIFEST else "model_missing"
    assert (error.code, error.values["file"]) == (code, name)


@pytest.mark.models
def test_one_flipped_bit_is_found_and_both_hashes_are_told(models):
    path = models / "head.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    error = refusal(models)
    assert error.code == "model_altered"
    assert error.values["expected"] != error.values["found"] == sha256(path)


@pytest.mark.models
@pytest.mark.parametrize("content", [b"", b"\x80\x04\x95 a pickle", b"PK\x03\x04"])
def test_other_content_is_altered_content(models, content):
    (models / "speech.safetensors").write_bytes(content)
    assert refusal(models).code == "model_altered"


@pytest.mark.models
def test_tensors_of_another_shape_are_refused(models):
    from safetensors.numpy import load_file, save_file

    path = models / "text.safetensors"
    tensors = load_file(path)
    name = next(key for key in tensors if key.startswith("projection") and tensors[key].ndim == 2)
    save_file({**tensors, name: np.zeros((3, 3), np.float16)}, path)
    manifest = json.loads((models / "manifest.json").read_text())
    manifest["files"][path.name]["sha256"] = sha256(path)
    (models / "manifest.json").write_text(json.dumps(manifest))
    assert refusal(models).code == "model_shape"


@pytest.mark.parametrize(
    ("content", "code"),
    [("{", "manifest_unreadable"), ("{}", "manifest_schema"), ('{"schema": 99}', "manifest_schema")],
)
def test_a_manifest_that_cannot_be_used(tmp_path, content, code):
    (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(ModelError) as caught:
        ModelFolder(tmp_path).read_manifest()
    assert caught.value.code == code


def test_the_hash_of_the_models_covers_calibration():
    manifest = {"schema": 1, "files": {"a": "1"}, "temperatures": {"speech": {"emotion": 1.0}}, "prior": {}}
    warmer = {**manifest, "temperatures": {"speech": {"emotion": 1.1}}}
    assert model_hash(manifest) != model_hash(warmer)
    assert model_hash(manifest) == model_hash({**manifest, "about": "anything"})


@pytest.mark.models
def test_models_stay_small():
    total = sum(path.stat().st_size for path in MODELS.rglob("*") if path.is_file())
    assert total < 40 * 1024**2
    assert {path.suffix for path in MODELS.rglob("*") if path.is_file()} <= {".safetensors", ".json", ".md"}
