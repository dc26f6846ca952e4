"""Charts as SVG: valid whatever they are told, readable on their ground."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crossmodal.types import Word
from crossmodal.ui.charts import svg
from crossmodal.ui.charts.bars import Bar

PAINT = svg.in_file("light")


def tags(root):
    return {item.tag.rpartition("}")[2] for item in root.iter()}


def as_read(text):
    """A text as a reader of XML gets it: without characters that XML has no place for, one kind of line end."""
    allowed = [
        c for c in text if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff" and not "\ud800" <= c < "\ue000")
    ]
    return "".join(allowed).replace("\r\n", "\n").replace("\r", "\n")


@given(title=st.text(max_size=40))
@example(title="<b>&\"' \u4f60\u597d \U0001f600")
@example(title="a\x00b\r\nc\x1b\ufffed\te\r")
@settings(max_examples=60, deadline=None)
def test_a_drawing_is_valid_whatever_it_is_called(title):
    bars = [Bar(title, p, "#123456") for p in (0.0, 0.3, 1.0)]
    root = ElementTree.fromstring(svg.bars_svg(bars, PAINT, title=title, note=title, marks=[0.2, 0.3, 0.0]))
    assert tags(root) <= {"svg", "title", "rect", "text", "g", "path"}
    wave = svg.waveform((0.1, 0.9), ((0.0, 1.0),), 1.0, [Word(title, 0.0, 0.5, 0.9)])
    for source in (wave.file(title, PAINT), wave.inline(title)):
        assert tags(ElementTree.fromstring(source)) <= {"svg", "title", "rect", "text", "g", "path"}
    written = as_read(title)
    assert "".join(root.itertext()).count(written) >= 3
    assert (root.find("{*}title").text or "") == written
    assert [item.text or "" for item in root.iterfind(".//{*}text")].count(written) >= 4 + bool(title)  # a note below
    assert written in [item.text or "" for item in ElementTree.fromstring(wave.inline("")).iterfind(".//{*}text")]


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


def test_words_without_room_are_left_out():
    words = [Word(str(i), i / 100, (i + 1) / 100, 1.0) for i in range(100)]
    assert 10 <= len(svg.spaced(words, 1.0)) <= 14


@pytest.mark.parametrize("points", [0, 1, 139, 140, 141, 400, 1000])
def test_an_envelope_is_drawn_with_a_bounded_number_of_strokes(points):
    strokes = svg.coarser([0.5] * points)
    assert len(strokes) <= 140
    assert bool(strokes) == bool(points)
