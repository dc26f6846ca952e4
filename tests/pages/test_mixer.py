"""The mixer: its arithmetic is Python's to the last digits that count, and what a browser sends cannot harm."""

import json
from types import SimpleNamespace

import pytest
from helpers.browser import CHROMIUM
from helpers.javascript import in_browser
from helpers.journeys import address, start
from helpers.mixer_cases import NAMES, twelve_cases
from streamlit.testing.v1 import AppTest

from crossmodal.explain.flips import Flips, Segment
from crossmodal.fusion import fusion_rules
from crossmodal.i18n.translator import CATALOGUE, LANGUAGES, Translator
from crossmodal.types import EMOTIONS
from crossmodal.ui import address as page_address
from crossmodal.ui import flip_words, formula, mixer_state, url_choice
from crossmodal.ui.components import mixer
from crossmodal.ui.components._assets import bundle

# --- what is held ------------------------------------------------------------------------------------------------


@pytest.fixture
def session(monkeypatch):
    """A session and an address without a page."""
    made = SimpleNamespace(session_state={}, query_params={})
    monkeypatch.setattr(page_address, "st", made)
    monkeypatch.setattr(url_choice, "st", made)
    return made


GOOD = {"alpha": {"speech": 0.7, "text": 0.3}, "off": ["text"], "rule": "product", "temperature": 0.5, "mode": "free"}


def test_a_release_stands_in_session_and_address(session):
    mixer_state.take(GOOD, NAMES[:2])
    assert session.query_params == {
        "a_speech": "0.7",
        "a_text": "0.3",
        "m_text": "false",
        "t": "0.5",
        "rule": "product",
        "mode": "free",
    }
    now = mixer_state.current(NAMES[:2])
    assert (now.alpha, now.off, now.rule, now.temperature) == (GOOD["alpha"], ("text",), "product", 0.5)
    session.session_state.clear()
    assert mixer_state.current(NAMES[:2]) == now
    back = {"alpha": {"speech": 0.5, "text": 0.5}, "off": [], "rule": "linear", "temperature": 1, "mode": "mix"}
    mixer_state.take(back, NAMES[:2])
    assert session.query_params == {}


HOSTILE = [
    None,
    3,
    "x",
    [],
    {"alpha": 3},
    {"alpha": {"speech": "NaN"}},
    {"alpha": {"speech": -1, "text": [1]}},
    {"off": "text"},
    {"rule": ["linear"]},
    {"temperature": {"a": 1}},
    {"temperature": 1e308},
    {"mode": "x"},
    {"alpha": {"speech": float("inf")}},
    {"rule": "no such rule"},
]


@pytest.mark.parametrize("given", HOSTILE, ids=repr)
def test_what_a_browser_sends_wrongly_changes_nothing(session, given):
    mixer_state.take(GOOD, NAMES[:2])
    before = mixer_state.current(NAMES[:2]), dict(session.query_params)
    mixer_state.take(given, NAMES[:2])
    assert (mixer_state.current(NAMES[:2]), dict(session.query_params)) == before


# --- the page --------------------------------------------------------------------------------------------------


page = start


def parts(made):
    """What each part of the component is given, by its name."""
    given = {node.proto.component_name: node.proto for node in made.get("bidi_component")}
    return {name: proto for name, proto in given.items() if name.startswith("crossmodal_mixer")}


def sent(made):
    """What the component is given in all."""
    return {key: value for proto in parts(made).values() for key, value in json.loads(proto.json).items()}


def test_a_release_sends_again_only_what_changes(engine):
    given = parts(page())
    live, fixed = given["crossmodal_mixer_live"], given["crossmodal_mixer_fixed"]
    assert set(json.loads(live.json)) == {"key", "settings", "result", "flips", "seq"}
    assert live.ByteSize() < 3_000
    assert json.loads(live.json)["key"] == json.loads(fixed.json)["key"]


def test_the_page_hands_the_address_to_the_component(engine):
    data = sent(page(a_speech="0.8", m_text="false", t="0.5", rule="log_pool", mode="free"))
    assert data["settings"] == {
        "alpha": {"speech": 0.8, "text": 0.5},
        "off": ["text"],
        "rule": "log_pool",
        "temperature": 0.5,
        "prior": "model",
        "mode": "free",
    }
    assert data["flips"] is None
    assert len(data["tasks"][0]["labels"]) == len(data["tasks"][0]["colours"]) == len(EMOTIONS)


@pytest.mark.parametrize("value", ["NaN", "-1", "", "<script>", "7", "\u202e\u0000"])
def test_nonsense_in_the_address_falls_back_and_is_dropped(engine, value):
    made = page(**dict.fromkeys(["a_speech", "a_text", "t", "rule", "m_text", "mode"], value))
    assert sent(made)["settings"] == sent(page())["settings"]
    assert not {"a_speech", "t", "rule", "m_text", "mode"} & set(address(made))


def test_a_clean_address_stays_clean_with_the_component(engine):
    assert address(page()) == {}


def test_everything_switched_off_is_left_to_the_component_to_say(engine):
    data = sent(page(m_speech="false", m_text="false"))
    assert data["result"] is None
    assert "error.nothing_to_fuse" in data["words"]


def test_plain_sliders_take_over_where_asked_for_and_where_the_component_failed(engine):
    asked = page(mixer="native", a_speech="0.8")
    assert asked.slider(key="a_speech").value == 0.8
    assert not parts(asked)
    failed = page(a_speech="0.8", rule="product")
    failed.button(key="go_plain").click()
    failed.run()
    assert not failed.exception
    assert failed.slider(key="a_speech").value == 0.8
    assert not parts(failed)


def test_settings_now_are_those_of_the_address(engine):
    def script():
        import streamlit as st

        from crossmodal.ui import service
        from crossmodal.ui.pages import bench

        now = bench.settings_now(service.service().engine)
        st.write(f"{now.rule} {now.temperature} {now.alpha['speech']}")

    made = AppTest.from_function(script, default_timeout=60)
    for key, value in {"a_speech": "0.9", "t": "0.5", "rule": "product"}.items():
        made.query_params[key] = value
    assert made.run().markdown[0].value == "product 0.5 0.9"


@pytest.mark.parametrize("language", LANGUAGES)
def test_flips_are_told_alike(language, tmp_path):
    say = Translator(language)
    words = {key: say.wording(key) for key in CATALOGUE if key.startswith("flips.")}
    labels = [say.label("emotion", label) for label in EMOTIONS]
    wholes = {
        "one": ((0.0, 1.0, "joy"),),
        "three": ((0.0, 0.35, "joy"), (0.35, 0.51, "neutral"), (0.51, 1.0, "sadness")),
    }
    cases, expected = [], []
    for segments in wholes.values():
        found = Flips(tuple(Segment(*segment) for segment in segments), True, NAMES[:2])
        given = [[start, end, EMOTIONS.index(label)] for start, end, label in segments]
        known = {"words": words, "labels": labels, "segments": given}
        for share in (0.0, 0.33, 0.35, 0.43, 0.5, 0.61, 0.62, 1.0):
            near = [flip_words.EDGE + 1e-9, flip_words.NEAR + 1e-9]
            cases += [("said", known), ("firm", known | {"share": share, "near": near})]
            axis = say("flips.axis", modality=say.modality(NAMES[0]))
            expected.append(flip_words.sentence(say, found, share).removeprefix(f"{axis} "))
            level, said = flip_words.stability(found, share), flip_words.badge(say, found, share)
            expected.append({"how": level, "said": said})
    assert in_browser(cases, tmp_path) == expected


# --- three modalities and more, which the project does not ship yet ------------------------------------------------


def mounted(count, mode, given):
    """What the component would be given for that many modalities and twelve classes."""
    say = Translator("en")
    classes = [f"class {number}" for number in range(12)]
    modalities = [
        {"name": n, "label": n.title(), "index": i, "symbol": formula.alpha(i), "present": True, "certainty": ""}
        for i, n in enumerate(NAMES[:count], 1)
    ]
    settings = {
        "alpha": dict.fromkeys(NAMES[:count], 0.5),
        "off": [],
        "rule": "linear",
        "temperature": 1.0,
        "prior": "model",
        "mode": mode,
    }
    return {
        "key": "many",
        "near": [0.02, 0.1],
        "words": {key: say.wording(key) for key in CATALOGUE},
        "tasks": [{"labels": classes, "colours": ["#717376"] * 12}, {"labels": ["no", "so", "yes"]}],
        "modalities": modalities,
        "problem": given,
        "temperatures": page_address.TEMPERATURES,
        "marks": [],
        "rules": [{"name": rule, "label": rule, "note": ""} for rule in fusion_rules()],
        "settings": settings,
        "result": None,
        "flips": None,
        "seq": 0,
    }


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium")
@pytest.mark.parametrize(("count", "mode", "sliders"), [(3, "mix", 0), (4, "mix", 4), (4, "free", 4)])
def test_three_and_four_modalities_move_in_the_browser(count, mode, sliders):
    driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    asked, _, _ = next(case for case in twelve_cases() if len(case[0]["alpha"]) == count)
    main = asked["problem"]["tasks"][0]
    small = {key: [row[:3] for row in main[key]] if key in ("probabilities", "logits") else main[key] for key in main}
    small |= {"bias": main["bias"][:3], "prior": [1 / 3] * 3}
    given = {"tasks": [main, small], "gram": asked["problem"]["gram"]}
    with driver.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1000, "height": 900})
        page.set_content("<main></main>")
        page.add_style_tag(content=(mixer.FOLDER / "mixer.css").read_text(encoding="utf-8"))
        page.add_script_tag(content=bundle(mixer.SOURCES).replace("export default function", "window.mount = function"))
        page.evaluate(
            "data => { window.sent = []; const place = document.querySelector('main');"
            " const tell = (name, value) => window.sent.push([name, value]);"
            " window.crossmodal.live = { data: { key: data.key }, parentElement: place, setTriggerValue: tell };"
            " window.mount({ data }) }",
            mounted(count, mode, given),
        )
        assert page.evaluate("window.sent") == []
        assert page.locator(".cx-area input[type=range]").count() == sliders
        moving = page.locator(".cx-area [tabindex], .cx-area input[type=range]").first
        before = page.locator(".cx-fused").inner_text()
        moving.press("End" if sliders else "ArrowUp")
        if not sliders:
            for _ in range(20):
                moving.press("ArrowUp")
        assert page.locator(".cx-fused").inner_text() != before
        page.wait_for_function("window.sent.length")
        (name, value), *_ = page.evaluate("window.sent")
        assert name == "release"
        assert set(value["alpha"]) == set(NAMES[:count])
        browser.close()
