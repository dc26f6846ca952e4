"""Every chart that is seen can be taken away as a file."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from helpers.fakes import FakeEngine
from helpers.samples import save_small_pairs

from crossmodal.examples import DEFAULT, load_examples
from crossmodal.i18n.translator import LANGUAGES, Translator
from crossmodal.sharing.comparison import Variant
from crossmodal.types import FusionSettings
from crossmodal.ui import samples
from crossmodal.ui.charts import palette, svg
from crossmodal.ui.sections import shared_view
from crossmodal.ui.sections.shared_view import SharedView

PAINT = svg.in_file("light")
COLUMNS = [Variant("A", FusionSettings({"speech": 0.62, "text": 0.38})), Variant("B", FusionSettings(rule="log_pool"))]


@pytest.fixture
def engine(tmp_path):
    made = FakeEngine(tmp_path / "models")
    save_small_pairs(made)
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
