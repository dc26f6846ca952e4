"""The map of the shared space: its chart, its text alternative, and the points that are selected in it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from crossmodal.explain.embedding_map import EmbeddingMap
from crossmodal.explain.neighbours import NEIGHBOURS
from crossmodal.i18n.translator import Translator
from crossmodal.modalities import SPEECH, TEXT
from crossmodal.types import MAIN_TASK, TASKS
from crossmodal.ui import html
from crossmodal.ui.charts import embedding_map, palette
from crossmodal.ui.frame import PageContext
from crossmodal.ui.numbers import number
from crossmodal.ui.sections.space_input import MappedInput

MAP = "space_map"
"""Key of the container with the chart, over which the component draws its markers."""
_FUSED_SIGN = "star"


@st.fragment
def chart(  # noqa: PLR0913, all that is drawn
    context: PageContext,
    space: EmbeddingMap,
    projection: str,
    colour: str,
    alt: str,
    markers: Sequence[embedding_map.MapMarker],
) -> None:
    """The map, and the points that are selected in it with a box or a lasso."""
    figure = embedding_map.figure(context, space, projection, colour, markers)
    with st.container(key=MAP):
        event = st.plotly_chart(
            figure,
            key="space_chart",
            config=embedding_map.CONFIG,
            alt=alt,
            on_select="rerun",
            selection_mode=("box", "lasso"),
        )
    st.html(html.legend(context.say("space.legend"), embedding_map.legend(context, space, colour)))
    points = event["selection"]["points"] if event else []
    rows = [int(np.ravel(point["customdata"])[0]) for point in points if point.get("customdata") is not None]
    _selection(context, space, rows)


def _selection(context: PageContext, space: EmbeddingMap, rows: Sequence[int]) -> None:
    """The selected points as a table."""
    say = context.say
    if not rows:
        st.html(html.note(say("space.select")))
        return
    described = [embedding_map.described(context, space, row) for row in rows]
    st.html(html.section(say("space.selected", count=len(rows))))
    st.dataframe(
        {
            say("space.column.kind"): [say.modality(space.modalities[int(space.modality[row])]) for row in rows],
            say("space.column.emotion"): [emotion for _, _, emotion, _ in described],
            say("space.column.what"): [what for what, _, _, _ in described],
            say("space.column.gloss"): [gloss for _, gloss, _, _ in described],
            say("space.column.split"): [split for _, _, _, split in described],
        },
        hide_index=True,
        height=260,
        key="space_table",
    )


def counts(space: EmbeddingMap) -> dict[str, int]:
    """The numbers of reference points, by their names in the messages."""
    return {"voices": len(space.rows(SPEECH)), "phrases": len(space.rows(TEXT))}


def alternative_text(
    context: PageContext, space: EmbeddingMap, projection: str, colour: str, mapped: MappedInput
) -> str:
    """What the map shows, in words, for a screen reader."""
    say = context.say
    return say(
        "space.alt",
        **counts(space),
        projection=say(f"space.projection.{projection}"),
        colour=say(f"space.colour.{colour}"),
        near=_nearest_emotions(context, space, projection, mapped),
    )


def _nearest_emotions(context: PageContext, space: EmbeddingMap, projection: str, mapped: MappedInput) -> str:
    """For every modality of the input, the emotion whose middle on the map is closest."""
    points = space.coordinates(projection)
    extent, (numbers, middles) = np.ptp(points, axis=0), embedding_map.middles(space, points)
    descriptions = []
    for name, at in mapped.coordinates.items():
        label = TASKS[MAIN_TASK][numbers[(((middles - at) / extent) ** 2).sum(1).argmin()]]
        descriptions.append(
            context.say(
                "space.near_one", modality=context.say.modality(name), emotion=context.say.label(MAIN_TASK, label)
            )
        )
    return ", ".join(descriptions)


def projection_note(say: Translator, space: EmbeddingMap, projection: str) -> str:
    """What the projection shows, with the explained variance and the gap between the modalities."""
    means = [space.z[space.rows(name)].mean(0) for name in space.modalities[:2]]
    return say(
        f"space.{projection}.note",
        explained=round(100 * space.explained),
        dimensions=space.z.shape[1],
        count=NEIGHBOURS,
        gap=number(float(np.linalg.norm(means[0] - means[-1]))),
    )


def static_markers(context: PageContext, mapped: MappedInput) -> list[embedding_map.MapMarker]:
    """The input's points as part of the chart, for a page without the component."""
    say, blank = context.say, palette.BACKGROUND[context.theme]
    markers = [
        embedding_map.MapMarker(say.modality(name), at, embedding_map.SIGNS.get(name, "square"), blank)
        for name, at in mapped.coordinates.items()
    ]
    if mapped.fused is not None:
        label = TASKS[MAIN_TASK][int(mapped.current.argmax())]
        markers.append(embedding_map.MapMarker(say("fused"), mapped.fused, _FUSED_SIGN, context.colour(label)))
    return markers
