"""The mixer: its arithmetic is Python's to the last digits that count, and what a browser sends cannot harm."""

import json
import shutil
import subprocess
from types import SimpleNamespace

import numpy as np
import pytest
from helpers.javascript import in_browser
from helpers.journeys import address, start
from helpers.samples import make_calibration, make_evidence
from streamlit.testing.v1 import AppTest

from crossmodal.explain.flips import Flips, Segment, flips
from crossmodal.fusion import FusionInputs, correct_prior, find_rule, fusion_rules, normalize_alpha, scale_temperature
from crossmodal.fusion.fuse import fuse
from crossmodal.i18n.translator import CATALOGUE, LANGUAGES, Translator
from crossmodal.numerics import softmax
from crossmodal.types import EMOTIONS, PRIORS, TASKS, FusionSettings
from crossmodal.ui import address as page_address
from crossmodal.ui import flip_words, formula, mixer_state, numbers, url_choice
from crossmodal.ui.components import mixer
from crossmodal.ui.components._assets import SHARED, bundle
from crossmodal.ui.components.mixer.inputs import mixer_inputs

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
NAMES = ("speech", "text", "face", "pulse")


# --- the table of cases --------------------------------------------------------------------------------------------


def weights(random, count):
    """Weights as a person sets them: any, some zero, all zero."""
    return [
        random.random(count).round(2),
        random.random(count) * random.integers(0, 2, count),
        np.zeros(count),
        np.full(count, 0.5),
    ]


def shipped_cases():
    """Both tasks of the project through ``fuse`` itself: n = 1..4, every rule, prior and some temperatures."""
    for count in range(1, 5):
        calibration = make_calibration(NAMES[:count], seed=count)
        evidence = make_evidence(calibration, seed=10 + count)
        given = mixer_inputs(evidence, calibration)
        random = np.random.default_rng(count)
        for rule in fusion_rules():
            for prior in PRIORS:
                for temperature, alpha in zip((1.0, 0.25, 2.8, 4.0), weights(random, count), strict=True):
                    named = dict(zip(NAMES, alpha.tolist(), strict=False))
                    result = fuse(evidence, FusionSettings(named, rule, temperature, prior), calibration)
                    asked = {"problem": given, "alpha": alpha.tolist(), "rule": rule, "temperature": temperature}
                    expected = [result.probabilities[task].tolist() for task in TASKS]
                    yield asked | {"prior": prior}, expected, list(result.alpha_used.values())


def twelve_cases():
    """Twelve classes and hard readings (certain, flat, zeros), straight through the rules."""
    for count in range(1, 5):
        random = np.random.default_rng(100 + count)
        width, classes = 9, 12
        weight, bias = random.normal(size=(classes, width)) * 3, random.normal(size=classes)
        z = random.normal(size=(count, width))
        z /= np.linalg.norm(z, axis=1, keepdims=True)
        temperatures = random.uniform(0.5, 2, count)
        p = random.dirichlet(np.full(classes, 0.2), count)
        p[0] = np.eye(classes)[3] if count > 2 else np.full(classes, 1 / classes)
        prior = random.dirichlet(np.full(classes, 2.0))
        task = {
            "probabilities": p.tolist(),
            "logits": (z @ weight.T + bias).tolist(),
            "bias": bias.tolist(),
            "temperatures": temperatures.tolist(),
            "prior": prior.tolist(),
        }
        given = {"tasks": [task], "gram": (z @ z.T).tolist()}

        def head(point, alpha, *, w=weight, b=bias, t=temperatures):
            return softmax((point @ w.T + b) / np.exp(alpha @ np.log(t))[..., None])

        for name, rule in fusion_rules().items():
            for alpha in weights(random, count):
                used = rule.weights(normalize_alpha(dict(zip(NAMES, alpha, strict=False)), NAMES[:count]), p)
                pooled = rule.pool(FusionInputs(p, used, prior, z, head))
                for kind in PRIORS:
                    expected = scale_temperature(correct_prior(pooled, prior) if kind == "even" else pooled, 0.5)
                    asked = {"problem": given, "alpha": alpha.tolist(), "rule": name, "temperature": 0.5}
                    yield asked | {"prior": kind}, [expected.tolist()], used.tolist()


@pytest.mark.parametrize("table", [shipped_cases, twelve_cases])
def test_browser_and_server_fuse_alike(tmp_path, table):
    cases = list(table())
    answers = in_browser([("fuse", asked) for asked, _, _ in cases], tmp_path)
    assert len(answers) > 100
    for (asked, expected, used), answer in zip(cases, answers, strict=True):
        np.testing.assert_allclose(answer["weights"], used, atol=1e-9)
        for found, wanted in zip(answer["tasks"], expected, strict=True):
            np.testing.assert_allclose(found, wanted, atol=1e-6, rtol=0, err_msg=asked["rule"])


@pytest.mark.parametrize("prior", PRIORS)
def test_browser_and_server_flip_at_the_same_mixes(tmp_path, prior):
    cases, expected = [], []
    for seed in range(4):
        calibration = make_calibration(NAMES[:2], seed=seed)
        evidence = make_evidence(calibration, seed=seed + 50)
        for rule in fusion_rules():
            found = flips(evidence, FusionSettings({}, rule, prior=prior), calibration)
            expected.append([(s.start, s.end, EMOTIONS.index(s.label)) for s in found.segments])
            cases.append(
                (
                    "flips",
                    {"problem": mixer_inputs(evidence, calibration), "rule": rule, "temperature": 1.0, "prior": prior},
                )
            )
    for wanted, answer in zip(expected, in_browser(cases, tmp_path), strict=True):
        wide = [segment for segment in wanted if segment[1] - segment[0] > 1 / 300]
        assert len(answer) >= len(wide)
        if len(answer) == len(wanted):
            np.testing.assert_allclose(answer, wanted, atol=1e-6)


def test_numbers_are_written_alike(tmp_path):
    random = np.random.default_rng(0)
    halves = [i / 8 for i in range(9)] + [0.005, 0.015, 0.0004, 0.0005, 0.0006, 0.995, 0.999, 1.0]
    values = halves + random.random(2000).tolist() + (random.random(200) / 50).tolist()
    written, percents = in_browser([("number", values), ("percent", values)], tmp_path)
    assert written == [numbers.number(value) for value in values]
    assert percents == [numbers.percent(value) for value in values]


def test_ties_fall_to_the_same_class(tmp_path):
    tied = [[0.4, 0.4, 0.2], [0.2, 0.4, 0.4], [1 / 3] * 3, [0.1, 0.8, 0.1], [0.0, 0.0, 1.0]]
    answers = in_browser([("verdict", p) for p in tied], tmp_path)
    for p, answer in zip(tied, answers, strict=True):
        order = np.array(p).argsort(kind="stable")[::-1]
        assert [answer["first"], answer["second"]] == order[:2].tolist()


def test_the_sources_are_one_module_without_a_name_twice(tmp_path):
    text = bundle(mixer.SOURCES)
    assert "import " not in "".join(line for line in text.splitlines() if line.startswith("import"))
    assert text.count("export default") == 1
    assert "http" not in text
    if node := shutil.which("node"):
        path = tmp_path / "bundle.mjs"
        path.write_text(text, encoding="utf-8")
        subprocess.run([node, "--check", path], check=True, timeout=60)


def test_every_rule_is_known_to_the_browser():
    source = bundle(tuple(SHARED / name for name in ("arithmetic.js", "dom.js", "flipbar.js")))
    line = next(line for line in source.splitlines() if line.startswith("const POOLS"))
    assert {part.split(":")[0].strip() for part in line.split("{")[1].split(",")} == set(fusion_rules())
    assert all(find_rule(name) for name in fusion_rules())


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
