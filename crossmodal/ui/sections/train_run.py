"""A training run of the page: started, watched while it is alive, and drawn again once it has ended."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import fields

import streamlit as st

from crossmodal.custom import queue
from crossmodal.custom.queue import TrainingQueue, TrainingRun
from crossmodal.custom.settings import TrainingSettings
from crossmodal.i18n.translator import Translator
from crossmodal.model.folder import default_models
from crossmodal.ui import html
from crossmodal.ui.charts import training as training_charts
from crossmodal.ui.charts.training import Event
from crossmodal.ui.frame import PageContext, show_error
from crossmodal.ui.sections import train_charts


@st.cache_resource(show_spinner=False)
def training_queue() -> TrainingQueue:
    """The one queue of training runs of this process."""
    return TrainingQueue(default_models())


def _visitor() -> str:
    """A random name for this session, which the queue counts its runs by."""
    return str(st.session_state.setdefault("_visitor", secrets.token_hex(16)))


def start(settings: TrainingSettings) -> TrainingRun:
    """Start a run of this session, which works at once or waits in the queue. Raises CrossmodalError."""
    run = training_queue().start(
        _visitor(),
        TrainingSettings.checked({field.name: getattr(settings, field.name) for field in fields(TrainingSettings)}),
    )
    st.session_state["_run"] = run
    return run


def live(context: PageContext, run: TrainingRun) -> None:
    """A run while it is alive. Each redraw also tells the queue that the page is still open."""
    run.touch()
    if not run.alive:
        st.rerun()
    say, events = context.say, list(run.events)
    done = max(0, len(training_charts.epochs(events)) - 1)
    st.html(html.section(say("train.yours"), _progress(say, run, events, done)))
    with st.container(horizontal=True, vertical_alignment="center", key="own_progress"):
        st.progress(done / run.settings.epochs)
        st.button(
            say("train.stop"), key="train_stop", disabled=run.stopping, on_click=training_queue().stop, args=(run,)
        )
    if done or training_charts.epochs(events):
        train_charts.draw_map(context, events, done)
        train_charts.draw_curves(context, events, run.settings)
    else:
        st.html(html.invitation(say("train.soon")))


def _progress(say: Translator, run: TrainingRun, events: Sequence[Event], done: int) -> str:
    if run.state == "waiting":
        return say("train.waiting", place=training_queue().position(run))
    if run.stopping:
        return say("train.stopping")
    if not done:
        return say("train.starting")
    seconds_an_epoch = float(training_charts.epochs(events)[-1]["seconds"]) / done
    left = max(1, round(seconds_an_epoch * (run.settings.epochs - done)))
    return say("train.progress", done=done, total=run.settings.epochs, left=left)


def ended(context: PageContext, run: TrainingRun | None) -> Sequence[Event]:
    """The finished run of this session, else the example; above it the error of a failed run. Returns its events."""
    say = context.say
    if run is not None and run.error is not None:
        show_error(say, run.error)
    finished = run is not None and run.result is not None
    events: Sequence[Event] = run.events if run is not None and finished else queue.load_example(default_models())
    if not events:
        st.html(html.invitation(say("train.none")))
        return ()
    settings = TrainingSettings.checked(training_charts.first(events)["settings"])
    done = int(training_charts.last(events)["epochs"])
    aside = say(
        "train.finished" if finished else "train.finished.example",
        epochs=done,
        seconds=f"{training_charts.last(events)['seconds']:.1f}",
    )
    st.html(html.section(say("train.yours" if finished else "train.example"), aside))
    train_charts.map_with_epochs(context, events, done)
    train_charts.draw_curves(context, events, settings)
    return events
