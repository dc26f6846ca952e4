"""The curve over alpha: as a figure, read out, and on the page."""

import json
from xml.etree import ElementTree

import numpy as np
import pytest
from helpers.samples import make_calibration, make_pairs, save_small_pairs
from hypothesis import given, settings
from hypothesis import strategies as st

from crossmodal.evaluation.results import METRICS, best_alphas
from crossmodal.explain.flips import Flips, Segment
from crossmodal.explain.sweep import sweep
from crossmodal.i18n.translator import LANGUAGES, Translator
from crossmodal.model.folder import MODELS
from crossmodal.types import EMOTIONS, FusionSettings
from crossmodal.ui.charts import svg
from crossmodal.ui.sections import sweep as sweep_view

NAMES = ("speech", "text")
EN = Translator("en")


def made(*labels_and_ends, exact=True):
    starts = [0.0, *(end for _, end in labels_and_ends)]
    segments = [Segment(start, end, label) for start, (label, end) in zip(starts, labels_and_ends, strict=False)]
    return Flips(tuple(segments), exact, NAMES)


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 500), alpha=st.floats(0, 1), labels=st.lists(st.sampled_from(EMOTIONS), min_size=1, max_size=6)
)
def test_the_drawing_names_every_curve_and_stays_on_its_ground(language, seed, alpha, labels):
    say, calibration = Translator(language), make_calibration(NAMES, seed)
    curve = sweep(make_pairs(calibration, seed), FusionSettings(), calibration)
    flips = made(*((label, (i + 1) / len(labels)) for i, label in enumerate(labels)))
    drawn = sweep_view.drawing(say, svg.in_file("dark"), curve, flips, alpha)
    root = ElementTree.fromstring(drawn.file("Curve", svg.in_file("dark")))
    said = " ".join(root.itertext())
    for key in ("sweep.uar", "sweep.f1", "sweep.ece", "sweep.clip"):
        assert say(key) in said
    segments = [item for item in root.iter() if item.get("class") == "segment"]
    assert sum(float(item.get("width").rstrip("%")) for item in segments) == pytest.approx(100, abs=0.1)
    styles = [item.get("style", "") for item in root.iter() if item.get("class") == "line"]
    assert len(set(styles)) == 3  # by their dashes
    lines = [item.get("d") for item in root.iter() if item.get("class") == "line"]
    points = np.array([[float(value) for value in point.split()] for line in lines for point in line[1:].split("L")])
    assert np.isfinite(points).all()
    assert "non-scaling" not in drawn.file("Curve", svg.in_file("dark"))
    assert points.min() >= 0
    assert points[:, 0].max() <= 600
    assert points[:, 1].max() <= drawn.height


def test_the_curves_read_out_say_the_figures():
    calibration = make_calibration(NAMES)
    curve = sweep(make_pairs(calibration), FusionSettings(), calibration)
    lines = sweep_view.read_out(EN, curve)
    assert len(lines) == len(curve.alphas)
    assert f"{curve.uar[37]:.3f}".removeprefix("0") in lines[37]
    assert ".37" in lines[37]


def test_the_best_alpha_is_the_one_of_the_figures(tmp_path):
    assert best_alphas(tmp_path, "abc") == {}
    other = tmp_path / "other"
    other.mkdir()
    told = json.loads((MODELS / METRICS).read_text(encoding="utf-8"))
    pairs = told["label_matched_pairs"]
    pairs["rules"] = {"linear": pairs["rules"]["linear"] | {"best_alpha": 0.37}}
    told = {"model_hash": "abc", "label_matched_pairs": pairs}
    (other / METRICS).write_text(json.dumps(told))
    assert best_alphas(other, "abc") == {"linear": 0.37}
    assert best_alphas(other, "of other models") == {}


def page(folder: str, present: str):
    """A page with the curve alone."""
    from dataclasses import replace
    from pathlib import Path

    from helpers.fakes import FakeEngine

    from crossmodal.examples import DEFAULT, load_examples
    from crossmodal.explain.flips import flips
    from crossmodal.i18n.translator import Translator
    from crossmodal.types import FusionSettings
    from crossmodal.ui.frame import PageContext
    from crossmodal.ui.sections.sweep import sweep

    engine, evidence = FakeEngine(Path(folder) / "models"), load_examples()[DEFAULT].evidence
    predictions = {name: evidence.predictions[name] for name in present.split(",")}
    found = flips(replace(evidence, predictions=predictions), FusionSettings(), engine.calibration)
    sweep(PageContext(Translator("en"), "light"), engine, FusionSettings(), found, 0.5)


@pytest.mark.parametrize(
    ("present", "saved", "said"),
    [("speech,text", False, "sweep.none"), ("text", True, "sweep.two"), ("speech,text", True, None)],
)
def test_the_page_draws_the_curve_or_says_why_not(tmp_path, present, saved, said):
    from helpers.fakes import FakeEngine
    from streamlit.testing.v1 import AppTest

    engine = FakeEngine(tmp_path / "models")
    if saved:
        save_small_pairs(engine)
    shown = AppTest.from_function(page, args=(str(tmp_path), present), default_timeout=300).run()
    assert not shown.exception
    notes = " ".join(element.proto.body for element in shown.get("html"))
    assert len(shown.get("bidi_component")) == (said is None)
    assert (EN(said) if said else "70 label-matched pairs") in notes
