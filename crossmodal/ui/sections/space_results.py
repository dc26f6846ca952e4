"""Measured in the shared space: the neighbours of the input across the modalities, retrieval, and transfer."""

from __future__ import annotations

import streamlit as st

from crossmodal.engine import Engine
from crossmodal.evaluation.results import SpaceResults, Transfer, load_results, results_of
from crossmodal.explain.embedding_map import EmbeddingMap
from crossmodal.i18n.translator import Translator
from crossmodal.modalities import SPEECH, TEXT
from crossmodal.model.folder import default_models
from crossmodal.types import MAIN_TASK, TASKS, Evidence, ModalityPrediction
from crossmodal.ui import html, service
from crossmodal.ui.charts import embedding_map
from crossmodal.ui.frame import PageContext
from crossmodal.ui.numbers import interval, metric, number

_LISTED = 6
"""Neighbours that are listed."""


def neighbours(context: PageContext, space: EmbeddingMap, evidence: Evidence) -> None:
    """The nearest phrases to the voice, the nearest voices to the words."""
    say = context.say
    pairs = ((SPEECH, TEXT), (TEXT, SPEECH))
    for (source, target), panel in zip(pairs, st.columns(2, gap="large"), strict=True):
        with panel:
            st.html(html.section(say(f"space.near.{source}")))
            if source in evidence.predictions:
                st.html(html.neighbours(_listed(context, space, evidence.predictions[source], target)))
                st.html(html.note(say(f"space.near.{source}.note")))
            else:
                st.html(html.note(say.known(f"absent.{source}", say("space.near.absent"))))


def _listed(
    context: PageContext, space: EmbeddingMap, prediction: ModalityPrediction, target: str
) -> list[html.Neighbour]:
    items = []
    for row, similarity in space.nearest(prediction.embedding, target, _LISTED):
        what, gloss, emotion, split = embedding_map.described(context, space, row)
        more = embedding_map.gloss(context, space, row)
        about = emotion if gloss else f"{emotion}, {split}"
        label = TASKS[MAIN_TASK][int(space.labels[row])]
        items.append(html.Neighbour(number(similarity), context.colour(label), what, about, more))
    return items


def measured(context: PageContext, engine: Engine) -> None:
    """The measured retrieval and transfer, side by side."""
    left, right = st.columns(2, gap="large")
    with left:
        in_use = results_of(engine.folder, engine.model_hash)
        _search(context.say, in_use.space if in_use else None)
    with right:
        shipped = load_results(default_models())
        _transfer(context.say, shipped.transfer if shipped else None)


def _search(say: Translator, results: SpaceResults | None) -> None:
    """Retrieval within and across the modalities by the models in use."""
    st.html(html.section(say("space.search")))
    if results is None:
        st.html(html.note(service.reason_missing(say, "space.search.none")))
        return
    rows = [
        (
            say(f"space.search.{way}"),
            [metric(search.map.value), interval(search.map.low, search.map.high), metric(search.chance)],
        )
        for way in ("speech>text", "text>speech", "speech>speech", "text>text")
        for search in [results.retrieval[way]]
    ]
    heads = [say(f"space.search.{head}") for head in ("map", "interval", "chance")]
    st.html(html.table(say("space.search.caption"), heads, rows))
    st.html(html.note(say("space.search.note", share=metric(results.read_as_intended.share))))


def _transfer(say: Translator, results: Transfer | None) -> None:
    """Transfer by small models that were trained for this measurement; it does not depend on the models in use."""
    st.html(html.section(say("space.transfer")))
    if results is None:
        st.html(html.note(say("space.search.none")))
        return
    rows = [
        (say(f"space.transfer.{way}"), [metric(results.off[way]), metric(results.on[way])])
        for way in ("text>speech", "speech>text", "speech>speech", "text>text")
    ]
    heads = [say("space.transfer.gamma", gamma=gamma) for gamma in ("0", number(results.gamma))]
    st.html(html.table(say("space.transfer.caption", chance=metric(1 / len(TASKS[MAIN_TASK]))), heads, rows))
    st.html(html.note(say("space.transfer.note")))
