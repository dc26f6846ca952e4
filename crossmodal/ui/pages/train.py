"""Train your own model: the objective with its weights as sliders, a run to watch, its model to use and to download."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from crossmodal.custom.queue import TrainingRun
from crossmodal.engine import Engine
from crossmodal.ui import html
from crossmodal.ui.charts import training as training_charts
from crossmodal.ui.charts.training import Event
from crossmodal.ui.frame import PageContext, error_boundary
from crossmodal.ui.sections import train_model, train_results, train_run, train_settings

REDRAW_SECONDS = 1.0


def train(context: PageContext, engine: Engine) -> None:
    """The page."""
    say = context.say
    st.html(html.lead(say("train.lead")))
    run: TrainingRun | None = st.session_state.get("_run")
    with st.container(key="own_formula"):
        formula = st.empty()
    with st.container(key="own_start", horizontal=True, vertical_alignment="center", gap="small"):
        train_settings.start_row(say, run)
    left, right = st.columns([1.9, 1], gap="large")
    with right:
        settings = train_settings.controls(say)
    formula.markdown(f"${train_settings.objective(settings)}$")
    if st.session_state.pop("_start", False):
        with left, error_boundary(say, "train"):
            run = train_run.start(settings)
    events: Sequence[Event] = ()
    with left:
        if run is not None and run.alive:
            with st.container(key="own_live"):
                st.fragment(train_run.live, run_every=REDRAW_SECONDS)(context, run)
        else:
            events = train_run.ended(context, run)
    if events:
        _outcome(context, events, run)
    st.html(html.note(say("train.data")))
    st.html(html.note(say("train.kept")))


def _outcome(context: PageContext, events: Sequence[Event], run: TrainingRun | None) -> None:
    """The results of the run that is shown, and what can be done with its model."""
    finished = run if run is not None and run.result is not None else None
    with st.container(key="own_outcome"):
        left, right = st.columns([1.25, 1], gap="large")
    with left:
        train_results.comparison(context, training_charts.last(events)["figures"], is_custom=finished is not None)
    with right:
        train_model.actions(context.say, finished)
        st.html(html.section(context.say("train.reading")))
        st.html(html.paragraphs([context.say("train.fair")]))
