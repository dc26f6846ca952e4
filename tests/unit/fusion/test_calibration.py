"""The calibration of a models folder: weights of learned rules are verified before they are offered."""

import pytest
from helpers.fakes import write_models
from helpers.samples import DIM

from crossmodal.errors import ModelError
from crossmodal.fusion import registry
from crossmodal.fusion.calibration import load_calibration
from crossmodal.model.folder import ModelFolder, model_hash, rule_file
from crossmodal.training import fusion_rules as fusion


def test_weights_named_by_the_manifest_are_verified_and_offered(tmp_path):
    folder = write_models(tmp_path)
    state = fusion.fresh(registry()["gmu"], DIM, fusion.FusionConfig())
    before = model_hash(ModelFolder(folder).read_manifest())
    assert fusion.add_rules(folder, {"gmu": state}, {}) != before
    manifest = ModelFolder(folder).read_manifest()
    assert "gmu" in load_calibration(folder, manifest).rules()
    (folder / rule_file("gmu")).write_bytes(b"other")
    with pytest.raises(ModelError):
        load_calibration(folder, manifest)
