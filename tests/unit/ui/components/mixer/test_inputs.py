"""What the mixer is sent for a learned rule, and what the browser makes of it."""

import numpy as np
import pytest
from helpers.javascript import in_browser
from helpers.learned import evidence_with_parts, learned_calibration, only

from crossmodal.explain.flips import flips
from crossmodal.fusion.fuse import fuse
from crossmodal.training import fusion_rules as fusion
from crossmodal.types import EMOTIONS, TASKS, FusionSettings
from crossmodal.ui.components.mixer.inputs import TABLE, mixer_inputs, table

LEARNED = list(fusion.learned_rules())


@pytest.fixture
def calibration():
    return learned_calibration()


@pytest.fixture
def evidence(calibration):
    return evidence_with_parts(calibration)


@pytest.mark.parametrize("rule", LEARNED)
def test_the_browser_reads_between_the_rows_of_the_table(tmp_path, calibration, evidence, rule):
    settings = FusionSettings({}, rule)
    sent = table(evidence, settings, calibration)
    assert [np.shape(rows) for rows in sent["tasks"]] == [(TABLE, len(names)) for names in TASKS.values()]
    given = mixer_inputs(evidence, calibration)
    given["tasks"] = [task | {"table": rows} for task, rows in zip(given["tasks"], sent["tasks"], strict=True)]
    cases, wanted = [], []
    for a, prior, temperature in ((0.0, "model", 1.0), (0.31, "even", 1.0), (0.315, "model", 0.5), (1.0, "even", 2.0)):
        asked = {"rule": rule, "temperature": temperature, "prior": prior, "alpha": [a, 1 - a], "problem": given}
        cases.append(("fuse", asked))
        wanted.append(
            fuse(evidence, FusionSettings({"speech": a, "text": 1 - a}, rule, temperature, prior), calibration)
        )
    *answers, turns = in_browser([*cases, ("flips", cases[0][1])], tmp_path)
    for answer, result in zip(answers, wanted, strict=True):
        for found, task in zip(answer["tasks"], TASKS, strict=True):
            np.testing.assert_allclose(found, result.probabilities[task], atol=2e-3)
    exact = flips(evidence, settings, calibration)
    assert not exact.exact
    assert [EMOTIONS[c] for _, _, c in turns] == [s.label for s in exact.segments]
    np.testing.assert_allclose([start for start, _, _ in turns], [s.start for s in exact.segments], atol=5e-3)


def test_a_table_of_one_modality_has_one_row_and_of_none_no_task(calibration, evidence):
    settings = FusionSettings({}, "gmu")
    assert [len(rows) for rows in table(only(evidence, "text"), settings, calibration)["tasks"]] == [1, 1]
    assert table(only(evidence), settings, calibration) == {"tasks": []}
