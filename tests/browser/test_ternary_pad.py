"""The ternary pad of three modalities in a real Chromium: where it is painted, dragged and stepped to."""

import numpy as np
import pytest
from helpers.browser import BROWSER, CHROMIUM
from helpers.samples import make_calibration, make_evidence

from crossmodal.fusion.fuse import fuse_many
from crossmodal.types import EMOTIONS, FusionSettings
from crossmodal.ui.components._assets import SHARED, bundle
from crossmodal.ui.components.mixer.inputs import mixer_inputs

driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = BROWSER
NAMES = ("speech", "text", "toy")
RULE = "linear"
POINTS = [(0.5, 0.9), (0.25, 0.85), (0.7, 0.7), (0.5, 0.3), (0.42, 0.55), (0.58, 0.62)]
"""Places on the pad as fractions of its width and height."""
COLOURS = [(20 + 30 * i, 200 - 25 * i, 40 * (i % 3)) for i in range(len(EMOTIONS))]
SOURCE = bundle(tuple(SHARED / name for name in ("arithmetic.js", "dom.js", "pads.js")))
MOUNT = """({ problem, rule, names, colours, labels }) => {
  window.moves = [];
  window.releases = 0;
  const winner = (shares) => verdict(fuse(problem, shares, { rule, temperature: 1, prior: "model" }).tasks[0]).first;
  const moved = (shares) => { window.moves.push(shares); pad.show(shares, shares, ""); };
  const pad = triangle(names, "mix", { winner, colours, labels }, moved, () => { window.releases += 1; });
  document.body.append(pad.element);
  pad.show([1 / 3, 1 / 3, 1 / 3], [], "");
}"""
PAINTED = """([x, y]) => {
  const canvas = document.querySelector("canvas");
  const at = [Math.round(x * canvas.width), Math.round(y * canvas.height)];
  return [...canvas.getContext("2d").getImageData(...at, 1, 1).data.slice(0, 3)];
}"""


def shares_of(x, y):
    """The mix of a place on the pad: its barycentric coordinates, the third modality at the top."""
    top = 1 - y
    right = x - top / 2
    return np.array([1 - top - right, right, top])


@pytest.fixture(scope="module")
def evidence():
    calibration = make_calibration(NAMES, seed=5)
    return make_evidence(calibration, seed=5), calibration


@pytest.fixture(scope="module")
def page(evidence):
    colours = [f"rgb({red}, {green}, {blue})" for red, green, blue in COLOURS]
    given = {"problem": mixer_inputs(*evidence), "rule": RULE, "names": NAMES, "colours": colours, "labels": EMOTIONS}
    with driver.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        made = browser.new_page()
        made.add_style_tag(content=".cx-pad, canvas { display: block; width: 240px; }")
        made.add_script_tag(content=f"{SOURCE}\nwindow.mount = {MOUNT};")
        made.evaluate("given => window.mount(given)", given)
        yield made
        browser.close()


@pytest.fixture
def box(page):
    page.evaluate("() => { window.moves = []; window.releases = 0; }")
    return page.locator("canvas").bounding_box()


def test_a_drag_gives_the_mix_of_the_place(page, box):
    for x, y in POINTS:
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        page.mouse.down()
        page.mouse.up()
        np.testing.assert_allclose(page.evaluate("() => window.moves.at(-1)"), shares_of(x, y), atol=0.02)
    assert page.evaluate("() => window.releases") == len(POINTS)


def test_a_place_beside_the_pad_is_its_nearest_edge(page, box):
    page.mouse.move(box["x"] + 1, box["y"] + 1)
    page.mouse.down()
    page.mouse.up()
    shares = page.evaluate("() => window.moves.at(-1)")
    assert min(shares) >= 0
    assert sum(shares) == pytest.approx(1.0, abs=0.002)


def test_the_pad_is_painted_as_the_server_decides(page, evidence):
    found, calibration = evidence
    winners = set()
    for x, y in POINTS:
        fused = fuse_many(found, FusionSettings(rule=RULE), calibration, shares_of(x, y))
        second, first = np.sort(fused)[-2:]
        if first - second < 0.02:  # a cell of the painting may straddle the border
            continue
        painted = np.abs(np.array(COLOURS) - page.evaluate(PAINTED, [x, y])).sum(1)  # cells overlap by half a pixel
        assert int(painted.argmin()) == int(fused.argmax())
        winners.add(int(fused.argmax()))
    assert len(winners) > 1, "the points must lie in more than one region"


def test_keys_step_the_mix(page, box):
    pad = page.locator(".cx-pad")
    pad.focus()
    page.keyboard.press("Home")
    np.testing.assert_allclose(page.evaluate("() => window.moves.at(-1)"), [1 / 3] * 3, atol=1e-3)
    page.keyboard.press("PageUp")
    np.testing.assert_allclose(page.evaluate("() => window.moves.at(-1)"), [0.283, 0.283, 0.433], atol=2e-3)
    page.keyboard.press("End")
    assert page.evaluate("() => window.moves.at(-1)") == [0, 0, 1]
    assert pad.get_attribute("aria-valuenow") == "1.000"
