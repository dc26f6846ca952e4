"""The recording of the timeline: the shipped example or an uploaded file, and what a session keeps of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count

import streamlit as st

from crossmodal import limits
from crossmodal.engine import Engine
from crossmodal.examples import DEFAULT, Example, load_examples
from crossmodal.examples.recording import example_recording
from crossmodal.i18n.translator import Translator
from crossmodal.timeline.job import Job, Progress
from crossmodal.timeline.types import Recording, UtteranceLine
from crossmodal.types import Evidence
from crossmodal.ui import html
from crossmodal.ui.frame import PageContext, error_boundary
from crossmodal.ui.presence import presence

_SLOT = "_timeline"
"""Where the recordings lie in the session."""


@dataclass(slots=True)
class OpenRecording:
    """What a session keeps of one recording: a job or a finished recording, corrected lines, and the chosen one.

    ``data`` is an uploaded file, kept for other models to read it again; ``pending`` are words that were typed and are
    not yet read: line index -> words. ``version`` counts the tables of lines, ``number`` the uploads.
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
        """The progress of the reading; a finished recording is at its end."""
        return self.job.progress if self.job else Progress(self.finished or Recording(), running=False)

    @property
    def model_hash(self) -> str:
        """The hash of the models that read it."""
        return self.progress.recording.model_hash

    def typed(self) -> dict[int, str]:
        """Every correction, read or not, for other models to read: line index -> words."""
        return {index: line.words for index, line in (self.edits or {}).items()} | dict(self.pending or {})

    def recording(self) -> Recording:
        """The recording as far as it was read, with its corrected lines."""
        recording = self.progress.recording
        for index, line in (self.edits or {}).items():
            recording = recording.with_line(index, line)
        return recording


def _recordings() -> dict[str, OpenRecording]:
    """The recordings of this session by their source, "example" or "own"."""
    recordings: dict[str, OpenRecording] = st.session_state.setdefault(_SLOT, {})
    return recordings


def is_shipped(engine: Engine) -> bool:
    """Whether the models in use are those that the shipped example shows."""
    return load_examples()[DEFAULT].evidence.model_hash == engine.model_hash


def example(context: PageContext, engine: Engine) -> OpenRecording | None:
    """The shipped voices as one recording; read anew only where the models in use are not those that it shows."""
    recordings = _recordings()
    before = recordings.get("example")
    if before is None or before.model_hash != engine.model_hash:
        recording = example_recording() if is_shipped(engine) else _read_example(context.say, engine)
        if recording is None:
            return None
        before = before or OpenRecording(0)
        recordings["example"] = replace(before, finished=recording, edits=None, pending=before.typed())
    return recordings["example"]


def _read_example(say: Translator, engine: Engine) -> Recording | None:
    """The example read by the models in use, with its progress; None where that failed."""
    recording, progress, numbers, total = None, st.empty(), count(1), len(load_examples())

    def read(example: Example) -> Evidence:
        number = next(numbers)
        said = say("timeline.example.reading", number=number, total=total) if engine.ready else say("stage.load")
        progress.html(html.progress(said))
        return engine.run(example.read).checked()

    with error_boundary(say, "tl_example"):
        recording = example_recording(read)
    progress.empty()
    return recording


def uploaded(context: PageContext, engine: Engine) -> OpenRecording | None:
    """An uploaded recording: the uploader until there is one, then a button that returns to it."""
    say, recordings = context.say, _recordings()
    opened = recordings.get("own")
    if opened is None:
        number = st.session_state.setdefault("_timeline_number", 1)
        file = st.file_uploader(
            say("timeline.upload", minutes=limits.MAX_RECORDING_SECONDS / 60, megabytes=limits.MAX_UPLOAD_MEGABYTES),
            list(limits.AUDIO_FORMATS),
            key=f"tl_upload_{number}",
            max_upload_size=limits.MAX_UPLOAD_MEGABYTES,
        )
        st.html(html.note(say("timeline.privacy")))
        if file is None:
            return None
        with error_boundary(say, "tl_start"):
            data = file.getvalue()
            recordings["own"] = OpenRecording(number, data, Job(engine, data, presence()).start())
            st.session_state["_timeline_number"] = number + 1  # its widget goes
            st.rerun()
        return None
    with st.container(horizontal=True, vertical_alignment="center", key="tl_own"):
        st.button(say("timeline.another"), key="tl_another", on_click=_close)
        st.html(html.note(say("timeline.privacy")))
    if opened.model_hash == engine.model_hash:
        return opened
    _offer_rereading(say, engine, opened)
    return None


def _offer_rereading(say: Translator, engine: Engine, opened: OpenRecording) -> None:
    """A recording that other models read is neither fused nor corrected: offer to read it with those in use."""
    st.html(html.note(say("timeline.other_models")))
    if st.button(say("timeline.anew"), key="tl_anew", type="primary"):
        with error_boundary(say, "tl_anew"):
            if opened.job:
                opened.job.cancel()
            job = Job(engine, opened.data, presence()).start()
            _recordings()["own"] = replace(opened, job=job, finished=None, edits=None, pending=opened.typed())
            st.rerun()


def _close() -> None:
    """Stop reading and forget the recording."""
    opened = _recordings().pop("own", None)
    if opened and opened.job:
        opened.job.cancel()
