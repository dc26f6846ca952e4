"""The lines of a timeline: the selected one in full, the table of all, and the correction of their words."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Literal

import numpy as np
import streamlit as st

from crossmodal import limits
from crossmodal.engine import Engine
from crossmodal.errors import InputError
from crossmodal.modalities import TEXT
from crossmodal.text import preprocess as preprocess_text
from crossmodal.timeline.tracks import Tracks
from crossmodal.timeline.types import Recording, UtteranceLine
from crossmodal.ui import html, samples
from crossmodal.ui.charts.timeline import clock, said
from crossmodal.ui.frame import PageContext, error_boundary, show_error
from crossmodal.ui.sections import result_card
from crossmodal.ui.sections.timeline_source import OpenRecording

_ALL_LINES, _TABLE_HEIGHT = 14, 460
"""Lines up to which the table shows all, and its height in pixels for more."""


# --- the selected line ---------------------------------------------------------------------------------------------


def selected_line(
    context: PageContext, engine: Engine, opened: OpenRecording, recording: Recording, tracks: Tracks
) -> None:
    """The selected line: its audio, its words, every prediction of a modality and the fused one."""
    say, index = context.say, opened.chosen
    line = recording.lines[index]
    with st.container(key="tl_line"):
        st.html(html.section(say("timeline.line", number=index + 1), f"{clock(line.start)}\u2013{clock(line.end)}"))
        with st.container(horizontal=True, vertical_alignment="center", key="tl_steps"):
            st.button(say("timeline.before"), key="tl_before", disabled=index == 0, on_click=_step, args=(opened, -1))
            st.button(
                say("timeline.next"),
                key="tl_next",
                disabled=index == len(recording.lines) - 1,
                on_click=_step,
                args=(opened, 1),
            )
            if line.audio is not None:
                st.audio(line.audio, format="audio/flac")
        st.text(line.words or say("timeline.no_words"))
        _predictions(context, engine, tracks, index)


def _predictions(context: PageContext, engine: Engine, tracks: Tracks, index: int) -> None:
    shown = {name: (context.say.modality(name), tracks.predictions[name][index]) for name in engine.modalities}
    shown["fused"] = (context.say("fused"), tracks.fused[index])
    for (key, (name, row)), column in zip(shown.items(), st.columns(len(shown), gap="large"), strict=True):
        with column:
            absent = html.note(context.say.known(f"absent.{key}", context.say("absent")))
            drawn = absent if np.isnan(row).any() else result_card.bars(context, name, row)
            st.html(html.section(name, said(context, row)) + drawn)


def _step(opened: OpenRecording, by: int) -> None:
    opened.chosen = max(0, opened.chosen + by)  # the page clips it at the last line


# --- all lines -----------------------------------------------------------------------------------------------------


def transcript(context: PageContext, opened: OpenRecording, recording: Recording, tracks: Tracks) -> None:
    """Every line with its labels; words can be corrected in the table."""
    say, lines, typed = context.say, recording.lines, opened.pending or {}
    spoken = say("timeline.said")
    st.html(html.section(say("timeline.transcript"), say("timeline.transcript.help")))
    columns = {
        say("timeline.at"): [clock(line.start) for line in lines],
        spoken: [typed.get(index, line.words) for index, line in enumerate(lines)],
        **{say.modality(name): [said(context, row) for row in rows] for name, rows in tracks.predictions.items()},
        say("fused"): [said(context, row) for row in tracks.fused],
    }
    config = {spoken: st.column_config.TextColumn(width="large", max_chars=limits.MAX_TEXT_CHARACTERS)}
    key = f"tl_table_{opened.number}_{opened.version}_{say.language}"
    st.data_editor(
        columns,
        key=key,
        hide_index=True,
        disabled=[name for name in columns if name != spoken],
        column_config=config,
        on_change=partial(_take_edit, opened, key, spoken),
        height=_height(len(lines)),
        alt=say("timeline.transcript"),
    )


def _height(lines: int) -> int | Literal["content"]:
    """The height of the table: all of a few lines, a scrolled part of many."""
    return "content" if lines <= _ALL_LINES else _TABLE_HEIGHT


def _take_edit(opened: OpenRecording, key: str, column: str) -> None:
    """Keep what was typed until the words can be read, and start a fresh table."""
    edited = st.session_state[key]["edited_rows"]
    typed = {int(row): str(cells[column] or "") for row, cells in edited.items() if column in cells}
    opened.pending = {**(opened.pending or {}), **typed}
    opened.version += 1
    opened.chosen = next(iter(typed), opened.chosen)


def apply_corrections(context: PageContext, engine: Engine, opened: OpenRecording) -> None:
    """Encode the words of corrected lines, and nothing else. What could not be read yet waits for the next run."""
    lines = opened.progress.recording.lines
    for index, words in list((opened.pending or {}).items()):
        if index >= len(lines):
            continue  # other models have not yet read so far
        with error_boundary(context.say, f"tl_edit_{index}"):
            try:
                line = with_words(engine, opened.recording().lines[index], words)
            except InputError as error:  # these words can never be read
                show_error(context.say, error, context.say("timeline.typed", words=words))
            else:
                opened.edits = {**(opened.edits or {}), index: line}
            opened.pending = {other: typed for other, typed in (opened.pending or {}).items() if other != index}


def with_words(engine: Engine, line: UtteranceLine, words: str) -> UtteranceLine:
    """The line with other words, which alone are encoded; without words no text prediction. Raises CrossmodalError."""
    if not words.strip():
        others = samples.without(line.evidence.predictions, TEXT)
        return replace(line, words="", evidence=replace(line.evidence, predictions=others))
    clean = preprocess_text(words)
    evidence = engine.run(lambda pipeline: pipeline.repredict(line.evidence, text=clean)).checked()
    return replace(line, words=clean, evidence=replace(evidence, cost={}))
