"""Beside the map of the shared space: the prediction at the present mix, and the sliders that change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from crossmodal.engine import Engine
from crossmodal.explain.embedding_map import EmbeddingMap
from crossmodal.fusion.rules.shared_space import SharedSpace
from crossmodal.i18n.translator import Translator
from crossmodal.types import MAIN_TASK, TASKS, Array, Evidence
from crossmodal.ui import address, html, mixer_state
from crossmodal.ui.charts import embedding_map, palette
from crossmodal.ui.components import map_markers, mixer
from crossmodal.ui.frame import PageContext, error_boundary
from crossmodal.ui.numbers import percent
from crossmodal.ui.sections.alpha_slider import alpha_slider
from crossmodal.ui.sections.space_chart import MAP
from crossmodal.ui.sections.space_input import MappedInput, locate


@st.fragment
def live(  # noqa: PLR0913, all that the mix depends on
    context: PageContext, engine: Engine, space: EmbeddingMap, evidence: Evidence, projection: str, key: str
) -> None:
    """The present mix with the component; releasing its slider runs this, and nothing else of the page."""
    if not mixer.usable():
        st.rerun()  # the component has just failed: the page is drawn again with plain sliders
    with error_boundary(context.say, "space_mix"):
        mapped = locate(engine, space, projection, evidence)
        _heading(context.say, mapped)
        if mapped.names:
            map_markers.show({"key": key, **_moving(mapped)}, engine.modalities)
        if len(mapped.names) > 2:
            _sliders(context.say, engine, mapped.names)
        _by_rule(context, engine, evidence, mapped)
    address.stamp_schema()


def plain(context: PageContext, engine: Engine, evidence: Evidence, mapped: MappedInput) -> None:
    """The present mix without the component: the markers are part of the chart, so the whole page is drawn again."""
    _heading(context.say, mapped)
    if mapped.names:
        label = TASKS[MAIN_TASK][int(mapped.current.argmax())]
        probability = percent(float(mapped.current.max()))
        st.html(html.outcome(context.say.label(MAIN_TASK, label), probability, context.colour(label), []))
    if len(mapped.names) > 1:
        _sliders(context.say, engine, mapped.names)
    _by_rule(context, engine, evidence, mapped)


def _heading(say: Translator, mapped: MappedInput) -> None:
    st.html(html.section(say("space.at" if len(mapped.names) > 1 else "space.at.alone")))
    if not mapped.names:
        st.html(html.note(say("error.nothing_to_fuse")))


def _by_rule(context: PageContext, engine: Engine, evidence: Evidence, mapped: MappedInput) -> None:
    """What the prediction of theta means, and what the rule of the bench gives at the same weights."""
    say, settings = context.say, mixer_state.current(engine.modalities, engine.rules).settings()
    if not mapped.names:
        return
    st.html(html.note(say("space.at.help" if len(mapped.names) > 1 else "space.at.alone.help")))
    if settings.rule == SharedSpace.name or len(mapped.names) < 2:
        return
    masked = replace(evidence, predictions={name: evidence.predictions[name] for name in mapped.names})
    result = engine.fuse(masked, settings)
    probability = percent(float(result.probabilities[MAIN_TASK].max()))
    values = {"rule": say.rule(settings.rule), "label": say.label(MAIN_TASK, result.label), "probability": probability}
    st.html(html.note(say("space.rule", **values)))


def fixed(context: PageContext, mapped: MappedInput) -> dict[str, Any]:
    """What the component draws over the map and no weight changes, as JSON values."""
    say = context.say
    return {
        "map": f".st-key-{MAP}",
        "modalities": mapped.names,
        "names": [say.modality(name) for name in mapped.names],
        "words": {
            "share": say("mix.share", modality=say.modality(mapped.names[0])),
            "spoken": say.wording("space.spoken"),
            "fused": say("fused"),
        },
        "labels": [say.label(MAIN_TASK, label) for label in TASKS[MAIN_TASK]],
        "colours": [context.colour(label) for label in TASKS[MAIN_TASK]],
        "points": [
            {"name": say.modality(name), "shape": embedding_map.SIGNS.get(name, "square"), "at": at.round(4).tolist()}
            for name, at in mapped.coordinates.items()
        ],
        "path": None if mapped.path is None else mapped.path.round(4).tolist(),
        "readings": _top_classes(mapped.predictions),
        "ink": palette.INK[context.theme],
        "background": palette.BACKGROUND[context.theme],
    }


def _moving(mapped: MappedInput) -> dict[str, Any]:
    """What the weights change, as JSON values; with a path, on which the browser interpolates, one weight alone."""
    if mapped.path is not None:
        return {"share": round(mapped.first_weight, 2)}
    fused = None if mapped.fused is None else mapped.fused.round(4).tolist()
    return {"share": 1.0, "fused": fused, "readings": _top_classes(mapped.predictions)}


def _top_classes(predictions: Array) -> list[tuple[int, float]]:
    """Predictions (S, C) as the most probable class of each and its probability."""
    return [(int(p.argmax()), round(float(p.max()), 4)) for p in predictions]


def _sliders(say: Translator, engine: Engine, names: Sequence[str]) -> None:
    """A slider for every weight. With the component no widget owns the keys of the mixer, so these have others."""
    now = mixer_state.current(engine.modalities, engine.rules)
    for name in names:
        index = engine.modalities.index(name) + 1
        if mixer.usable():
            key = f"space_{name}"
            alpha_slider(say, name, index, key, now.alpha[name], partial(_take, name, key, engine))
        else:
            weight = address.key(f"a_{name}")
            alpha_slider(say, name, index, weight.spelling, weight.default)


def _take(name: str, key: str, engine: Engine) -> None:
    mixer_state.take({"alpha": {name: st.session_state[key]}}, engine.modalities, engine.rules)
