"""What one move of a slider costs the server: the page run again without a browser, by Streamlit's own test harness."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from streamlit.testing.v1 import AppTest

from crossmodal.ui.mixer.component import PLAIN

APP = Path(__file__).resolve().parents[2] / "app.py"
ROUNDS = 15
SECONDS = 60


def tick_milliseconds() -> float:
    """Median milliseconds of a whole run of the page after the first slider moved.

    An upper bound: in the browser the mixer is a fragment, and a tick runs that part of the page alone.
    """
    page = AppTest.from_file(str(APP), default_timeout=SECONDS)
    page.query_params["mixer"] = PLAIN  # the harness runs no component
    page.run()
    times = []
    for step in range(ROUNDS):
        page.slider[0].set_value(0.05 + 0.05 * step)
        start = time.perf_counter()
        page.run()
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)
