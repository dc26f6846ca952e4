"""The timeline of a long recording: tracks over time, fused anew at every change of alpha, and its lines."""

from __future__ import annotations

import streamlit as st

from crossmodal.engine import Engine
from crossmodal.i18n.translator import Translator
from crossmodal.timeline.exports import ENDINGS, FORMATS, TimelineExport
from crossmodal.timeline.job import Progress
from crossmodal.timeline.tracks import fuse_tracks
from crossmodal.types import FusionSettings
from crossmodal.ui import address, html, mixer_state
from crossmodal.ui.charts.timeline import clock
from crossmodal.ui.components import mixer
from crossmodal.ui.frame import PageContext, error_boundary, show_error
from crossmodal.ui.pages import bench
from crossmodal.ui.sections import timeline_lines, timeline_source, timeline_tracks
from crossmodal.ui.sections.alpha_slider import alpha_slider, use_switch
from crossmodal.ui.sections.timeline_source import OpenRecording
from crossmodal.ui.url_choice import UrlChoice

SOURCE = UrlChoice(address.key("tl"))
POLL_SECONDS = 1.0

_MIMES = {"csv": "text/csv", "json": "application/json", "vtt": "text/vtt", "textgrid": "text/plain"}


def timeline(context: PageContext, engine: Engine) -> None:
    """The page."""
    say = context.say
    st.html(html.lead(say("timeline.lead")))
    with st.container(horizontal=True, gap="medium", vertical_alignment="center", key="tl_source"):
        chosen = SOURCE.segments(say, say("source"), lambda name: say(f"timeline.{name}"), label_visibility="collapsed")
        if chosen == "example":
            shipped = timeline_source.is_shipped(engine)
            st.html(html.note(say("timeline.synthetic" if shipped else "timeline.synthetic.anew")))
    source = timeline_source.example if chosen == "example" else timeline_source.uploaded
    opened = source(context, engine)
    if opened is not None:
        running = opened.progress.running
        st.fragment(_live, run_every=POLL_SECONDS if running else None)(context, engine, opened)


def _live(context: PageContext, engine: Engine, opened: OpenRecording) -> None:
    """All that changes with a slider, a click or a further line; it encodes only the words of corrected lines."""
    say, progress = context.say, opened.progress
    _reading_status(say, engine, opened, progress)
    timeline_lines.apply_corrections(context, engine, opened)
    recording = opened.recording()
    if recording.lines:
        settings, without = _mixer(say, engine)
        with error_boundary(say, "timeline"):
            tracks = fuse_tracks(recording.lines, settings, engine.calibration, without)
            opened.chosen = min(opened.chosen, len(recording.lines) - 1)
            timeline_tracks.tracks_chart(context, opened, recording, tracks)
            timeline_lines.selected_line(context, engine, opened, recording, tracks)
            timeline_lines.transcript(context, opened, recording, tracks)
            _exports(say, TimelineExport(recording, settings, tracks, without))
    address.stamp_schema()
    if opened.job and opened.finished is None and not progress.running:
        opened.finished = progress.recording
        st.rerun()  # nothing more comes: the page stops asking


def _reading_status(say: Translator, engine: Engine, opened: OpenRecording, progress: Progress) -> None:
    """The progress of a reading with the time left and a button to stop it; afterwards what ended it early."""
    if progress.running:
        at, total = clock(progress.recording.seconds), clock(progress.claimed) if progress.claimed else "?"
        left = "" if progress.left is None else say("timeline.left", left=clock(progress.left))
        with st.container(horizontal=True, vertical_alignment="center", key="tl_progress"):
            read = say("timeline.reading", at=at, total=total) + left
            st.html(html.progress(read if engine.ready else say("stage.load")))
            st.button(say("timeline.cancel"), key="tl_cancel", on_click=opened.job.cancel if opened.job else None)
        return
    if progress.error is not None:
        show_error(say, progress.error, *([say("timeline.kept")] if progress.recording.lines else []))
    elif progress.failed:
        st.html(html.notice(say("error.title.unexpected"), [say("error.unexpected"), say("timeline.kept")]))
    elif progress.stopped:
        st.html(html.note(say("timeline.stopped", at=clock(progress.recording.seconds))))


def _mixer(say: Translator, engine: Engine) -> tuple[FusionSettings, tuple[str, ...]]:
    """Weights, rule and sharpness of the bench, in one row; and the modalities that are switched off."""
    plain = not mixer.usable()  # then the sliders of the bench own these keys of session and address
    with st.container(key="mixer"):
        columns = st.columns(len(engine.modalities) + 2, gap="medium", vertical_alignment="bottom")
        for index, (name, column) in enumerate(zip(engine.modalities, columns, strict=False), 1):
            with column:
                bench.weight(say, name, index) if plain else _weight(say, engine, name, index)
        with columns[-2]:
            bench.rule_menu(say, engine)
        with columns[-1]:
            bench.temperature(say) if plain else _temperature(say, engine)
    now = mixer_state.current(engine.modalities, engine.rules)
    return now.settings(), now.off


def _weight(say: Translator, engine: Engine, name: str, index: int) -> None:
    """The switch and the weight of one modality, written to the settings that all pages share."""
    now = mixer_state.current(engine.modalities, engine.rules)
    switch, slider = f"tl_m_{name}", f"tl_a_{name}"

    def take() -> None:
        others = [other for other in now.off if other != name]
        off = others if st.session_state[switch] else [*others, name]
        mixer_state.take({"alpha": {name: st.session_state[slider]}, "off": off}, engine.modalities, engine.rules)

    used = name not in now.off
    use_switch(say, name, switch, used, take)
    alpha_slider(say, name, index, slider, now.alpha[name], take, disabled=not used)


def _temperature(say: Translator, engine: Engine) -> None:
    now = mixer_state.current(engine.modalities, engine.rules)

    def take() -> None:
        mixer_state.take({"temperature": st.session_state["tl_t"]}, engine.modalities, engine.rules)

    st.select_slider(
        say("temperature"),
        address.TEMPERATURES,
        now.temperature,
        key="tl_t",
        on_change=take,
        format_func="{:g}".format,
        help=say("temperature.help"),
    )


def _exports(say: Translator, export: TimelineExport) -> None:
    """The timeline as a file, in every format."""
    st.html(html.section(say("timeline.export"), say("timeline.export.what")))
    with st.container(horizontal=True, key="tl_exports"):
        for name in FORMATS:
            _download_button(say, name, export)


def _download_button(say: Translator, name: str, export: TimelineExport) -> None:
    st.download_button(
        say(f"timeline.export.{name}"),
        lambda: FORMATS[name](export).encode(),
        f"timeline.{ENDINGS[name]}",
        _MIMES[name],
        on_click="ignore",
        key=f"tl_save_{name}",
    )
