"""The map of the shared space in a real Chromium: the points of the input, the slider, zoom, lasso, phone, axe."""

import pytest
from helpers.browser import BROWSER

from crossmodal.explain.embedding_map import load_map
from crossmodal.i18n.translator import Translator
from crossmodal.model.folder import MANIFEST, MODELS, ModelFolder, model_hash

pytestmark = BROWSER
EN = Translator("en")
STATE = """() => {
  const axes = document.querySelector('.st-key-space_map .js-plotly-plot')._fullLayout
  return { range: [...axes.xaxis.range], fused: document.querySelector('.cx-over').dataset.fused }
}"""


@pytest.fixture(autouse=True)
def has_map():
    manifest = MODELS / MANIFEST
    if not manifest.is_file() or load_map(MODELS, model_hash(ModelFolder().read_manifest())) is None:
        pytest.skip("no map of the shipped models: run `python -m crossmodal evaluate --only space`")


def opened(visit, query="space", **options):
    visitor = visit(query, **options)
    visitor.page.locator(".cx-pins[data-ready]").wait_for()
    visitor.page.locator(".cx-over text").first.wait_for(state="attached")
    return visitor


def names(page):
    return page.locator(".cx-over text").all_text_contents()


def test_the_slider_moves_the_fused_point_at_once_and_the_zoom_stays(visit):
    visitor = opened(visit, "space?proj=tsne")
    page = visitor.page
    assert sorted(names(page)) == ["Fused", "Voice", "Words"]
    page.locator(".modebar-btn[data-val=in]").click()
    page.wait_for_function(f"({STATE})().range[1] < 0.6")
    zoomed = page.evaluate(STATE)
    visitor.count_requests()
    slider = visitor.slider("Share of Voice")
    slider.focus()
    slider.press("ArrowRight")
    assert visitor.requests() == 0
    assert page.evaluate(STATE)["fused"] != zoomed["fused"]
    slider.press("End")
    page.wait_for_function("new URLSearchParams(location.search).get('a_speech') === '1'")
    page.get_by_text("Linear pool, says").wait_for()
    assert page.evaluate(STATE)["range"] == zoomed["range"]
    assert "proj=tsne" in page.url
    again = opened(visit, page.url.removeprefix(visitor.server))
    assert again.page.evaluate(STATE)["fused"] == page.evaluate(STATE)["fused"]


def test_points_drawn_around_are_listed_and_the_projection_is_in_the_address(visit):
    visitor = opened(visit)
    page = visitor.page
    page.locator(".modebar-btn[data-val=select]").click()
    box = page.locator(".st-key-space_map .nsewdrag").first.bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.8 * box["height"], steps=5)
    page.mouse.up()
    page.get_by_text("points selected").wait_for()
    page.get_by_test_id("stDataFrame").wait_for()
    page.get_by_role("radio", name="UMAP").click()
    page.wait_for_function("new URLSearchParams(location.search).get('proj') === 'umap'")
    page.get_by_text("UMAP keeps neighbours together").wait_for()


@pytest.mark.parametrize(("query", "scheme"), [("space?proj=umap&lang=zh", "dark"), ("space?colour=split", "light")])
def test_axe_and_a_phone_have_nothing_to_object_to(visit, query, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    visitor = opened(visit, query, viewport={"width": 390, "height": 844}, color_scheme=scheme)
    visitor.page.locator(".cx-foot").wait_for()
    assert visitor.page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    found = axe.Axe().run(visitor.page).response
    assert [(item["id"], [node["target"] for node in item["nodes"]]) for item in found["violations"]] == []


def test_the_weights_go_along_from_the_bench_and_back(visit):
    visitor = visit("?mode=mix")
    visitor.numbers()
    visitor.press("ArrowRight", 10, "Share of Voice")
    visitor.wait_for("Voice .60")
    page = visitor.page
    page.wait_for_function("new URLSearchParams(location.search).get('a_speech') === '0.6'")
    page.get_by_role("link", name=EN("page.space")).click()
    page.locator(".cx-pins[data-ready]").wait_for()
    assert page.locator(".cx-pins .cx-ends").inner_text().endswith(".60")
    visitor.press("ArrowLeft", 30, "Share of Voice")
    page.wait_for_function("new URLSearchParams(location.search).get('a_speech') === '0.3'")
    page.get_by_role("link", name=EN("page.bench")).click()
    page.locator(".cx-mixer[data-ready]").wait_for()
    visitor.wait_for("Voice .30", "Words .70")
    assert page.locator(".cx-over").count() == 0
    visitor.press("ArrowRight", 5, "Share of Voice")
    visitor.wait_for("Voice .35", "Words .65")
