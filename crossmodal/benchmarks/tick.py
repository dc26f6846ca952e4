"""What one move of a slider costs the server: its part of the page run again, by Streamlit's own test harness."""

from __future__ import annotations

import statistics
import time

from streamlit.testing.v1 import AppTest

ROUNDS = 15
SECONDS = 60


def _mixer_alone() -> None:
    """The script of a page that holds the mixer's fragment and nothing else, on the example that opens the page."""
    import streamlit as st

    from crossmodal.examples import DEFAULT, load_examples
    from crossmodal.ui import frame, service
    from crossmodal.ui.pages import bench

    bench.mix_plainly(frame.frame(), service.service().engine, load_examples()[DEFAULT].evidence, st.container())


def tick_milliseconds() -> float:
    """Median milliseconds of a run of the mixer's fragment after a slider moved, which is all that a move runs.

    With plain sliders, as the harness runs no component; the component's fragment draws less.
    """
    page = AppTest.from_function(_mixer_alone, default_timeout=SECONDS).run()
    times = []
    for step in range(ROUNDS):
        page.slider[0].set_value(0.05 + 0.05 * step)
        start = time.perf_counter()
        page.run()
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)
