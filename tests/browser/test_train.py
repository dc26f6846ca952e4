"""The page that trains, in Chromium with a real worker: curves that move, a model on the bench, and the way back."""

import pytest
from helpers.browser import BROWSER

from crossmodal.i18n.translator import Translator

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = [*BROWSER, pytest.mark.models]
EN = Translator("en")
QUIET = "document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"
POINTS = "document.querySelector('.st-key-own_live .st-key-own_uar .js-plotly-plot')?.data?.[0]?.x?.length || 0"


def test_a_run_is_watched_used_and_left_again(visit):
    visitor = visit("train?ep=40&dim=8&g12=0.8")
    page = visitor.page
    page.locator(".cx-table").wait_for()
    assert EN("train.example") in page.inner_text("body")
    page.get_by_role("button", name=EN("train.start"), exact=True).click()
    page.get_by_role("button", name=EN("train.stop")).wait_for()
    page.locator(".st-key-own_live .st-key-own_uar").wait_for()  # on a busy machine the worker takes a while to start
    before = page.evaluate(POINTS)
    page.wait_for_function(f"({POINTS}) > {before}")
    page.get_by_role("button", name=EN("train.stop")).click()
    page.get_by_role("columnheader", name=EN("train.column.own"), exact=True).wait_for()
    with page.expect_download() as waited:
        page.get_by_role("button", name=EN("train.download")).click()
    assert waited.value.suggested_filename.endswith(".zip")
    page.get_by_role("button", name=EN("train.use")).click()
    note = page.locator(".cx-banner")
    note.wait_for()
    page.get_by_role("link", name=EN("page.bench")).click()
    page.locator(".cx-spoken").wait_for(state="attached")
    assert note.is_visible()
    own = visitor.numbers()
    page.get_by_role("button", name=EN("train.back")).click()
    note.wait_for(state="detached")
    assert visitor.numbers() != own


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_axe_and_a_phone_find_nothing_to_object_to(visit, scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    visitor = visit("train", color_scheme=scheme, viewport={"width": width, "height": 900})
    visitor.page.locator(".cx-foot").wait_for()
    visitor.page.wait_for_function(QUIET)
    assert visitor.page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= width
    found = axe.Axe().run(visitor.page).response
    assert len(found["passes"]) > 15
    assert [(item["id"], [node["target"] for node in item["nodes"]]) for item in found["violations"]] == []
