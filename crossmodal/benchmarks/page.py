"""Speed as a visitor feels it, in a real Chromium: the mixer beside the same page with plain sliders and reruns.

Times are the browser's own. Both pages are served by one process and measured in turn, after a visit that needs the
models, so that they are loaded.
"""

from __future__ import annotations

import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
ROUNDS = 15
VISITS = 3
PATIENCE = 300_000
"""Milliseconds until the page must have answered, on a machine that is busy as well."""
PLAIN = "?mode=free&mixer=native"
WARM = "?src=type&txt=I+am+here."

FRAMES = """() => {
  const slider = document.querySelector('.cx-controls input[type=range]'), page = document.querySelector('.cx-mixer');
  return Array.from({ length: 300 }, (_, i) => {
    slider.value = (i % 101) / 100;
    const start = performance.now();
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    page.getBoundingClientRect();
    return performance.now() - start;
  });
}"""
"""Milliseconds of every update while dragging, layout included."""

CLOCK = """([slider, kind]) => {
  const text = () => document.querySelector('.st-key-formula')?.textContent, before = text();
  window.spent = 0;
  document.querySelector(slider).addEventListener(kind, () => {
    const start = performance.now();
    const look = () => requestAnimationFrame(() => {
      if (!text() || text() === before) look();
      else window.spent = performance.now() - start;
    });
    look();
  }, { once: true, capture: true });
}"""
"""Set a clock that runs from an event at a slider until what the server then says, the formula, is painted."""


class MissingError(Exception):
    """Playwright or Chromium, which measuring in a browser needs, is not installed."""


def bench_ui() -> None:
    """Print the figures. Raises MissingError."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise MissingError("playwright is not installed: pip install -r requirements-dev.txt") from None
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    if chromium is None:
        raise MissingError("no Chromium here: apt-get install chromium")
    with _server() as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=list(FLAGS))
        _visit_closed(browser, address + WARM)
        paint = [[_visit_closed(browser, address + query) for query in ("", PLAIN)] for _ in range(VISITS)]
        live, sliders = (_visit(browser, address + query)[1] for query in ("", PLAIN))
        print(f"{'':<44}{'mixer':>12}  {'plain sliders':>14}   {'ratio':>7}   aim")
        frames = sorted(live.evaluate(FRAMES))
        _line("update while dragging, p50", [statistics.median(frames)], None, "<= 16 ms")
        _line("update while dragging, p95", [frames[int(0.95 * len(frames))]], None, "<= 16 ms")
        ours, theirs = _releases(live, sliders)
        _line("release to server's result painted, p50", ours, theirs, "", 0.5)
        _line("release to server's result painted, p95", ours, theirs, "<= 100 ms", 0.95)
        first = [[times[side] for times in paint] for side in (0, 1)]
        _line("first paint of the example, warm, p50", first[0], first[1], "<= 2000 ms")
        browser.close()


@contextmanager
def _server() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    options = ["--server.address", "127.0.0.1", "--server.headless", "true"]
    process = subprocess.Popen(command + options, cwd=ROOT, stdout=subprocess.DEVNULL)  # noqa: S603  our own program
    address = f"http://127.0.0.1:{port}/"
    try:
        end = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(address + "_stcore/health", timeout=2):  # noqa: S310  our own server
                    break
            except OSError:
                time.sleep(0.2)
        yield address
    finally:
        process.kill()
        process.wait()


def _visit(browser: Any, address: str) -> tuple[float, Any]:
    """A new visitor: milliseconds until the fused reading stands there, and the page."""
    page = browser.new_context(locale="en-US").new_page()
    page.set_default_timeout(PATIENCE)
    start = time.perf_counter()
    page.goto(address)
    page.locator(".cx-spoken").wait_for(state="attached")
    page.locator(".cx-fused .cx-bars").first.wait_for(state="attached")
    return (time.perf_counter() - start) * 1e3, page


def _visit_closed(browser: Any, address: str) -> float:
    spent, page = _visit(browser, address)
    page.context.close()
    return spent


def _releases(live: Any, sliders: Any) -> tuple[list[float], list[float]]:
    """A key on either slider in turn; what the server then says of it is the formula with its numbers."""
    sides = (
        (live, ".cx-controls input[type=range]"),
        (sliders, ".st-key-a_speech :is(input[type=range], [role=slider])"),
    )
    times: tuple[list[float], list[float]] = ([], [])
    for step in range(ROUNDS):
        for (page, selector), taken in zip(sides, times, strict=True):
            taken.append(_release(page, selector, "End" if step % 2 else "Home"))
    return times


def _release(page: Any, selector: str, key: str) -> float:
    """Milliseconds from a move's end to its formula. The mixer is let go as a pointer lets it go: by a change."""
    if selector.startswith(".cx"):
        page.evaluate(CLOCK, [selector, "change"])
        page.evaluate(
            "([slider, value]) => { const one = document.querySelector(slider); one.value = value;"
            " one.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));"
            " for (const kind of ['input', 'change']) one.dispatchEvent(new Event(kind, { bubbles: true })) }",
            [selector, 1 if key == "End" else 0],
        )
    else:
        page.evaluate(CLOCK, [selector, "keydown"])
        page.locator(selector).press(key)
    page.wait_for_function("window.spent")
    spent: float = page.evaluate("window.spent")
    return spent


def _line(
    name: str, ours: Sequence[float], theirs: Sequence[float] | None = None, aim: str = "", quantile: float = 0.5
) -> None:
    here = _at(ours, quantile)
    other = "" if theirs is None else f"{_at(theirs, quantile):11.0f} ms   {_at(theirs, quantile) / here:5.1f} x"
    print(f"{name:<44}{here:9.1f} ms  {other:<28}{aim}", flush=True)


def _at(values: Sequence[float], quantile: float) -> float:
    return sorted(values)[min(len(values) - 1, int(quantile * len(values)))]
