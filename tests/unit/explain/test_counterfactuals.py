"""Variants of an input: what leaving something out pulls, the nearest flip, windows that cover a clip."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from helpers.samples import fusion_cases, make_calibration, make_evidence, unit_rows

from crossmodal.explain.counterfactuals import (
    WINDOW_SECONDS,
    half_windows,
    nearest_flip,
    occlusion_scores,
    to_half_windows,
    windows,
)
from crossmodal.explain.leave_one_out import (
    split_spans,
    without_each,
)
from crossmodal.fusion import fusion_rules
from crossmodal.fusion.fuse import fuse
from crossmodal.types import FusionSettings

RULES = pytest.mark.parametrize("rule", fusion_rules())


@RULES
def test_leaving_out_nothing_pulls_nothing(rule):
    for evidence, settings, calibration in fusion_cases(rule, "model", 4):
        own = np.repeat(evidence.predictions["speech"].embedding[None], 3, axis=0)
        np.testing.assert_allclose(
            occlusion_scores(evidence, settings, calibration, "speech", own, "joy"), 0.0, atol=1e-15
        )
        assert nearest_flip(evidence, settings, calibration, "speech", own) is None


def test_what_weighs_nothing_pulls_nothing():
    calibration = make_calibration(("speech", "text"))
    evidence, z = make_evidence(calibration), unit_rows(np.random.default_rng(2), 6, 8)
    silent = FusionSettings({"speech": 1.0, "text": 0.0})
    np.testing.assert_allclose(occlusion_scores(evidence, silent, calibration, "text", z, "joy"), 0.0, atol=1e-15)
    off = replace(evidence, predictions={"speech": evidence.predictions["speech"]})
    assert not occlusion_scores(off, silent, calibration, "text", z, "joy").any()
    assert nearest_flip(off, silent, calibration, "text", z) is None


def test_the_nearest_flip_is_the_nearest():
    calibration = make_calibration(("speech", "text"))
    evidence, z = make_evidence(calibration), unit_rows(np.random.default_rng(3), 60, 8)
    settings = FusionSettings({"speech": 0.3, "text": 0.7})
    found = nearest_flip(evidence, settings, calibration, "text", z)
    label, own = fuse(evidence, settings, calibration).label, evidence.predictions["text"].embedding

    def turned(row):
        changed = {**evidence.predictions, "text": calibration.predict("text", row)}
        return fuse(replace(evidence, predictions=changed), settings, calibration)

    assert found.label == turned(z[found.row]).label != label
    assert found.probability == pytest.approx(turned(z[found.row]).probabilities["emotion"].max())
    nearer = [row for row in z if row @ own > z[found.row] @ own]
    assert all(turned(row).label == label for row in nearer)


@pytest.mark.parametrize("seconds", [0.3, 0.31, 0.5, 0.96, 2.2845, 30.0])
def test_windows_cover_the_clip_half_by_half(seconds):
    found = windows(seconds)
    assert found[0][0] == 0.0
    assert found[-1][1] == pytest.approx(seconds, abs=1e-5)
    length = min(WINDOW_SECONDS, seconds / 3)
    assert all(length / 2 < end - start < length + 1e-5 for start, end in found)
    cells = half_windows(found)
    assert len(cells) == len(found) + 1 == len(to_half_windows(np.ones(len(found))))
    assert cells[0][0] == 0.0
    assert cells[-1][1] == pytest.approx(seconds, abs=1e-5)
    assert all(left[1] == right[0] and left[0] < left[1] for left, right in pairwise(cells))
    np.testing.assert_allclose(to_half_windows(np.ones(len(found))), 1.0)


@pytest.mark.models
def test_the_word_that_says_it_pulls_most(pipeline):
    text = "The meeting was wonderful and the room was big."
    parts = split_spans(text)
    evidence = pipeline.embed(text=text)
    left = pipeline.embed_texts(without_each(parts))
    alone = pipeline.embed(text=without_each(parts)[3]).predictions["text"].embedding
    np.testing.assert_allclose(left[3], alone, atol=1e-5)
    found = occlusion_scores(evidence, FusionSettings(), pipeline.calibration, "text", left, "joy")
    assert parts[int(found.argmax())].core == "wonderful"
    assert found.max() > 0.1
