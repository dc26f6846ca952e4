"""The modalities of a models folder, and their towers."""

import numpy as np
import pytest
from helpers.toy import TOY, ToyTower

from crossmodal.errors import ModelError
from crossmodal.modalities import MODALITIES, SPEECH, TEXT, load_tower, load_towers
from crossmodal.model.folder import weights_file
from crossmodal.model.towers import BatchTower, MaskableTower


def test_the_shipped_modalities_come_first_and_in_order():
    assert tuple(MODALITIES) == (SPEECH, TEXT)
    assert [modality.name for modality in MODALITIES.values()] == [SPEECH, TEXT]


def test_a_tower_is_loaded_by_its_modality(toy_folder):
    manifest = toy_folder.read_manifest()
    manifest["temperatures"] = {TOY: manifest["temperatures"][TOY]}
    (tower,) = load_towers(toy_folder.path, manifest).values()
    assert isinstance(tower, ToyTower)
    assert not isinstance(tower, BatchTower)
    assert not isinstance(tower, MaskableTower)


@pytest.mark.parametrize(
    ("change", "tensor"), [({"towers": {TOY: "pooled"}}, "pooled"), ({"towers": {TOY: "psychic"}}, "psychic")]
)
def test_a_kind_of_tower_that_a_modality_lacks_is_refused(toy_folder, change, tensor):
    with pytest.raises(ModelError) as caught:
        load_tower(TOY, toy_folder.path, toy_folder.read_manifest() | change)
    assert (caught.value.code, caught.value.values["tensor"]) == ("model_shape", tensor)


def test_a_tensor_that_is_missing_is_named(toy_folder):
    manifest = toy_folder.read_manifest()
    manifest["files"][weights_file(TOY)] = toy_folder.save_weights(
        weights_file(TOY), {"other": np.zeros(3, np.float32)}
    )
    with pytest.raises(ModelError) as caught:
        load_tower(TOY, toy_folder.path, manifest)
    assert caught.value.values == {"file": "toy.safetensors", "tensor": "weight"}
