"""The timeline in a real Chromium: painted at once, alive under a slider, and fed with a recording of a minute."""

import numpy as np
import pytest
from helpers.browser import BROWSER
from helpers.samples import wav_bytes

from crossmodal.examples import load_examples
from crossmodal.i18n.translator import Translator

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = BROWSER
EN = Translator("en")
STRIPS = "() => document.querySelector('[class*=st-key-strips_] .js-plotly-plot')?.data?.filter(t => t.type === 'bar')"
FUSED = f"JSON.stringify(({STRIPS})()[2].marker.color)"


def lines_of(visitor):
    """How many lines are drawn, once any are."""
    visitor.page.wait_for_function(f"({STRIPS})()?.length === 4")
    return visitor.page.evaluate(f"({STRIPS})()[0].x.length")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_the_example_is_painted_and_follows_a_slider(visit, scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    visitor = visit("timeline", viewport={"width": width, "height": 900}, color_scheme=scheme)
    assert lines_of(visitor) == len(load_examples())
    before = visitor.page.evaluate(FUSED)
    visitor.press("ArrowRight", 50, "Weight of Voice")
    visitor.press("ArrowLeft", 50, "Weight of Words")
    visitor.page.wait_for_function(f"{FUSED} === JSON.stringify(({STRIPS})()[0].marker.color)")
    assert visitor.page.evaluate(FUSED) != before
    visitor.page.wait_for_function("new URLSearchParams(location.search).get('a_speech') === '1'")
    wide = "[document.documentElement, document.querySelector('[data-testid=stMain]')].map(e => e.scrollWidth)"
    assert max(visitor.page.evaluate(wide)) <= width
    found = axe.Axe().run(visitor.page).response
    assert [(item["id"], [node["target"] for node in item["nodes"]]) for item in found["violations"]] == []


def test_a_recording_of_a_minute_becomes_lines_to_hear_and_to_take_away(visit, talk, tmp_path):
    (tmp_path / "talk.wav").write_bytes(wav_bytes(np.tile(talk, 2)))
    visitor = visit("timeline?tl=own")
    page = visitor.page
    page.locator("input[type=file]").set_input_files(tmp_path / "talk.wav")
    page.get_by_role("button", name=EN("timeline.another")).wait_for()
    lines_of(visitor)
    page.get_by_role("button", name=EN("timeline.cancel")).wait_for(state="detached")
    assert lines_of(visitor) >= 10
    page.locator("audio").wait_for()
    assert page.locator(".st-key-tl_exports button").count() == 4
    with page.expect_download() as saved:
        page.get_by_role("button", name=EN("timeline.export.vtt")).click()
    assert saved.value.suggested_filename == "timeline.vtt"
    assert saved.value.path().read_text(encoding="utf-8").startswith("WEBVTT")
    third = f"({STRIPS})()[0].customdata[2]"
    assert page.evaluate(third) == 2
    bar = page.locator("[class*=st-key-strips_] .bars").nth(0).locator(".point").nth(2)
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.get_by_role("heading", name=EN("timeline.line", number=3)).wait_for()
