"""Records from outside: what no model can have written is refused."""

import pytest
from helpers.learned import evidence_with_parts, learned_calibration
from helpers.samples import DIM

from crossmodal.sharing.serialization import evidence_record
from crossmodal.sharing.validation import validate_evidence


@pytest.fixture
def calibration():
    return learned_calibration()


@pytest.fixture
def evidence(calibration):
    return evidence_with_parts(calibration)


@pytest.mark.parametrize("parts", [[], [[0.0] * DIM] * 17, [[0.0] * (DIM + 1)], [[float("nan")] * DIM], "x", [["1"]]])
def test_impossible_parts_are_refused(evidence, parts):
    record = evidence_record(evidence)
    record["readings"]["text"]["parts"] = parts
    with pytest.raises((ValueError, TypeError)):
        validate_evidence(record)
