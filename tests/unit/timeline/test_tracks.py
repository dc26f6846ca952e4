"""Strips of a timeline, fused at any weight."""

import numpy as np
import pytest

from crossmodal.fusion.fuse import fuse
from crossmodal.timeline.tracks import disagreement, fuse_tracks
from crossmodal.types import FusionSettings


@pytest.mark.parametrize("rule", ["linear", "log_pool", "confidence"])
def test_the_fused_strip_is_every_line_fused(engine, recording, rule):
    settings = FusionSettings({"speech": 0.7, "text": 0.2}, rule, 0.7)
    found = fuse_tracks(recording.lines, settings, engine.calibration)
    for place, line in enumerate(recording.lines):
        expected = fuse(line.evidence, settings, engine.calibration)
        np.testing.assert_allclose(found.fused[place], expected.probabilities["emotion"])
    assert np.isnan(found.predictions["text"][2]).all()
    assert np.isnan(found.disagreement[2])
    assert engine.towers["speech"].calls == 0


def test_a_modality_left_out_leaves_gaps_where_it_was_alone(engine, recording):
    found = fuse_tracks(recording.lines, FusionSettings(), engine.calibration, without=["speech"])
    assert found.results[2] is None
    assert np.isnan(found.fused[2]).all()
    np.testing.assert_allclose(found.fused[0], found.predictions["text"][0])


def test_disagreement_is_nothing_for_alike_and_one_for_apart():
    one, other = np.eye(7)[0], np.eye(7)[3]
    assert disagreement(np.stack([one, one])) == pytest.approx(0, abs=1e-4)
    assert disagreement(np.stack([one, other])) == pytest.approx(1, abs=1e-4)
    random = np.random.default_rng(0).dirichlet(np.ones(7), (50, 2))
    np.testing.assert_allclose(disagreement(random), disagreement(random[:, ::-1]))
    assert ((disagreement(random) >= 0) & (disagreement(random) <= 1)).all()
