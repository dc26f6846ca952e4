"""The report: the numbers of the page, in a file that fetches and runs nothing."""

import html.parser

import pytest
from helpers.exports import COLUMNS, EVIDENCE, HOSTILE, view

from crossmodal.i18n.translator import LANGUAGES, Translator
from crossmodal.sharing import export
from crossmodal.ui.charts import svg
from crossmodal.ui.numbers import percent
from crossmodal.ui.sections import report


class Page(html.parser.HTMLParser):
    """Every tag, every address that a browser would fetch, and the text."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.addresses, self.text, self.attributes, self.said = [], [], "", [], []
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        self.said += [value for name, value in attrs if name == "aria-label"]
        self.addresses += [value for name, value in attrs if name in ("src", "srcset", "data", "action", "poster")]
        if tag == "link":
            self.addresses += [value for name, value in attrs if name == "href"]

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_says_the_numbers_in_either_language(language):
    made, say = view(), Translator(language)
    page = Page(report.to_html(made, say, link="http://localhost/?a=1&b=2"))
    assert f'<html lang="{language}">' in report.to_html(made, say)
    for column, result in zip(made.variants, made.results, strict=True):
        assert column.name in page.text
        assert say.label("emotion", result.label) in page.text
        assert percent(float(result.probabilities["emotion"].max())) in page.text
        assert export.command(made, column) in page.text
    assert say("note.scores") in page.text
    assert page.tags.count("svg") == len(EVIDENCE.predictions) + len(COLUMNS)
    drawn = svg.waveform((0.1, 0.9), ((0.0, 1.0),), 1.0)
    with_wave = Page(report.to_html(made, say, wave=drawn))
    assert say("share.chart.wave.title") in with_wave.said


def test_the_report_fetches_nothing_and_runs_nothing():
    source = report.to_html(view(words=HOSTILE), Translator("en"), link="javascript:alert(1)")
    page = Page(source)
    assert page.addresses == []
    assert "script" not in page.tags
    assert "img" not in page.tags
    assert not [name for name in page.attributes if name.startswith("on")]
    assert "default-src 'none'" in source
    assert "url(" not in source
    assert "@import" not in source
    assert HOSTILE in page.text
    assert "href" not in page.attributes  # even the link is text
