"""Evidence as a record and back."""

import json

import numpy as np
import pytest
from helpers.learned import evidence_with_parts, learned_calibration

from crossmodal.sharing.serialization import evidence_from_record, evidence_record
from crossmodal.sharing.validation import validate_evidence


@pytest.fixture
def calibration():
    return learned_calibration()


@pytest.fixture
def evidence(calibration):
    return evidence_with_parts(calibration)


@pytest.mark.parametrize("exact", [False, True])
def test_parts_survive_a_record_and_old_records_have_none(evidence, exact):
    record = json.loads(json.dumps(evidence_record(evidence, exact=exact)))
    for read in (evidence_from_record, validate_evidence):
        for name, reading in read(record).predictions.items():
            np.testing.assert_array_equal(reading.parts, evidence.predictions[name].parts)
    del record["readings"]["text"]["parts"]
    assert validate_evidence(record).predictions["text"].parts is None
