"""The browser's arithmetic, run in Node or in Chromium."""

import json
import shutil
import subprocess

import pytest

from crossmodal.ui.components._assets import SHARED, bundle
from helpers.browser import CHROMIUM

ANSWER = """({ cases }) => cases.map(({ call, given }) => ({
  fuse: () => fuse(given.problem, given.alpha, given),
  flips: () => flips(given.problem, given),
  verdict: () => verdict(given),
  number: () => given.map(number),
  percent: () => given.map(percent),
  said: () => inWords(given.words, given.labels, given.segments),
  firm: () => firmness(given.words, given.labels, given.segments, given.share, given.near),
})[call]())"""


def in_browser(cases, tmp_path):
    """What the shared modules answer to [(function, what it is given), ...], in Node, else in Chromium."""
    source = bundle(tuple(SHARED / name for name in ("arithmetic.js", "dom.js", "flipbar.js")))
    given = json.dumps({"cases": [{"call": call, "given": value} for call, value in cases]})
    if node := shutil.which("node"):
        path = tmp_path / "ask.mjs"
        path.write_text(f"{source}\nprocess.stdout.write(JSON.stringify(({ANSWER})({given})));", encoding="utf-8")
        return json.loads(subprocess.run([node, path], capture_output=True, check=True, timeout=60).stdout)
    if CHROMIUM is None:
        pytest.skip("neither Node nor Chromium is here")
    driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with driver.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.add_script_tag(content=f"{source}\nwindow.answer = {ANSWER};")
        found = page.evaluate("given => window.answer(given)", json.loads(given))
        browser.close()
        return found
