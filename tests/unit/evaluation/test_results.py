"""The shipped figures, read whole or refused."""

import json
from dataclasses import fields

import pytest

from crossmodal.evaluation.results import load_results, parse, results_of
from crossmodal.metrics import Estimate
from crossmodal.model.folder import METRICS, MODELS


def test_every_metric_of_the_shipped_file_is_read():
    results = load_results(MODELS)
    assert not [field.name for field in fields(results) if getattr(results, field.name) is None]
    meld = json.loads((MODELS / METRICS).read_text(encoding="utf-8"))["text"]["meld"]
    assert results.text.meld.weighted_f1 == Estimate(**meld["weighted_f1"])


def test_results_of_other_models_are_no_results(tmp_path):
    assert load_results(tmp_path) is None
    shipped = load_results(MODELS)
    assert results_of(MODELS, shipped.model_hash) is shipped
    assert results_of(MODELS, "another") is None


def test_a_section_that_lacks_a_key_is_named():
    with pytest.raises(ValueError, match="Transfer lacks 'off'"):
        parse({"model_hash": "abc", "transfer": {"gamma": 0.3, "dev": {}}})
