"""The timeline of a long recording: strips over time, alpha live over all of it, every line to hear and to correct."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import Literal

import numpy as np
import streamlit as st

from crossmodal import limits
from crossmodal.engine import Engine
from crossmodal.errors import InputError
from crossmodal.examples import DEFAULT, Example, load_examples
from crossmodal.examples.recording import joined
from crossmodal.i18n.translator import Translator
from crossmodal.modalities import TEXT
from crossmodal.text import preprocess as preprocess_text
from crossmodal.timeline.exports import ENDINGS, FORMATS, TimelineExport
from crossmodal.timeline.job import Job, Progress
from crossmodal.timeline.tracks import Tracks, fuse_tracks
from crossmodal.timeline.types import Recording, UtteranceLine
from crossmodal.types import TASKS, Array, Evidence, FusionSettings
from crossmodal.ui import address, formula, html, mixer_state, samples
from crossmodal.ui.charts import timeline as timeline_chart
from crossmodal.ui.charts.timeline import clock, said
from crossmodal.ui.components.mixer import component
from crossmodal.ui.frame import PageContext, error_boundary, show_error
from crossmodal.ui.pages import bench
from crossmodal.ui.presence import presence
from crossmodal.ui.sections.result_bars import draw_bars
from crossmodal.ui.url_choice import UrlChoice

SOURCE = UrlChoice("tl", ("example", "own"), "example")
POLL_SECONDS = 1.0
ZOOM_FROM = 90.0
"""Recordings longer than this many seconds get a slider that narrows what is shown."""
_ALL_LINES, _TABLE_HEIGHT = 14, 460
"""Lines up to which the table shows all, and its height in pixels for more."""
WORTH_NAMING = 0.2
"""Disagreement from which the line that is most at odds with itself is named."""

_MAIN = next(iter(TASKS))
_OPENED = "_timeline"
_MIMES = {"csv": "text/csv", "json": "application/json", "vtt": "text/vtt", "textgrid": "text/plain"}


@dataclass(slots=True)
class Opened:
    """What a session keeps of one recording: a job or a finished recording, corrected lines, and the chosen one.

    ``data`` is a visitor's own file, which other models read anew; ``pending`` are words that were typed and not read.
    """

    number: int
    data: bytes = b""
    job: Job | None = None
    finished: Recording | None = None
    edits: Mapping[int, UtteranceLine] | None = None
    chosen: int = 0
    version: int = 0
    pending: Mapping[int, str] | None = None

    @property
    def progress(self) -> Progress:
        """How far it is; a finished recording is at its end."""
        return self.job.progress if self.job else Progress(self.finished or Recording(), running=False)

    @property
    def model_hash(self) -> str:
        """The models that read it."""
        return self.progress.recording.model_hash

    def typed(self) -> dict[int, str]:
        """Every correction, read or not, for other models to read."""
        return {place: line.words for place, line in (self.edits or {}).items()} | dict(self.pending or {})

    def recording(self) -> Recording:
        """The recording as far as it was read, with the corrected lines in their places."""
        found = self.progress.recording
        for place, line in (self.edits or {}).items():
            found = found.with_line(place, line)
        return found


def timeline(context: PageContext, engine: Engine) -> None:
    """The page."""
    say = context.say
    st.html(html.lead(say("timeline.lead")))
    with st.container(horizontal=True, gap="medium", vertical_alignment="center", key="tl_source"):
        chosen = SOURCE.segments(say, say("source"), lambda name: say(f"timeline.{name}"), label_visibility="collapsed")
        if chosen == "example":
            st.html(html.note(say("timeline.synthetic" if _is_shipped(engine) else "timeline.synthetic.anew")))
    opened = _example(context, engine) if chosen == "example" else _own(context, engine)
    if opened is not None:
        running = opened.progress.running
        st.fragment(_live, run_every=POLL_SECONDS if running else None)(context, engine, opened)


# --- what is shown -------------------------------------------------------------------------------------------------


def _slots() -> dict[str, Opened]:
    kept: dict[str, Opened] = st.session_state.setdefault(_OPENED, {})
    return kept


def _is_shipped(engine: Engine) -> bool:
    """Whether the models in use are those that the shipped example shows."""
    return load_examples()[DEFAULT].evidence.model_hash == engine.model_hash


def _example(context: PageContext, engine: Engine) -> Opened | None:
    """The shipped voices as one recording; read anew only where the models in use are not those that it shows."""
    kept, before = _slots(), _slots().get("example")
    if before is None or before.model_hash != engine.model_hash:
        made = joined() if _is_shipped(engine) else _joined_anew(context.say, engine)
        if made is None:
            return None
        before = before or Opened(0)
        kept["example"] = replace(before, finished=made, edits=None, pending=before.typed())
    return kept["example"]


def _joined_anew(say: Translator, engine: Engine) -> Recording | None:
    """The example as the models in use read it, saying how far it is; nothing where they could not."""
    made, place, numbers, total = None, st.empty(), count(1), len(load_examples())

    def read(example: Example) -> Evidence:
        number = next(numbers)
        said = say("timeline.example.reading", number=number, total=total) if engine.ready else say("stage.load")
        place.html(html.progress(said))
        return engine.run(example.read).checked()

    with error_boundary(say, "tl_example"):
        made = joined(read)
    place.empty()
    return made


def _own(context: PageContext, engine: Engine) -> Opened | None:
    """A visitor's own recording: the uploader until there is one, then the way back to it."""
    say, kept = context.say, _slots()
    opened = kept.get("own")
    if opened is None:
        number = st.session_state.setdefault("_timeline_number", 1)
        given = st.file_uploader(
            say("timeline.upload", minutes=limits.MAX_RECORDING_SECONDS / 60, megabytes=limits.MAX_UPLOAD_MEGABYTES),
            list(limits.AUDIO_FORMATS),
            key=f"tl_upload_{number}",
            max_upload_size=limits.MAX_UPLOAD_MEGABYTES,
        )
        st.html(html.note(say("timeline.privacy")))
        if given is None:
            return None
        with error_boundary(say, "tl_start"):
            data = given.getvalue()
            kept["own"] = Opened(number, data, Job(engine, data, presence()).start())
            st.session_state["_timeline_number"] = number + 1  # its widget goes
            st.rerun()
        return None
    with st.container(horizontal=True, vertical_alignment="center", key="tl_own"):
        st.button(say("timeline.another"), key="tl_another", on_click=_let_go)
        st.html(html.note(say("timeline.privacy")))
    if opened.model_hash == engine.model_hash:
        return opened
    _offer_anew(say, engine, opened)
    return None


def _offer_anew(say: Translator, engine: Engine, opened: Opened) -> None:
    """What other models read is neither fused nor corrected with those in use: they may read it themselves."""
    st.html(html.note(say("timeline.other_models")))
    if st.button(say("timeline.anew"), key="tl_anew", type="primary"):
        with error_boundary(say, "tl_anew"):
            if opened.job:
                opened.job.cancel()
            job = Job(engine, opened.data, presence()).start()
            _slots()["own"] = replace(opened, job=job, finished=None, edits=None, pending=opened.typed())
            st.rerun()


def _let_go() -> None:
    """Stop reading and forget the recording."""
    opened = _slots().pop("own", None)
    if opened and opened.job:
        opened.job.cancel()


# --- the part that lives -------------------------------------------------------------------------------------------


def _live(context: PageContext, engine: Engine, opened: Opened) -> None:
    """All that follows a slider, a click or a further line; nothing in it encodes but a corrected line's words."""
    say, progress = context.say, opened.progress
    _state(say, engine, opened, progress)
    _correct(context, engine, opened)
    recording = opened.recording()
    if recording.lines:
        settings, without = _mixer(say, engine)
        with error_boundary(say, "timeline"):
            found = fuse_tracks(recording.lines, settings, engine.calibration, without)
            opened.chosen = min(opened.chosen, len(recording.lines) - 1)
            _drawn(context, opened, recording, found)
            _detail(context, engine, opened, recording, found)
            _transcript(context, opened, recording, found)
            _exports(say, TimelineExport(recording, settings, found, without))
    address.stamp_address()
    if opened.job and opened.finished is None and not progress.running:
        opened.finished = progress.recording
        st.rerun()  # nothing more comes: the page stops asking


def _state(say: Translator, engine: Engine, opened: Opened, progress: Progress) -> None:
    """How far the reading is, how long it will take, and the way to stop it; afterwards what ended it early."""
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
    """Weights, rule and sharpness of the bench, in one row; and who is switched off."""
    plain = not component.usable()  # then the sliders of the bench own these keys of session and address
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
    """The switch and the weight of one modality, handed on to the settings that all pages share."""
    now, modality = mixer_state.current(engine.modalities, engine.rules), say.modality(name)
    switch, slider = f"tl_m_{name}", f"tl_a_{name}"

    def take() -> None:
        others = [other for other in now.off if other != name]
        off = others if st.session_state[switch] else [*others, name]
        mixer_state.take({"alpha": {name: st.session_state[slider]}, "off": off}, engine.modalities, engine.rules)

    used = name not in now.off
    st.toggle(say("use", modality=modality), used, key=switch, on_change=take)
    st.slider(
        say("alpha", modality=modality, symbol=formula.alpha(index)),
        0.0,
        1.0,
        now.alpha[name],
        0.01,
        key=slider,
        on_change=take,
        disabled=not used,
    )


def _temperature(say: Translator, engine: Engine) -> None:
    now = mixer_state.current(engine.modalities, engine.rules)

    def take() -> None:
        mixer_state.take({"temperature": st.session_state["tl_t"]}, engine.modalities, engine.rules)

    st.select_slider(
        say("temperature"),
        mixer_state.TEMPERATURES,
        now.temperature,
        key="tl_t",
        on_change=take,
        format_func="{:g}".format,
        help=say("temperature.help"),
    )


def _drawn(context: PageContext, opened: Opened, recording: Recording, found: Tracks) -> None:
    say = context.say
    length = max(recording.seconds, recording.lines[-1].end)
    st.html(html.section(say("timeline"), say("timeline.size", lines=len(recording.lines), length=clock(length))))
    window = _window(say, opened, length)
    chart = timeline_chart.figure(context, recording, found, window, opened.chosen)
    chart_key = f"strips_{opened.number}"
    with st.container(key=f"strips_{context.theme}"):
        st.plotly_chart(
            chart,
            key=chart_key,
            config=timeline_chart.CONFIG,
            alt=_summary(context, recording, found),
            theme="streamlit",
            on_select=partial(_choose, opened, chart_key),
            selection_mode="points",
        )
    seen = timeline_chart.colours_of([*found.predictions.values(), found.fused])
    colours = [("\u25cf", context.colour(label), say.label(_MAIN, label)) for label in seen]
    st.html(html.legend(say("timeline.colours"), colours))
    st.html(html.note(_summary(context, recording, found) + " " + say("timeline.terms")))


def _window(say: Translator, opened: Opened, length: float) -> tuple[float, float]:
    """What is shown of a long recording, in seconds."""
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


def _choose(opened: Opened, key: str) -> None:
    """Take the line that was clicked."""
    points = st.session_state[key].selection.points
    place = points[0].get("customdata") if points else None
    place = place[0] if isinstance(place, list) else place
    if isinstance(place, int):
        opened.chosen = place


def _summary(context: PageContext, recording: Recording, found: Tracks) -> str:
    """What the fused strip comes to, by time, and where voice and words disagree most."""
    say = context.say
    seconds = np.array([line.seconds for line in recording.lines])
    usable = ~np.isnan(found.fused).any(axis=1)
    if not usable.any():
        return say("error.nothing_to_fuse")
    tops = found.fused[usable].argmax(axis=1)
    spent = np.bincount(tops, seconds[usable], minlength=len(TASKS[_MAIN])) / seconds[usable].sum()
    shares = ", ".join(
        f"{say.label(_MAIN, TASKS[_MAIN][i])} {100 * spent[i]:.0f} %" for i in spent.argsort()[::-1][:3] if spent[i] > 0
    )
    told_ = say("timeline.summary", shares=shares)
    if np.isnan(found.disagreement).all() or np.nanmax(found.disagreement) < WORTH_NAMING:
        return told_
    most = int(np.nanargmax(found.disagreement))
    return told_ + " " + say("timeline.most_apart", at=clock(recording.lines[most].start))


# --- one line ------------------------------------------------------------------------------------------------------


def _detail(context: PageContext, engine: Engine, opened: Opened, recording: Recording, found: Tracks) -> None:
    """The chosen line: its sound, its words, and every reading of it."""
    say, place = context.say, opened.chosen
    line = recording.lines[place]
    with st.container(key="tl_line"):
        st.html(html.section(say("timeline.line", number=place + 1), f"{clock(line.start)}\u2013{clock(line.end)}"))
        with st.container(horizontal=True, vertical_alignment="center", key="tl_steps"):
            st.button(say("timeline.before"), key="tl_before", disabled=place == 0, on_click=_step, args=(opened, -1))
            st.button(
                say("timeline.next"),
                key="tl_next",
                disabled=place == len(recording.lines) - 1,
                on_click=_step,
                args=(opened, 1),
            )
            if line.audio is not None:
                st.audio(line.audio, format="audio/flac")
        st.text(line.words or say("timeline.no_words"))
        _readings(context, engine, found, place)


def _readings(context: PageContext, engine: Engine, found: Tracks, place: int) -> None:
    shown = {name: (context.say.modality(name), found.predictions[name][place]) for name in engine.modalities}
    shown["fused"] = (context.say("fused"), found.fused[place])
    for (key, (name, row)), column in zip(shown.items(), st.columns(len(shown), gap="large"), strict=True):
        with column:
            st.html(html.section(name, said(context, row)))
            if np.isnan(row).any():
                st.html(html.note(context.say.known(f"absent.{key}", context.say("absent"))))
            else:
                draw_bars(context, f"tl_{key}", name, row)


def _step(opened: Opened, by: int) -> None:
    opened.chosen = max(0, opened.chosen + by)  # its end is minded where the lines are known


# --- all lines -----------------------------------------------------------------------------------------------------


def _transcript(context: PageContext, opened: Opened, recording: Recording, found: Tracks) -> None:
    """Every line with its labels; words can be corrected in place."""
    say, lines, typed = context.say, recording.lines, opened.pending or {}
    spoken = say("timeline.said")
    st.html(html.section(say("timeline.transcript"), say("timeline.transcript.help")))
    columns = {
        say("timeline.at"): [clock(line.start) for line in lines],
        spoken: [typed.get(place, line.words) for place, line in enumerate(lines)],
        **{say.modality(name): _column(context, rows) for name, rows in found.predictions.items()},
        say("fused"): _column(context, found.fused),
    }
    config = {spoken: st.column_config.TextColumn(width="large", max_chars=limits.MAX_TEXT_CHARACTERS)}
    key = f"tl_table_{opened.number}_{opened.version}_{say.language}"
    st.data_editor(
        columns,
        key=key,
        hide_index=True,
        disabled=[name for name in columns if name != spoken],
        column_config=config,
        on_change=partial(_note_edit, opened, key, spoken),
        height=_height(len(lines)),
        alt=say("timeline.transcript"),
    )


def _column(context: PageContext, rows: Array) -> list[str]:
    return [said(context, row) for row in rows]


def _height(lines: int) -> int | Literal["content"]:
    """Room for the table: all of a few lines, a window on many."""
    return "content" if lines <= _ALL_LINES else _TABLE_HEIGHT


def _note_edit(opened: Opened, key: str, column: str) -> None:
    """Keep what was typed until the words can be read, and begin a fresh table."""
    edited = st.session_state[key]["edited_rows"]
    typed = {int(row): str(cells[column] or "") for row, cells in edited.items() if column in cells}
    opened.pending = {**(opened.pending or {}), **typed}
    opened.version += 1
    opened.chosen = next(iter(typed), opened.chosen)


def _correct(context: PageContext, engine: Engine, opened: Opened) -> None:
    """Read the words of corrected lines again, and nothing else. What could not be read yet waits for the next run."""
    lines = opened.progress.recording.lines
    for place, words in list((opened.pending or {}).items()):
        if place >= len(lines):
            continue  # other models are on their way to this line
        with error_boundary(context.say, f"tl_edit_{place}"):
            try:
                line = repredict(engine, opened.recording().lines[place], words)
            except InputError as error:  # these words will never be read
                show_error(context.say, error, context.say("timeline.typed", words=words))
            else:
                opened.edits = {**(opened.edits or {}), place: line}
            opened.pending = {other: typed for other, typed in (opened.pending or {}).items() if other != place}


def repredict(engine: Engine, line: UtteranceLine, words: str) -> UtteranceLine:
    """The line with other words: they alone are read. No words at all leave the voice alone. Raises CrossmodalError."""
    if not words.strip():
        kept = samples.without(line.evidence.predictions, TEXT)
        return replace(line, words="", evidence=replace(line.evidence, predictions=kept))
    clean = preprocess_text(words)
    evidence = engine.run(lambda pipeline: pipeline.repredict(line.evidence, text=clean)).checked()
    return replace(line, words=clean, evidence=replace(evidence, cost={}))


# --- to take away --------------------------------------------------------------------------------------------------


def _exports(say: Translator, sheet: TimelineExport) -> None:
    st.html(html.section(say("timeline.export"), say("timeline.export.what")))
    with st.container(horizontal=True, key="tl_exports"):
        for name, write in FORMATS.items():
            data: Callable[[], bytes] = partial(_written, write, sheet)
            st.download_button(
                say(f"timeline.export.{name}"),
                data,
                f"timeline.{ENDINGS[name]}",
                _MIMES[name],
                on_click="ignore",
                key=f"tl_save_{name}",
            )


def _written(write: Callable[[TimelineExport], str], sheet: TimelineExport) -> bytes:
    return write(sheet).encode()
