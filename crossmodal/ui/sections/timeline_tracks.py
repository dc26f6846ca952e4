"""The tracks of a timeline over time: the chart, the window that it shows, and its summary in words."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st

from crossmodal.i18n.translator import Translator
from crossmodal.timeline.tracks import Tracks
from crossmodal.timeline.types import Recording
from crossmodal.types import MAIN_TASK, TASKS
from crossmodal.ui import html
from crossmodal.ui.charts import timeline as timeline_chart
from crossmodal.ui.charts.timeline import clock
from crossmodal.ui.frame import PageContext
from crossmodal.ui.sections.timeline_source import OpenRecording

ZOOM_FROM = 90.0
"""Recordings longer than this many seconds get a slider that narrows what is shown."""
WORTH_NAMING = 0.2
"""Disagreement from which the summary names the line where it is largest."""


def tracks_chart(context: PageContext, opened: OpenRecording, recording: Recording, tracks: Tracks) -> None:
    """The chart of all tracks, a click on which selects a line, with its legend and its summary."""
    say = context.say
    length = max(recording.seconds, recording.lines[-1].end)
    st.html(html.section(say("timeline"), say("timeline.size", lines=len(recording.lines), length=clock(length))))
    window = _window(say, opened, length)
    chart = timeline_chart.figure(context, recording, tracks, window, opened.chosen)
    chart_key = f"strips_{opened.number}"
    with st.container(key=f"strips_{context.theme}"):
        st.plotly_chart(
            chart,
            key=chart_key,
            config=timeline_chart.CONFIG,
            alt=_summary(context, recording, tracks),
            theme="streamlit",
            on_select=partial(_choose, opened, chart_key),
            selection_mode="points",
        )
    seen = timeline_chart.colours_of([*tracks.predictions.values(), tracks.fused])
    colours = [("\u25cf", context.colour(label), say.label(MAIN_TASK, label)) for label in seen]
    st.html(html.legend(say("timeline.colours"), colours))
    st.html(html.note(_summary(context, recording, tracks) + " " + say("timeline.terms")))


def _window(say: Translator, opened: OpenRecording, length: float) -> tuple[float, float]:
    """The start and end of what is shown of a recording, in seconds."""
    if length <= ZOOM_FROM or opened.progress.running:
        return 0.0, length
    minutes = st.slider(
        say("timeline.window"),
        0.0,
        round(length / 60 + 0.005, 2),
        (0.0, round(length / 60 + 0.005, 2)),
        0.05,
        format="%.1f",
        key=f"tl_window_{opened.number}",
    )
    start, end = (60 * minute for minute in minutes)
    return start, max(end, start + 5.0)


def _choose(opened: OpenRecording, key: str) -> None:
    """Select the line that was clicked."""
    points = st.session_state[key].selection.points
    index = points[0].get("customdata") if points else None
    index = index[0] if isinstance(index, list) else index
    if isinstance(index, int):
        opened.chosen = index


def _summary(context: PageContext, recording: Recording, tracks: Tracks) -> str:
    """The most frequent fused labels by time, and the line whose modalities disagree most."""
    say = context.say
    seconds = np.array([line.seconds for line in recording.lines])
    usable = ~np.isnan(tracks.fused).any(axis=1)
    if not usable.any():
        return say("error.nothing_to_fuse")
    tops = tracks.fused[usable].argmax(axis=1)
    fractions = np.bincount(tops, seconds[usable], minlength=len(TASKS[MAIN_TASK])) / seconds[usable].sum()
    shares = ", ".join(
        f"{say.label(MAIN_TASK, TASKS[MAIN_TASK][i])} {100 * fractions[i]:.0f} %"
        for i in fractions.argsort()[::-1][:3]
        if fractions[i] > 0
    )
    summary = say("timeline.summary", shares=shares)
    if np.isnan(tracks.disagreement).all() or np.nanmax(tracks.disagreement) < WORTH_NAMING:
        return summary
    most = int(np.nanargmax(tracks.disagreement))
    return summary + " " + say("timeline.most_apart", at=clock(recording.lines[most].start))
