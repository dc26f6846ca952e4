"""Where data sets lie, and which are named."""

from pathlib import Path

import pytest

from crossmodal.data.folders import check_named, locate
from crossmodal.errors import CrossmodalError


def test_data_that_is_not_there_is_named(tmp_path):
    from crossmodal.errors import CrossmodalError

    with pytest.raises(CrossmodalError) as caught:
        locate(tmp_path, {}, {"ravdess": "ravdess"})
    assert caught.value.code == "data_missing"
    assert locate(tmp_path, {"ravdess": tmp_path}, {"ravdess": "ravdess"}) == {"ravdess": tmp_path}


def test_a_corpus_that_nobody_uses_is_refused():
    with pytest.raises(CrossmodalError) as caught:
        check_named({"ravdes": Path("x")}, ["ravdess", "meld"])
    assert caught.value.as_dict() == {"code": "data_unknown", "corpus": "ravdes", "allowed": "ravdess, meld"}
