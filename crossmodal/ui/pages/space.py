"""The shared space: a map with the present input on it, its neighbours across the modalities, and what was measured.

The map is a fragment of its own: a slider or a selection runs it again, and nothing else of the page.
"""

from __future__ import annotations

import streamlit as st

from crossmodal.engine import Engine
from crossmodal.explain.embedding_map import EmbeddingMap, load_map
from crossmodal.ui import address, html, samples, service
from crossmodal.ui.components import map_markers, mixer
from crossmodal.ui.frame import PageContext, error_boundary
from crossmodal.ui.samples import Sample
from crossmodal.ui.sections import space_chart, space_mix, space_results
from crossmodal.ui.sections.space_input import locate
from crossmodal.ui.url_choice import UrlChoice

PROJECTION = UrlChoice(address.key("proj"))
COLOUR = UrlChoice(address.key("colour"))


def space(context: PageContext, engine: Engine, sample: Sample) -> None:
    """The page of the shared space."""
    space_map = load_map(engine.folder, engine.model_hash)
    evidence = sample.evidence
    if space_map is None:
        st.html(html.note(service.reason_missing(context.say, "space.none")))
    elif evidence.model_hash != engine.model_hash:
        st.html(html.note(context.say("space.other_models")))
    else:
        with st.container(key="space"), error_boundary(context.say, "space"):
            _map(context, engine, space_map, sample)
        space_results.neighbours(context, space_map, evidence)
    space_results.measured(context, engine)


def _map(context: PageContext, engine: Engine, space_map: EmbeddingMap, sample: Sample) -> None:
    """The map and what is shown beside it, which on a phone is below it."""
    say = context.say
    projection, colour = PROJECTION.value(), COLOUR.value()
    mapped = locate(engine, space_map, projection, sample.evidence)
    left, right = st.columns([2.7, 1], gap="large")
    with left:
        alt = space_chart.alternative_text(context, space_map, projection, colour, mapped)
        markers = () if mixer.usable() else space_chart.static_markers(context, mapped)
        space_chart.chart(context, space_map, projection, colour, alt, markers)
    with right:
        if mixer.usable():
            key = samples.digest(sample.key, sample.said, projection)
            if mapped.names:
                map_markers.fix({"key": key, **space_mix.fixed(context, mapped)})
            space_mix.live(context, engine, space_map, sample.evidence, projection, key)
        else:
            space_mix.plain(context, engine, sample.evidence, mapped)
        PROJECTION.segments(say, say("space.projection"), lambda name: say(f"space.projection.{name}"))
        st.html(html.note(space_chart.projection_note(say, space_map, projection)))
        COLOUR.segments(say, say("space.colour"), lambda name: say(f"space.colour.{name}"))
        st.html(html.note(say("space.points", **space_chart.counts(space_map))))
