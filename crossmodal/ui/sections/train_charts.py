"""What a training run records, drawn: the map after an epoch, and every term of the objective along the epochs."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from crossmodal.custom.settings import TrainingSettings
from crossmodal.types import EMOTIONS
from crossmodal.ui import html
from crossmodal.ui.charts import training as training_charts
from crossmodal.ui.charts.training import Event
from crossmodal.ui.frame import PageContext
from crossmodal.ui.numbers import metric, number, shortest
from crossmodal.ui.sections.train_settings import SYMBOLS

TERMS = {
    "total": "L",
    "task.speech": "L\u2081",
    "task.text": "L\u2082",
    "align.speech.text": "L\u2081\u2082",
    "align.speech.speech": "L\u2081\u2081",
    "align.text.text": "L\u2082\u2082",
}
_WEIGHT_OF = {
    "task.speech": "lambda_speech",
    "task.text": "lambda_text",
    "align.speech.text": "gamma_cross",
    "align.speech.speech": "gamma_speech",
    "align.text.text": "gamma_text",
}
_SIGNS = {"voice": "\u25cf", "words": "\u25c7", "tie": "\u2014"}


@st.fragment
def map_with_epochs(context: PageContext, events: Sequence[Event], done: int) -> None:
    """The map after the epoch that its slider chooses."""
    above = st.container()
    epoch = done and st.slider(context.say("train.epoch"), 0, done, done, 1, key=f"own_epoch_{done}")
    with above:
        draw_map(context, events, epoch)


def draw_map(context: PageContext, events: Sequence[Event], epoch: int) -> None:
    """The map of the dev sample after one epoch, with its legend."""
    say = context.say
    alt = say("train.map.alt", epoch=epoch, gap=number(training_charts.gap(events, epoch)))
    st.plotly_chart(
        training_charts.space_map(context, events, epoch), key="own_map", config=training_charts.MAP_CONFIG, alt=alt
    )
    signs = [(glyph, "currentColor", say(f"train.map.{name}")) for name, glyph in _SIGNS.items()]
    emotions = [(_SIGNS["voice"], context.colour(name), say.label("emotion", name)) for name in EMOTIONS]
    st.html(html.legend(say("train.map"), [*emotions, *signs]))


def draw_curves(context: PageContext, events: Sequence[Event], settings: TrainingSettings) -> None:
    """Accuracy on dev and every term of the objective on its own, as small multiples."""
    say, now = context.say, training_charts.epochs(events)[-1]
    with st.container(key="own_curves"):
        cells = [cell for _ in range(2) for cell in st.columns(4, gap="small")]
    with cells[0]:
        uar = " \u00b7 ".join(f"{say.modality(name)} {metric(now['uar'][name])}" for name in now["uar"])
        st.html(html.small_title("UAR", uar))
        figure = training_charts.accuracy_curve(context, events, settings.epochs)
        st.plotly_chart(figure, key="own_uar", config=training_charts.MAP_CONFIG, alt=f"UAR: {uar}")
    for cell, (term, symbol) in zip(cells[1:], TERMS.items(), strict=False):
        with cell:
            _draw_term(context, events, settings, term, symbol)
    with cells[-1]:
        st.html(html.note(say("train.curves")))


def _draw_term(
    context: PageContext, events: Sequence[Event], settings: TrainingSettings, term: str, symbol: str
) -> None:
    now = training_charts.epochs(events)[-1]
    weight = _WEIGHT_OF.get(term)
    aside = f"{SYMBOLS[weight]} = {shortest(getattr(settings, weight))}" if weight else ""
    st.html(html.small_title(symbol, aside or context.say("train.total")))
    value = {part: f"{now[part][term]:.3f}" if term in now[part] else "?" for part in ("train", "dev")}
    alt = context.say("train.term.alt", symbol=symbol, **value)
    figure = training_charts.term_curve(context, events, term, settings.epochs)
    st.plotly_chart(figure, key=f"own_{term}", config=training_charts.MAP_CONFIG, alt=alt)
