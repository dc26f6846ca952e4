"""The page in a real Chromium: microphone, keyboard, address, phone width, and not one request to anywhere else."""

from urllib.parse import quote

import pytest
from helpers.browser import BROWSER, PATIENCE, drag

from crossmodal.i18n.translator import Translator

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = BROWSER
EN, ZH = Translator("en"), Translator("zh")


def test_a_recording_becomes_a_result_and_a_slider_moves_it(visit):
    visitor = visit("?src=record")
    record = visitor.page.get_by_test_id("stAudioInputActionButton")
    record.click()
    visitor.page.wait_for_function(
        "document.querySelector('[data-testid=stAudioInputWaveformTimeCode]').textContent >= '00:03'"
    )
    record.click()
    before = visitor.numbers()
    assert before[0].startswith("Fused")
    assert len(before[1]) == 3
    visitor.press("ArrowLeft", 25, "Share of Voice")
    assert visitor.wait_for("Voice .25", "Words .75") != before
    assert EN("privacy") in visitor.page.inner_text("body")


@pytest.mark.parametrize(
    ("query", "weights"),
    [
        ("?mode=free", ("Voice .42", "Words .58")),
        ("?mode=free&mixer=native", ("Voice .42", "Words .58")),
        ("?src=type&txt=" + quote("I can't believe you did this."), ("Words 1.",)),
    ],
)
def test_the_address_brings_back_the_same_numbers(visit, query, weights):
    visitor = visit(query)
    first = visitor.numbers()
    if "src=type" not in query:
        visitor.press("ArrowRight", 20, "Weight of Words")
    visitor.wait_for(*weights)
    visitor.press("ArrowRight", 2, "Sharpness")
    visitor.page.wait_for_function("document.querySelector('.st-key-formula').textContent.includes('T = 0.5')")
    visitor.page.wait_for_function("new URLSearchParams(location.search).has('t')")
    moved = visitor.numbers()
    assert moved != first
    visitor.page.reload()
    assert visitor.numbers() == moved
    assert visit(visitor.page.url.removeprefix(visitor.server)).numbers() == moved


@pytest.mark.parametrize(
    ("query", "scheme"), [("", "light"), ("?src=type&txt=Hello!", "dark"), ("?src=record&lang=zh", "light")]
)
def test_a_phone_never_scrolls_sideways(visit, query, scheme):
    visitor = visit(query, viewport={"width": 390, "height": 844}, color_scheme=scheme)
    visitor.page.locator(".cx-foot").wait_for()
    widths = visitor.page.evaluate(
        "[document.documentElement, document.querySelector('[data-testid=stMain]')].map(e => e.scrollWidth)"
    )
    assert max(widths) <= 390


def test_the_language_switch_speaks_chinese(visit):
    visitor = visit("?rule=log_pool")
    visitor.numbers()
    visitor.page.get_by_role("radio", name="\u4e2d\u6587").click()
    visitor.wait_for(ZH("fused"))
    assert "rule=log_pool" in visitor.page.url
    assert "lang=zh" in visitor.page.url


def test_hostile_words_reach_nobody(visit):
    text = "<img src=http://h.invalid/a> ![x](http://h.invalid/b) so sad"
    visitor = visit("?src=type&txt=" + quote(text))
    visitor.numbers()
    playwright.expect(visitor.page.locator("textarea")).to_have_value(text, timeout=PATIENCE)


# --- the mixer -----------------------------------------------------------------------------------------------------


def test_a_drag_moves_the_bars_and_asks_the_server_once_at_its_end(visit):
    visitor = visit()
    visitor.numbers()
    visitor.count_requests()
    seen, spoken = [], visitor.page.locator(".cx-badge")
    said = set()
    for _ in drag(visitor, "Share of Voice", [0.5, 0.6, 0.7, 0.8, 0.9, 0.7, 0.4, 0.2]):
        seen.append(tuple(visitor.widths()))
        said.add(spoken.inner_text())
        assert visitor.requests() == 0
    assert len(set(seen)) >= 7
    assert len(said) >= 5
    visitor.page.wait_for_function("new URLSearchParams(location.search).has('a_speech')")
    visitor.page.wait_for_timeout(700)
    assert visitor.requests() == 1
    assert visitor.slider("Share of Voice").evaluate("e => e === e.ownerDocument.activeElement")
    share = float(visitor.slider("Share of Voice").input_value())
    assert abs(share - 0.2) < 0.02
    assert f"a_speech={share:g}" in visitor.page.url
    after = visitor.numbers()
    visitor.page.reload()
    assert visitor.numbers() == after


def test_what_the_browser_says_is_what_the_server_says(visit):
    query = "?a_speech=0.37&a_text=0.63&t=0.5"
    for rule in ("linear", "log_pool", "product", "confidence", "shared_space"):
        live, plain = (visit(f"{query}&rule={rule}{more}") for more in ("", "&mixer=native"))
        assert live.numbers() == plain.numbers()


def test_keys_move_the_mix_and_are_spoken(visit):
    visitor = visit()
    visitor.numbers()
    slider = visitor.slider("Share of Voice")
    visitor.count_requests()
    slider.focus()
    for key, value in [
        ("ArrowRight", 0.51),
        ("PageUp", 0.61),
        ("PageDown", 0.51),
        ("Home", 0),
        ("End", 1),
        ("ArrowLeft", 0.99),
    ]:
        slider.press(key)
        assert abs(float(slider.input_value()) - value) < 1e-6
        assert "percent" in slider.get_attribute("aria-valuetext")
    visitor.wait_for("Voice .99")
    visitor.page.wait_for_function("location.search.includes('a_speech=0.99')")
    assert 1 <= visitor.requests() <= 6  # keys in quick succession count as one move


def test_modes_switches_rules_and_marks_follow_at_once(visit):
    visitor = visit()
    visitor.numbers()
    page = visitor.page
    page.get_by_role("switch", name="Use Voice").click(force=True)
    visitor.wait_for("Words 1.")
    page.get_by_role("switch", name="Use Words").click(force=True)
    page.get_by_text(EN("error.nothing_to_fuse")).wait_for()
    page.get_by_role("switch", name="Use Voice").click(force=True)
    visitor.wait_for("Voice 1.")
    page.get_by_role("switch", name="Use Words").click(force=True)
    page.get_by_label(EN("rule"), exact=True).select_option("product")
    page.get_by_role("button", name=EN("mark.best")).click()
    page.get_by_role("radio", name=EN("mode.free")).click()
    page.get_by_role("slider", name="Weight of Voice").wait_for()
    page.wait_for_function("location.search.includes('rule=product') && location.search.includes('mode=free')")
    assert "m_speech" not in page.url


def test_a_thumb_drags_on_a_phone(visit):
    visitor = visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    visitor.numbers()
    slider = visitor.slider("Share of Voice")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    before = visitor.widths()
    visitor.page.touchscreen.tap(box["x"] + 0.8 * box["width"], box["y"] + box["height"] / 2)
    assert float(slider.input_value()) > 0.7
    assert visitor.widths() != before
    assert slider.evaluate("e => getComputedStyle(e).touchAction") == "pan-y"
    visitor.page.wait_for_function("new URLSearchParams(location.search).has('a_speech')")
    assert visitor.page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390


BROKEN = {
    "it throws": "Element.prototype.replaceChildren = undefined",
    "it never loads": "const make = URL.createObjectURL; URL.createObjectURL = blob =>"
    " blob.type === 'text/javascript' ? 'blob:nothing' : make.call(URL, blob)",
}


@pytest.mark.parametrize("how", BROKEN)
def test_plain_sliders_take_over_where_the_component_fails(visit, how):
    visitor = visit("?a_speech=0.8")
    visitor.numbers()
    visitor.context.add_init_script(BROKEN[how])
    visitor.page.reload()
    if how == "it never loads":
        visitor.page.get_by_role("button", name=EN("plain")).click()
    visitor.page.locator(".st-key-a_speech").wait_for()
    visitor.wait_for("Voice .62", "Words .38")


# --- for everybody -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["", "?mode=free&lang=zh", "compare", "compare?cmp=rules", "about"])
def test_axe_finds_nothing_to_object_to(visit, path, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    visitor = visit(path, color_scheme=scheme)
    visitor.page.locator(".cx-foot, .cx-lead").first.wait_for()
    visitor.page.wait_for_function(
        "document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"
    )
    found = axe.Axe().run(visitor.page).response
    assert len(found["passes"]) > 15
    assert [(item["id"], [node["target"] for node in item["nodes"]]) for item in found["violations"]] == []


def test_four_columns_and_a_link_to_them(visit):
    visitor = visit("compare?ex=great")
    page = visitor.page
    page.locator(".cx-outcome").nth(1).wait_for()
    for number in (3, 4):
        page.get_by_role("button", name=EN("compare.add")).click()
        page.locator(".cx-outcome").nth(number - 1).wait_for()
    page.wait_for_function("(new URLSearchParams(location.search).get('c') || '').split('|').length === 4")
    shown = page.locator(".cx-outcome").all_inner_texts()
    other = visit(page.url.removeprefix(visitor.server), viewport={"width": 390, "height": 844})
    other.page.locator(".cx-outcome").nth(3).wait_for()
    assert other.page.locator(".cx-outcome").all_inner_texts() == shown
    assert other.page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390


def test_a_recording_that_was_shared_opens_elsewhere_with_the_same_numbers(visit):
    visitor = visit("?src=record")
    page = visitor.page
    record = page.get_by_test_id("stAudioInputActionButton")
    record.click()
    page.wait_for_function(
        "document.querySelector('[data-testid=stAudioInputWaveformTimeCode]').textContent >= '00:02'"
    )
    record.click()
    page.locator(".cx-spoken").wait_for(state="attached")
    visitor.press("ArrowLeft", 10, "Share of Voice")
    visitor.wait_for("Voice .40")
    page.wait_for_function("new URLSearchParams(location.search).get('a_speech') === '0.4'")
    shown = visitor.numbers()
    page.get_by_role("button", name=EN("share"), exact=True).click()
    page.get_by_role("button", name=EN("share.include")).click()
    page.wait_for_function("[...document.querySelectorAll('code')].some(code => code.innerText.includes('clip='))")
    texts = page.locator("code").all_inner_texts()
    link = next(text for text in texts if "clip=" in text)
    forget = next(text for text in texts if "forget=" in text)
    other = visit("?" + link.strip().partition("/?")[2])
    other.page.locator(".cx-spoken").wait_for(state="attached")
    assert other.numbers() == shown
    gone = visit("?" + forget.strip().partition("/?")[2])
    gone.page.get_by_role("button", name=EN("share.forget.go")).click()
    gone.page.get_by_text(EN("share.forget.done")).wait_for()
    late = visit("?" + link.strip().partition("/?")[2])
    late.page.get_by_role("alert").wait_for()
    assert "a_speech=0.4" in late.page.url


def test_leaving_the_bench_and_coming_back_draws_one_mixer(visit):
    visitor = visit()
    before = visitor.numbers()
    for _ in range(2):
        visitor.page.locator(".st-key-nav a").nth(1).click()
        visitor.page.locator(".st-key-compare").wait_for()
        assert visitor.page.locator(".cx-mixer").count() == 0
        visitor.page.locator(".st-key-nav a").first.click()
        visitor.page.locator(".cx-mixer[data-ready] .cx-fused").wait_for()
        assert visitor.numbers() == before
        assert visitor.page.locator(".cx-mixer").count() == 1
    visitor.press("End", 1, "Share of Voice")
    visitor.page.wait_for_function("location.search.includes('a_speech=1')")
