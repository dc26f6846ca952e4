"""The page in a real Chromium: microphone, keyboard, address, phone width, and not one request to anywhere else.

The server runs the real pipeline where trained models are there, else the towers of ``fakes``.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import wave
from pathlib import Path
from urllib.parse import quote

import pytest
from conftest import wav_bytes

from crossmodal import checkpoints
from crossmodal.ui.strings import Say

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium"),
]

ROOT = Path(__file__).resolve().parent.parent
EN, ZH = Say("en"), Say("zh")
PATIENCE = 300_000
"""Milliseconds, for a machine that is busy with training; a free one takes a few seconds a test."""
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--disable-sync", "--disable-default-apps", "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]  # fmt: skip
STAND_IN = """
import sys
from pathlib import Path
sys.path[:0] = [{root!r}, {tests!r}]
from fakes import FakeEngine
from crossmodal.ui import state
state.make_engine = lambda: FakeEngine(Path({folder!r}))
exec(compile(Path({app!r}).read_text(encoding="utf-8"), {app!r}, "exec"))
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def script(folder):
    """The app itself where its models are there, else the app around fakes."""
    app = ROOT / "app.py"
    if (checkpoints.MODELS / checkpoints.MANIFEST).is_file():
        return app
    path = folder / "app.py"
    path.write_text(
        STAND_IN.format(root=str(ROOT), tests=str(ROOT / "tests"), folder=str(folder / "models"), app=str(app))
    )
    return path


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The address of a running app."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script(tmp_path_factory.mktemp("app")))]
    options = ["--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true"]
    environment = os.environ | {"HF_HUB_OFFLINE": "1"}
    process = subprocess.Popen(command + options, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_until_up(f"http://127.0.0.1:{port}/_stcore/health", process)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.kill()
        process.wait()


def wait_until_up(address, process, seconds=PATIENCE / 1000):
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.3)
    pytest.fail("the app did not start")


@pytest.fixture(scope="module")
def browser(tmp_path_factory, voice):
    """Chromium with a microphone that says a sentence over and over."""
    clip = tmp_path_factory.mktemp("microphone") / "voice.wav"
    clip.write_bytes(wav_bytes(voice))
    with wave.open(str(clip)) as file:
        assert file.getnframes() > 0
    with playwright.sync_playwright() as driver:
        launched = driver.chromium.launch(
            executable_path=CHROMIUM, args=[*ARGUMENTS, f"--use-file-for-fake-audio-capture={clip}"]
        )
        yield launched
        launched.close()


class Visitor:
    """One browser profile, with every request to another server noted and refused."""

    def __init__(self, browser, server, **options):
        self.server, self.outside = server, []
        self.context = browser.new_context(permissions=["microphone"], **options)
        self.context.set_default_timeout(PATIENCE)
        self.context.route("**/*", self._judge)
        self.page = self.context.new_page()
        self.page.on("websocket", lambda socket_: self._note(socket_.url))

    def _note(self, url):
        inside = url.startswith((self.server, self.server.replace("http", "ws"), "data:", "blob:"))
        if not inside:
            self.outside.append(url)
        return inside

    def _judge(self, route):
        return route.continue_() if self._note(route.request.url) else route.abort()

    def open(self, query=""):
        self.page.goto(self.server + query)
        return self

    def numbers(self):
        """What the page says once it has settled: the spoken result and every sentiment."""
        said = self.page.locator(".cx-spoken, .cx-notice")
        said.wait_for(state="attached")
        self.page.wait_for_function(
            "document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"
        )
        return said.inner_text(), self.page.locator(".cx-words").all_inner_texts()

    def wait_for(self, *parts):
        """What the page says once its spoken result holds every one of these parts."""
        self.page.wait_for_function(
            "parts => { const said = document.querySelector('.cx-spoken');"
            " return said && parts.every(part => said.innerText.includes(part)) }",
            arg=list(parts),
        )
        return self.numbers()

    def press(self, key, times, name):
        slider = self.page.locator(f".st-key-{name}").get_by_role("slider")
        slider.focus()
        for _ in range(times):
            slider.press(key)


@pytest.fixture
def visit(browser, server):
    """Open profiles; each must have asked nobody but the server."""
    visitors = []

    def start(query="", **options):
        visitors.append(Visitor(browser, server, **{"locale": "en-US", **options}))
        return visitors[-1].open(query)

    yield start
    for visitor in visitors:
        visitor.context.close()
    assert [url for visitor in visitors for url in visitor.outside] == []


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
    visitor.press("ArrowLeft", 25, "a_speech")
    assert visitor.wait_for("Voice .33", "Words .67") != before
    assert EN("privacy") in visitor.page.inner_text("body")


@pytest.mark.parametrize(
    ("query", "weights"),
    [("", ("Voice .42", "Words .58")), ("?src=type&txt=" + quote("I can't believe you did this."), ("Words 1.",))],
)
def test_the_address_brings_back_the_same_numbers(visit, query, weights):
    visitor = visit(query)
    first = visitor.numbers()
    visitor.press("ArrowRight", 20, "a_text")
    visitor.wait_for(*weights)
    visitor.press("ArrowRight", 2, "t")
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
    visitor.page.get_by_text(ZH("rule")).first.wait_for()
    assert visitor.numbers()[0].startswith(ZH("fused"))
    assert "rule=log_pool" in visitor.page.url
    assert "lang=zh" in visitor.page.url


def test_hostile_words_reach_nobody(visit):
    text = "<img src=http://h.invalid/a> ![x](http://h.invalid/b) so sad"
    visitor = visit("?src=type&txt=" + quote(text))
    visitor.numbers()
    playwright.expect(visitor.page.locator("textarea")).to_have_value(text, timeout=PATIENCE)
