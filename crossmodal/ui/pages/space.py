"""The shared space: a map with the present input on it, its neighbours across the modalities, and what was measured.

The map is a fragment of its own: a slider or a choice runs it again, and nothing else of the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from crossmodal.engine import Engine
from crossmodal.evaluation.results import SpaceResults, Transfer, load_results, results_of
from crossmodal.explain.embedding_map import EmbeddingMap, load_map
from crossmodal.explain.neighbours import NEIGHBOURS
from crossmodal.fusion import normalize_alpha
from crossmodal.fusion.fuse import fuse_many
from crossmodal.fusion.rules.shared_space import SharedSpace
from crossmodal.i18n.translator import Translator
from crossmodal.modalities import SPEECH, TEXT
from crossmodal.types import MAIN_TASK, TASKS, Array, Evidence, ModalityPrediction
from crossmodal.ui import address, html, mixer_state, samples, service
from crossmodal.ui.charts import embedding_map, palette
from crossmodal.ui.components.map_markers import component as pins
from crossmodal.ui.components.mixer import component as mixer
from crossmodal.ui.frame import PageContext, error_boundary
from crossmodal.ui.numbers import interval, number, percent, share
from crossmodal.ui.samples import Sample
from crossmodal.ui.sections.alpha_slider import alpha_slider
from crossmodal.ui.url_choice import UrlChoice

PROJECTION = UrlChoice(address.key("proj"))
COLOUR = UrlChoice(address.key("colour"))
MAP = "space_map"

_STEPS = 101
"""Mixes of two that the browser knows beforehand."""
_LISTED = 6
_FUSED_SIGN = "star"


def space(context: PageContext, engine: Engine, sample: Sample) -> None:
    """The page of the shared space."""
    found = load_map(engine.folder, engine.model_hash)
    evidence = sample.evidence
    if found is None:
        st.html(html.note(service.own_or(context.say, "space.none")))
    elif evidence.model_hash != engine.model_hash:
        st.html(html.note(context.say("space.other_models")))
    else:
        with st.container(key="space"), error_boundary(context.say, "space"):
            _map(context, engine, found, sample)
        _neighbours(context, found, evidence)
    _measured(context, engine)


# --- the map -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Mix:
    """The present input on the map: the places of its readings, of every mix of two, and of the present mix.

    ``places`` modality -> (2,); ``path`` (S, 2) from none to all of the first of two, or None; ``fused`` (2,), None
    where a single reading is all there is; ``read`` (S, C) or (1, C) is what theta reads there, and ``share`` the
    weight of the first.
    """

    places: Mapping[str, Array]
    names: tuple[str, ...]
    path: Array | None
    fused: Array | None
    read: Array
    share: float

    @property
    def now(self) -> Array:
        """What theta reads at the present mix, (C,)."""
        found: Array = self.read[0 if self.path is None else round(self.share * (len(self.path) - 1))]
        return found


def _map(context: PageContext, engine: Engine, found: EmbeddingMap, sample: Sample) -> None:
    """The map and what stands beside it; on a phone the map comes first."""
    say = context.say
    projection, colour = PROJECTION.value(), COLOUR.value()
    mix = _mix(engine, found, projection, sample.evidence)
    left, right = st.columns([2.7, 1], gap="large")
    with left:
        alt = _alt(context, found, projection, colour, mix)
        _chart(context, found, projection, colour, alt, () if mixer.usable() else _static_pins(context, mix))
    with right:
        if mixer.usable():
            key = samples.digest(sample.key, sample.said, projection)
            if mix.names:
                pins.fix({"key": key, **_fixed(context, mix)})
            _live(context, engine, found, sample.evidence, projection, key)
        else:
            _plain(context, engine, sample.evidence, mix)
        PROJECTION.segments(say, say("space.projection"), lambda name: say(f"space.projection.{name}"))
        st.html(html.note(_explained(say, found, projection)))
        COLOUR.segments(say, say("space.colour"), lambda name: say(f"space.colour.{name}"))
        st.html(html.note(say("space.points", **_counts(found))))


def _mix(engine: Engine, found: EmbeddingMap, projection: str, evidence: Evidence) -> Mix:
    """Where the present input lies; readings that are switched off count for nothing, but are shown."""
    now = mixer_state.current(engine.modalities, engine.rules)
    shown = {name: r.embedding for name, r in evidence.predictions.items() if name in found.modalities}
    places = {name: found.locate(projection, {name: z}, np.ones(1)) for name, z in shown.items()}
    used = {name: z for name, z in shown.items() if name not in now.off}
    if not used:
        return Mix(places, (), None, None, np.empty((0, len(TASKS[MAIN_TASK]))), 0.0)
    alpha = normalize_alpha(now.alpha, list(used))
    two = len(used) == 2
    share = np.linspace(0.0, 1.0, _STEPS)
    weights = np.stack([share, 1.0 - share], axis=-1) if two else alpha[None]
    path = found.locate(projection, used, weights)
    return Mix(
        places,
        tuple(used),
        path if two else None,
        None if len(used) == 1 else found.locate(projection, used, alpha),
        _read(engine, evidence, list(used), weights),
        float(alpha[0]),
    )


def _read(engine: Engine, evidence: Evidence, used: Sequence[str], weights: Array) -> Array:
    """What theta reads at mixes (S, n) of the readings in use: (S, C)."""
    seen = replace(evidence, predictions={name: evidence.predictions[name] for name in used})
    settings = replace(mixer_state.current(engine.modalities, engine.rules).settings(), rule=SharedSpace.name)
    return fuse_many(seen, settings, engine.calibration, weights)


@st.fragment
def _chart(  # noqa: PLR0913, all that is drawn
    context: PageContext,
    found: EmbeddingMap,
    projection: str,
    colour: str,
    alt: str,
    drawn: Sequence[embedding_map.MapMarker],
) -> None:
    """The map itself, and the points that were drawn around in it."""
    figure = embedding_map.figure(context, found, projection, colour, drawn)
    with st.container(key=MAP):
        event = st.plotly_chart(
            figure,
            key="space_chart",
            config=embedding_map.CONFIG,
            alt=alt,
            on_select="rerun",
            selection_mode=("box", "lasso"),
        )
    st.html(html.legend(context.say("space.legend"), embedding_map.legend(context, found, colour)))
    points = event["selection"]["points"] if event else []
    rows = [int(np.ravel(point["customdata"])[0]) for point in points if point.get("customdata") is not None]
    _selection(context, found, rows)


def _counts(found: EmbeddingMap) -> dict[str, int]:
    return {"voices": len(found.rows(SPEECH)), "phrases": len(found.rows(TEXT))}


def _alt(context: PageContext, found: EmbeddingMap, projection: str, colour: str, mix: Mix) -> str:
    say = context.say
    return say(
        "space.alt",
        **_counts(found),
        projection=say(f"space.projection.{projection}"),
        colour=say(f"space.colour.{colour}"),
        near=_nearest_emotions(context, found, projection, mix),
    )


def _nearest_emotions(context: PageContext, found: EmbeddingMap, projection: str, mix: Mix) -> str:
    """For those who cannot see the map: the emotion in whose midst each reading lies."""
    places = found.coordinates(projection)
    extent, (numbers, middles) = np.ptp(places, axis=0), embedding_map.middles(found, places)
    said = []
    for name, at in mix.places.items():
        label = TASKS[MAIN_TASK][numbers[(((middles - at) / extent) ** 2).sum(1).argmin()]]
        said.append(
            context.say(
                "space.near_one", modality=context.say.modality(name), emotion=context.say.label(MAIN_TASK, label)
            )
        )
    return ", ".join(said)


def _explained(say: Translator, found: EmbeddingMap, projection: str) -> str:
    means = [found.z[found.rows(name)].mean(0) for name in found.modalities[:2]]
    return say(
        f"space.{projection}.note",
        explained=round(100 * found.explained),
        dimensions=found.z.shape[1],
        count=NEIGHBOURS,
        gap=number(float(np.linalg.norm(means[0] - means[-1]))),
    )


def _static_pins(context: PageContext, mix: Mix) -> list[embedding_map.MapMarker]:
    """The input's points as part of the chart, for a page without the component."""
    say, blank = context.say, palette.BACKGROUND[context.theme]
    made = [
        embedding_map.MapMarker(say.modality(name), at, embedding_map.SIGNS.get(name, "square"), blank)
        for name, at in mix.places.items()
    ]
    if mix.fused is not None:
        label = TASKS[MAIN_TASK][int(mix.now.argmax())]
        made.append(embedding_map.MapMarker(say("fused"), mix.fused, _FUSED_SIGN, context.colour(label)))
    return made


# --- beside the map ------------------------------------------------------------------------------------------------


@st.fragment
def _live(  # noqa: PLR0913, what the mix hangs on
    context: PageContext, engine: Engine, found: EmbeddingMap, evidence: Evidence, projection: str, key: str
) -> None:
    """What theta reads at the mix, and its slider; a release runs this, and nothing else of the page."""
    if not mixer.usable():
        st.rerun()  # the component has just failed: the page is drawn again with plain sliders
    with error_boundary(context.say, "space_mix"):
        mix = _mix(engine, found, projection, evidence)
        _heading(context.say, mix)
        if mix.names:
            pins.show({"key": key, **_moving(mix)}, engine.modalities)
        if len(mix.names) > 2:
            _sliders(context.say, engine, mix.names)
        _by_rule(context, engine, evidence, mix)
    address.stamp_schema()


def _plain(context: PageContext, engine: Engine, evidence: Evidence, mix: Mix) -> None:
    """The same without the component: the points are part of the chart, so that all is drawn again."""
    _heading(context.say, mix)
    if mix.names:
        label = TASKS[MAIN_TASK][int(mix.now.argmax())]
        probability = percent(float(mix.now.max()))
        st.html(html.outcome(context.say.label(MAIN_TASK, label), probability, context.colour(label), []))
    if len(mix.names) > 1:
        _sliders(context.say, engine, mix.names)
    _by_rule(context, engine, evidence, mix)


def _heading(say: Translator, mix: Mix) -> None:
    st.html(html.section(say("space.at" if len(mix.names) > 1 else "space.at.alone")))
    if not mix.names:
        st.html(html.note(say("error.nothing_to_fuse")))


def _by_rule(context: PageContext, engine: Engine, evidence: Evidence, mix: Mix) -> None:
    """What theta's reading is, and what the rule of the bench makes of the same weights."""
    say, settings = context.say, mixer_state.current(engine.modalities, engine.rules).settings()
    if not mix.names:
        return
    st.html(html.note(say("space.at.help" if len(mix.names) > 1 else "space.at.alone.help")))
    if settings.rule == SharedSpace.name or len(mix.names) < 2:
        return
    seen = replace(evidence, predictions={name: evidence.predictions[name] for name in mix.names})
    result = engine.fuse(seen, settings)
    probability = percent(float(result.probabilities[MAIN_TASK].max()))
    said = {"rule": say.rule(settings.rule), "label": say.label(MAIN_TASK, result.label), "probability": probability}
    st.html(html.note(say("space.rule", **said)))


def _fixed(context: PageContext, mix: Mix) -> dict[str, Any]:
    """What the component draws over the map and no weight changes."""
    say = context.say
    return {
        "map": f".st-key-{MAP}",
        "modalities": mix.names,
        "names": [say.modality(name) for name in mix.names],
        "words": {
            "share": say("mix.share", modality=say.modality(mix.names[0])),
            "spoken": say.wording("space.spoken"),
            "fused": say("fused"),
        },
        "labels": [say.label(MAIN_TASK, label) for label in TASKS[MAIN_TASK]],
        "colours": [context.colour(label) for label in TASKS[MAIN_TASK]],
        "points": [
            {"name": say.modality(name), "shape": embedding_map.SIGNS.get(name, "square"), "at": at.round(4).tolist()}
            for name, at in mix.places.items()
        ],
        "path": None if mix.path is None else mix.path.round(4).tolist(),
        "readings": _told(mix.read),
        "ink": palette.INK[context.theme],
        "background": palette.BACKGROUND[context.theme],
    }


def _moving(mix: Mix) -> dict[str, Any]:
    """What the weights change: with a path along which the browser finds its own way, the share alone."""
    if mix.path is not None:
        return {"share": round(mix.share, 2)}
    fused = None if mix.fused is None else mix.fused.round(4).tolist()
    return {"share": 1.0, "fused": fused, "readings": _told(mix.read)}


def _told(read: Array) -> list[tuple[int, float]]:
    """Readings (S, C) as the highest class of each and its probability."""
    return [(int(p.argmax()), round(float(p.max()), 4)) for p in read]


def _sliders(say: Translator, engine: Engine, names: Sequence[str]) -> None:
    """A weight each. With the component the mixer's settings are nobody's widgets, so that these have own keys."""
    now = mixer_state.current(engine.modalities, engine.rules)
    for name in names:
        index = engine.modalities.index(name) + 1
        if mixer.usable():
            key = f"space_{name}"
            alpha_slider(say, name, index, key, now.alpha[name], partial(_take, name, key, engine))
        else:
            own = address.key(f"a_{name}")
            alpha_slider(say, name, index, own.spelling, own.default)


def _take(name: str, key: str, engine: Engine) -> None:
    mixer_state.take({"alpha": {name: st.session_state[key]}}, engine.modalities, engine.rules)


def _selection(context: PageContext, found: EmbeddingMap, rows: Sequence[int]) -> None:
    """The points that were drawn around, as a table."""
    say = context.say
    if not rows:
        st.html(html.note(say("space.select")))
        return
    described = [embedding_map.described(context, found, row) for row in rows]
    st.html(html.section(say("space.selected", count=len(rows))))
    st.dataframe(
        {
            say("space.column.kind"): [say.modality(found.modalities[int(found.modality[row])]) for row in rows],
            say("space.column.emotion"): [emotion for _, _, emotion, _ in described],
            say("space.column.what"): [what for what, _, _, _ in described],
            say("space.column.gloss"): [gloss for _, gloss, _, _ in described],
            say("space.column.split"): [split for _, _, _, split in described],
        },
        hide_index=True,
        height=260,
        key="space_table",
    )


# --- neighbours ----------------------------------------------------------------------------------------------------


def _neighbours(context: PageContext, found: EmbeddingMap, evidence: Evidence) -> None:
    """The nearest phrases to the voice, the nearest voices to the words."""
    say = context.say
    pairs = ((SPEECH, TEXT), (TEXT, SPEECH))
    for (source, target), panel in zip(pairs, st.columns(2, gap="large"), strict=True):
        with panel:
            st.html(html.section(say(f"space.near.{source}")))
            if source in evidence.predictions:
                st.html(html.neighbours(_listed(context, found, evidence.predictions[source], target)))
                st.html(html.note(say(f"space.near.{source}.note")))
            else:
                st.html(html.note(say.known(f"absent.{source}", say("space.near.absent"))))


def _listed(
    context: PageContext, found: EmbeddingMap, reading: ModalityPrediction, target: str
) -> list[html.Neighbour]:
    items = []
    for row, similarity in found.nearest(reading.embedding, target, _LISTED):
        what, gloss, emotion, split = embedding_map.described(context, found, row)
        more = embedding_map.gloss(context, found, row)
        about = emotion if gloss else f"{emotion}, {split}"
        label = TASKS[MAIN_TASK][int(found.labels[row])]
        items.append(html.Neighbour(number(similarity), context.colour(label), what, about, more))
    return items


# --- what was measured ---------------------------------------------------------------------------------------------


def _measured(context: PageContext, engine: Engine) -> None:
    """Search and transfer, side by side."""
    left, right = st.columns(2, gap="large")
    with left:
        own = results_of(engine.folder, engine.model_hash)
        _search(context.say, own.space if own else None)
    with right:
        shipped = load_results(service.models_folder())
        _transfer(context.say, shipped.transfer if shipped else None)


def _search(say: Translator, results: SpaceResults | None) -> None:
    st.html(html.section(say("space.search")))
    if results is None:
        st.html(html.note(service.own_or(say, "space.search.none")))
        return
    rows = [
        (
            say(f"space.search.{way}"),
            [share(search.map.value), interval(search.map.low, search.map.high), share(search.chance)],
        )
        for way in ("speech>text", "text>speech", "speech>speech", "text>text")
        for search in [results.retrieval[way]]
    ]
    heads = [say(f"space.search.{head}") for head in ("map", "interval", "chance")]
    st.html(html.table(say("space.search.caption"), heads, rows))
    st.html(html.note(say("space.search.note", share=share(results.read_as_intended.share))))


def _transfer(say: Translator, results: Transfer | None) -> None:
    """Small models trained for this measurement, whichever those of the bench are."""
    st.html(html.section(say("space.transfer")))
    if results is None:
        st.html(html.note(say("space.search.none")))
        return
    rows = [
        (say(f"space.transfer.{way}"), [share(results.off[way]), share(results.on[way])])
        for way in ("text>speech", "speech>text", "speech>speech", "text>text")
    ]
    heads = [say("space.transfer.gamma", gamma=gamma) for gamma in ("0", number(results.gamma))]
    st.html(html.table(say("space.transfer.caption", chance=share(1 / len(TASKS[MAIN_TASK]))), heads, rows))
    st.html(html.note(say("space.transfer.note")))
