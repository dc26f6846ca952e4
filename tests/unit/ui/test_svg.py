"""Charts as SVG: valid whatever they are told, readable on their ground, and each that is seen can be taken away."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from helpers.fakes import FakeEngine
from hypothesis import given, settings
from hypothesis import strategies as st

from crossmodal.examples import DEFAULT, load_examples
from crossmodal.explain.pairs import Pairs, save_pairs
from crossmodal.i18n.translator import LANGUAGES, Translator
from crossmodal.sharing.comparison import Variant
from crossmodal.types import FusionSettings, Word
from crossmodal.ui import samples
from crossmodal.ui.charts import palette, svg
from crossmodal.ui.charts.bars import Bar
from crossmodal.ui.sections import shared_view
from crossmodal.ui.sections.shared_view import SharedView

PAINT = svg.in_file("light")
COLUMNS = [Variant("A", FusionSettings({"speech": 0.62, "text": 0.38})), Variant("B", FusionSettings(rule="log_pool"))]


def tags(root):
    return {item.tag.rpartition("}")[2] for item in root.iter()}


@given(title=st.text(max_size=40))
@settings(max_examples=60, deadline=None)
def test_a_drawing_is_valid_whatever_it_is_called(title):
    bars = [Bar(title, p, "#123456") for p in (0.0, 0.3, 1.0)]
    root = ElementTree.fromstring(svg.bars_svg(bars, PAINT, title=title, note=title, marks=[0.2, 0.3, 0.0]))
    assert tags(root) <= {"svg", "title", "rect", "text", "g", "path"}
    wave = svg.waveform((0.1, 0.9), ((0.0, 1.0),), 1.0, [Word(title, 0.0, 0.5, 0.9)])
    for source in (wave.file(title, PAINT), wave.inline(title)):
        assert tags(ElementTree.fromstring(source)) <= {"svg", "title", "rect", "text", "g", "path"}
    if title.isprintable():
        assert "".join(root.itertext()).count(title) >= 3


def test_the_longest_bar_belongs_to_the_highest_probability():
    values = np.array([0.1, 0.7, 0.2])
    bars = [Bar(str(i), float(p), "#123456") for i, p in enumerate(values)]
    root = ElementTree.fromstring(svg.bars_svg(bars, PAINT, title="x"))
    widths = [float(item.get("width")) for item in root.iter() if item.get("class") == "bar"]
    assert np.argsort(widths).tolist() == np.argsort(values).tolist()
    assert widths[1] / widths[0] == pytest.approx(7, rel=0.01)


def test_a_waveform_shades_speech_and_places_words():
    words = (Word("one", 0.0, 0.4, 0.9), Word("two", 0.6, 1.0, 0.9))
    drawn = svg.waveform([0.0] * 300 + [1.0] * 100, ((0.2, 0.8),), 1.0, words)
    root = ElementTree.fromstring(drawn.inline("Waveform"))
    speech = next(item for item in root.iter() if item.get("class") == "speech")
    assert (speech.get("x"), speech.get("width")) == ("20%", "60%")
    assert [(item.text, item.get("x")) for item in root.iter() if item.text] == [("one", "20%"), ("two", "80%")]
    strokes = next(item.get("d") for item in root.iter() if item.get("d"))
    heights = [float(height) for height in re.findall("v([0-9.]+)", strokes)]
    assert min(heights) > 0
    assert max(heights) <= drawn.height


@pytest.fixture
def engine(tmp_path):
    made = FakeEngine(tmp_path / "models")
    (tmp_path / "models" / "scores").mkdir()
    random = np.random.default_rng(0)
    size = made.calibration.weight["emotion"].shape[1]
    pairs = Pairs(
        random.dirichlet(np.ones(7), size=(70, 2)),
        random.normal(size=(70, 2, size)),
        np.arange(70) % 7,
        np.arange(70) // 7 % 5,
    )
    save_pairs(pairs, tmp_path / "models", {"model_hash": made.model_hash})
    return made


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("theme", palette.INK)
def test_every_chart_of_the_bench_is_a_file(engine, language, theme):
    say, paint = Translator(language), svg.in_file(theme)
    sample = samples.read_example(engine, load_examples()[DEFAULT], print)
    seen = SharedView(sample, COLUMNS, reference=0, curve=True)
    found = shared_view.charts(seen, seen.view(engine), engine, say)
    assert list(found) == ["speech", "text", "0", "1", "wave", "curve"]
    for key, chart in found.items():
        root = ElementTree.fromstring(chart.file(paint))
        assert palette.BACKGROUND[theme] in chart.file(paint), key
        assert palette.INK[theme] in chart.file(paint), key
        assert "currentColor" not in (root.get("style") or "")
        assert root.find("{*}title").text
    marks = [chart.file(paint).count('class="mark"') for chart in (found["0"], found["1"])]
    assert marks == [0, 7]
    assert say("sweep.axis", modality=say.modality("speech")) in found["curve"].file(paint)


def test_words_alone_have_neither_waveform_nor_curve(engine):
    sample = samples.read_example(engine, load_examples()[DEFAULT], print)
    predictions = {"text": sample.evidence.predictions["text"]}
    typed = replace(sample, evidence=replace(sample.evidence, predictions=predictions), clip=None)
    seen = SharedView(typed, COLUMNS[:1], curve=True)
    assert list(shared_view.charts(seen, seen.view(engine), engine, Translator("en"))) == ["text", "0"]


def test_a_column_with_nothing_to_fuse_is_no_reference(engine):
    nothing = Variant("none", FusionSettings(), frozenset(("speech", "text")))
    sample = samples.read_example(engine, load_examples()[DEFAULT], print)
    seen = SharedView(sample, [nothing, COLUMNS[0]], reference=0)
    assert "mark" not in shared_view.charts(seen, seen.view(engine), engine, Translator("en"))["0"].file(PAINT)
