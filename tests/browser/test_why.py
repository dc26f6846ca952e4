"""Why this answer, in a real Chromium: words, moments, and the playhead that follows the page's player."""

import pytest
from helpers.browser import BROWSER

from crossmodal.i18n.translator import Translator

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = BROWSER
EN = Translator("en")


def place(page):
    """Where the playhead stands, in pixels."""
    return page.evaluate("document.querySelector('.cx-field u').getBoundingClientRect().left")


def opened(visit, query, **options):
    visitor = visit(query, **options)
    visitor.page.locator(".cx-listen[data-ready]").wait_for()
    visitor.page.locator(".cx-ranges").wait_for()
    return visitor


def test_it_opens_by_its_switch_and_its_playhead_follows_the_player(visit):
    visitor = visit("?ex=joy")
    visitor.numbers()
    page = visitor.page
    page.locator(".st-key-why label").first.click()
    page.locator(".cx-listen[data-ready]").wait_for()
    page.locator(".cx-ranges").wait_for()
    page.wait_for_function("new URLSearchParams(location.search).get('why') === 'true'")
    assert page.locator(".cx-pulls li").count() == 9
    assert page.locator("table.cx-spoken tr").count() == 9
    assert page.locator(".cx-pull-strip i").count() > 10
    field = page.locator(".cx-field")
    field.scroll_into_view_if_needed()
    box = field.bounding_box()
    field.click(position={"x": box["width"] / 2, "y": 20})  # seeks
    player = "document.querySelector('.st-key-player audio')"
    assert place(page) == pytest.approx(box["x"] + box["width"] / 2, abs=3)
    sought = page.evaluate(f"{player}.currentTime")
    assert sought > 0.5
    slider = page.get_by_role("slider", name=EN("why.time.place"))
    slider.press("ArrowRight")
    page.wait_for_function(f"{player}.currentTime > {sought + 0.02}")
    before = place(page)
    page.get_by_role("button", name=EN("why.time.play")).click()
    page.wait_for_function(f"document.querySelector('.cx-field u').getBoundingClientRect().left > {before + 20}")
    assert "points" in slider.get_attribute("aria-valuetext")
    words = page.locator(".cx-pulls").inner_text()
    visitor.press("ArrowRight", 20, "Share of Voice")
    page.wait_for_function("before => document.querySelector('.cx-pulls').innerText !== before", arg=words)


@pytest.mark.parametrize(("query", "scheme"), [("?why=true", "light"), ("?why=true&lang=zh&ex=anger", "dark")])
def test_axe_finds_nothing_to_object_to(visit, query, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    visitor = opened(visit, query, color_scheme=scheme, viewport={"width": 390, "height": 844})
    assert visitor.page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    found = axe.Axe().run(visitor.page).response
    assert [(item["id"], [node["target"] for node in item["nodes"]]) for item in found["violations"]] == []
