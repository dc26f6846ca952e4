"""A real Chromium for every test that needs one: the running app, a browser with a microphone, and its visitors.

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

import pytest

from crossmodal.model.folder import MANIFEST, MODELS
from helpers.paths import ROOT
from helpers.samples import wav_bytes

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium"),
]
"""Of every module that opens a browser: ``pytestmark = BROWSER``."""

PATIENCE = 90_000
"""Milliseconds, for a machine that is busy with training; a free one takes a few seconds a test."""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
SPOKEN_AS_SHOWN = """() => {
  const said = document.querySelector('.cx-spoken'), shown = document.querySelector('.cx-verdict .cx-label')
  if (!said || !shown) return true
  const number = shown.querySelector('span').textContent.match(/[0-9]+/)[0]
  return said.innerText.includes(shown.querySelector('b').textContent) && said.innerText.includes(number)
}"""
"""The sentence for screen readers follows a drag only when it pauses: whether it has caught up with what is seen."""
STAND_IN = """
import sys
from pathlib import Path
sys.path[:0] = [{root!r}, {tests!r}]
from helpers.fakes import FakeEngine
from crossmodal.ui import service
service.make_engine = lambda: FakeEngine(Path({folder!r}))
exec(compile(Path({app!r}).read_text(encoding="utf-8"), {app!r}, "exec"))
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def script(folder):
    """The app itself where its models are there, else the app around fakes."""
    app = ROOT / "app.py"
    if (MODELS / MANIFEST).is_file():
        return app
    path = folder / "app.py"
    path.write_text(
        STAND_IN.format(root=str(ROOT), tests=str(ROOT / "tests"), folder=str(folder / "models"), app=str(app))
    )
    return path


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The address of a running app."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script(tmp_path_factory.mktemp("app")))]
    options = ["--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true"]
    clips = str(tmp_path_factory.mktemp("clips"))
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "CROSSMODAL_CLIPS": clips}
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


@pytest.fixture(scope="module")  # a driver left open would stand in the way of modules that open their own
def browser(tmp_path_factory, voice):
    """Chromium with a microphone that says a sentence over and over."""
    clip = tmp_path_factory.mktemp("microphone") / "voice.wav"
    clip.write_bytes(wav_bytes(voice))
    with wave.open(str(clip)) as file:
        assert file.getnframes() > 0
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
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
        self.page.wait_for_function(SPOKEN_AS_SHOWN)
        return said.inner_text(), self.page.locator(".cx-words").all_inner_texts()

    def wait_for(self, *parts):
        """What the page says once its spoken result holds every one of these parts."""
        self.page.wait_for_function(
            "parts => { const said = document.querySelector('.cx-spoken');"
            " return said && parts.every(part => said.innerText.includes(part)) }",
            arg=list(parts),
        )
        return self.numbers()

    def slider(self, name):
        return self.page.get_by_role("slider", name=name)

    def press(self, key, times, name):
        slider = self.slider(name)
        slider.focus()
        for _ in range(times):
            slider.press(key)

    def count_requests(self):
        """From now on count what the page asks the server for; ``requests`` tells."""
        self.page.evaluate(
            "() => { window.asked = 0; const send = WebSocket.prototype.send;"
            " WebSocket.prototype.send = function (data) { window.asked += 1; return send.call(this, data) } }"
        )

    def requests(self):
        return self.page.evaluate("window.asked")

    def widths(self):
        """How wide the bars of the fused reading are, in pixels."""
        return self.page.evaluate(
            "[...document.querySelectorAll('.cx-fused .cx-bars i')].map(bar => bar.getBoundingClientRect().width)"
        )


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


def drag(visitor, name, shares):
    """Drag a slider over these shares of its width; yields after each move, and lets go at the end."""
    box = visitor.slider(name).bounding_box()
    mouse = visitor.page.mouse
    inset = 10  # the middle of the thumb runs from here
    for place, share in enumerate(shares):
        mouse.move(box["x"] + inset + share * (box["width"] - 2 * inset), box["y"] + box["height"] / 2)
        if place == 0:
            mouse.down()
        yield share
    mouse.up()
