"""The map of the shared space as a figure: reference points by sign and colour, the emotions named among them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossmodal.data.phrasebook import Phrase, load_phrasebook
from crossmodal.explain.embedding_map import EmbeddingMap
from crossmodal.modalities import SPEECH, TEXT
from crossmodal.types import MAIN_TASK, TASKS, Array
from crossmodal.ui.charts import palette
from crossmodal.ui.charts.palette import GREY
from crossmodal.ui.charts.plotly import Figure, literal
from crossmodal.ui.frame import PageContext

CONFIG = {
    "displaylogo": False,
    "displayModeBar": True,
    "modeBarButtons": [["lasso2d", "select2d"], ["zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d"]],
    "scrollZoom": False,
    "doubleClick": "reset",
}
HEIGHT = 620
SIGNS: Mapping[str, str] = {SPEECH: "circle", TEXT: "diamond"}
"""Modality -> the sign of its points; others are squares."""

_CLEAR = "rgba(0,0,0,0)"
_SPLIT_SIGNS = ("circle", "square", "triangle-up", "triangle-down", "cross")
_SPLIT_COLOURS = ("anger", "joy", "sadness", "fear", "surprise")
"""Emotions whose colours the folds take."""
_GLYPHS = {
    "circle": "\u25cf",
    "square": "\u25a0",
    "triangle-up": "\u25b2",
    "triangle-down": "\u25bc",
    "cross": "\u271a",
    "diamond": "\u25c6",
}
_ROOM = 0.05
"""Room around the points, as a fraction of their extent."""
_NAME_BOX = (0.17, 0.055)
"""Width and height of an emotion's name on a phone, as fractions of the map."""


@dataclass(frozen=True, slots=True)
class Group:
    """Points of one appearance: their rows, sign and colour, and what the legend says of them."""

    rows: NDArray[np.int64]
    sign: str
    colour: str
    name: str


@dataclass(frozen=True, slots=True)
class MapMarker:
    """A point of the present input on the map: its name, where it lies, its sign and its colour."""

    name: str
    at: Array
    sign: str
    colour: str


def figure(
    context: PageContext, space: EmbeddingMap, projection: str, colour: str, markers: Sequence[MapMarker] = ()
) -> Figure:
    """The map. ``markers`` are part of the chart where no component draws them over it."""
    coordinates = space.coordinates(projection)
    hover = hover_texts(context, space)
    traces = [_trace(context, group, coordinates, hover) for group in groups(context, space, colour)]
    layout = {
        "height": HEIGHT,
        "margin": {"l": 0, "r": 0, "t": 26, "b": 0},
        "xaxis": _axis(coordinates[:, 0]),
        "yaxis": _axis(coordinates[:, 1]),
        "annotations": _names(context, space, coordinates),
        "showlegend": False,
        "dragmode": "pan",  # a finger scrolls the page until lasso or box is taken: the style does that
        "hovermode": "closest",
        "hoverlabel": {
            "bgcolor": palette.BACKGROUND[context.theme],
            "bordercolor": palette.INK[context.theme],
            "font": {"size": 13},
            "align": "left",
        },
        "modebar": {"orientation": "h", "bgcolor": _CLEAR, "color": GREY, "activecolor": palette.INK[context.theme]},
        "uirevision": projection,
        "paper_bgcolor": _CLEAR,
        "plot_bgcolor": _CLEAR,
    }
    return {"data": [*traces, *_markers(context, markers)], "layout": layout}


def legend(context: PageContext, space: EmbeddingMap, colour: str) -> list[tuple[str, str, str]]:
    """What each sign and colour stands for: glyph, colour, words; every pair once."""
    say, ink = context.say, palette.INK[context.theme]
    kinds = [(_GLYPHS[_sign(name)], ink, say.known(f"space.legend.{name}", name)) for name in space.modalities]
    if colour == "emotion":
        return [*kinds, *((_GLYPHS["circle"], context.colour(e), say.label(MAIN_TASK, e)) for e in TASKS[MAIN_TASK])]
    return [(_GLYPHS[group.sign], group.colour, group.name) for group in groups(context, space, colour)]


def hover_texts(context: PageContext, space: EmbeddingMap) -> list[str]:
    """The hover text of each point, as HTML of Plotly."""
    texts = []
    for row in range(len(space.labels)):
        what, _, emotion, split = described(context, space, row)
        meaning = gloss(context, space, row)
        first = f"<b>{literal(what)}</b>" + (f"<br>{literal(meaning)}" if meaning else "")
        texts.append(f"{first}<br>{literal(emotion)}, {literal(split)}")
    return texts


def described(context: PageContext, space: EmbeddingMap, row: int) -> tuple[str, str, str, str]:
    """A reference point in words: who or what, its gloss if it is a phrase, its emotion, its split."""
    say, origin, split = context.say, space.origins[row], space.splits[row]
    emotion = say.label(MAIN_TASK, TASKS[MAIN_TASK][int(space.labels[row])])
    phrase = phrases().get(origin)
    if phrase:
        return phrase.text, phrase.glosses(), emotion, say("space.split.ours")
    return say("space.actor", actor=origin), "", emotion, say("space.fold", fold=int(split) + 1)


def gloss(context: PageContext, space: EmbeddingMap, row: int) -> str:
    """What a phrase means in the visitor's language; empty for that of the phrase itself, and for a clip."""
    phrase = phrases().get(space.origins[row])
    return phrase.gloss(context.say.language) if phrase else ""


def phrases() -> dict[str, Phrase]:
    """The lines of the phrasebook by their ids."""
    return {phrase.id: phrase for phrase in load_phrasebook()}


# --- points --------------------------------------------------------------------------------------------------------


def groups(context: PageContext, space: EmbeddingMap, colour: str) -> list[Group]:
    """The points by appearance, in the order in which they are drawn."""
    grouping: Callable[[PageContext, EmbeddingMap], list[Group]] = {
        "emotion": _by_emotion,
        "modality": _by_modality,
        "split": _by_split,
    }[colour]
    return [group for group in grouping(context, space) if len(group.rows)]


def _by_emotion(context: PageContext, space: EmbeddingMap) -> list[Group]:
    return [
        Group(
            rows[space.labels[rows] == number],
            _sign(name),
            context.colour(emotion),
            context.say.label(MAIN_TASK, emotion),
        )
        for name in space.modalities
        for rows in [space.rows(name)]
        for number, emotion in enumerate(TASKS[MAIN_TASK])
    ]


def _by_modality(context: PageContext, space: EmbeddingMap) -> list[Group]:
    colours = (GREY, palette.INK[context.theme])
    return [
        Group(space.rows(name), _sign(name), colours[index % 2], context.say.known(f"space.legend.{name}", name))
        for index, name in enumerate(space.modalities)
    ]


def _by_split(context: PageContext, space: EmbeddingMap) -> list[Group]:
    splits, split_groups = np.array(space.splits), []
    for index, split in enumerate(sorted(set(space.splits))):
        rows = np.flatnonzero(splits == split)
        if not split.isdecimal():
            split_groups.append(Group(rows, "diamond", palette.INK[context.theme], context.say(f"space.split.{split}")))
            continue
        actors = sorted({space.origins[row] for row in rows})
        name = context.say("space.split.fold", first=actors[0], last=actors[-1])
        kind = index % len(_SPLIT_SIGNS)
        split_groups.append(Group(rows, _SPLIT_SIGNS[kind], context.colour(_SPLIT_COLOURS[kind]), name))
    return split_groups


def _sign(modality: str) -> str:
    return SIGNS.get(modality, "square")


def _trace(context: PageContext, group: Group, coordinates: Array, hover: Sequence[str]) -> dict[str, Any]:
    words = group.sign == "diamond"
    return {
        "type": "scatter",
        "mode": "markers",
        "x": coordinates[group.rows, 0].round(3).tolist(),
        "y": coordinates[group.rows, 1].round(3).tolist(),
        "customdata": group.rows.tolist(),
        "text": [hover[row] for row in group.rows],
        "hovertemplate": "%{text}<extra></extra>",
        "name": group.name,
        "marker": {
            "symbol": group.sign,
            "size": 9 if words else 7,
            "color": group.colour,
            "opacity": 0.95 if words else 0.5,
            "line": {"width": 1 if words else 0, "color": palette.BACKGROUND[context.theme]},
        },
        "unselected": {"marker": {"opacity": 0.12}},
    }


def _markers(context: PageContext, markers: Sequence[MapMarker]) -> list[dict[str, Any]]:
    ink = palette.INK[context.theme]
    return [
        {
            "type": "scatter",
            "mode": "markers+text",
            "x": [round(float(marker.at[0]), 3)],
            "y": [round(float(marker.at[1]), 3)],
            "text": [f"<b>{literal(marker.name)}</b>"],
            "textposition": "top center",
            "textfont": {"size": 14},
            "hoverinfo": "skip",
            "name": marker.name,
            "cliponaxis": False,
            "marker": {
                "symbol": marker.sign,
                "size": 19,
                "color": marker.colour,
                "opacity": 1,
                "line": {"width": 2.5, "color": ink},
            },
            "unselected": {"marker": {"opacity": 1}},
        }
        for marker in markers
    ]


# --- names and axes --------------------------------------------------------------------------------------------------


def _names(context: PageContext, space: EmbeddingMap, coordinates: Array) -> list[dict[str, Any]]:
    """The name of each emotion where its points are densest, names that would meet moved apart."""
    extent, (numbers, centres) = np.ptp(coordinates, axis=0), middles(space, coordinates)
    names = [context.say.label(MAIN_TASK, TASKS[MAIN_TASK][number]) for number in numbers]
    return [
        {
            "text": f"<b>{literal(name)}</b>",
            "x": round(float(x), 3),
            "y": round(float(y), 3),
            "showarrow": False,
            "font": {"size": 15},
            "bgcolor": _seen_through(palette.BACKGROUND[context.theme], 0.72),
            "borderpad": 1,
        }
        for name, (x, y) in zip(names, apart(centres / extent) * extent, strict=True)
    ]


def middles(space: EmbeddingMap, coordinates: Array) -> tuple[NDArray[np.int64], Array]:
    """The numbers of the emotions (E,) and where the points (N, 2) of each are densest on the map, (E, 2).

    Distances are fractions of the map's extent, so that the kernel is the same in every projection.
    """
    extent, numbers = np.ptp(coordinates, axis=0), np.unique(space.labels)
    return numbers, np.stack([densest(coordinates[space.labels == number] / extent) for number in numbers]) * extent


def densest(points: Array, width: float = 0.1) -> Array:
    """The one (2,) of the points (N, 2) with the highest Gaussian kernel density, for a kernel of that width."""
    distances = ((points[:, None] - points[None]) ** 2).sum(-1)
    centre: Array = points[np.exp(-distances / (2 * width**2)).sum(1).argmax()]
    return centre


def _seen_through(colour: str, opacity: float) -> str:
    """A colour #rrggbb with an opacity from 0 to 1, as CSS."""
    return f"rgba({','.join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))},{opacity:g})"


def apart(middles: Array, box: tuple[float, float] = _NAME_BOX, rounds: int = 60) -> Array:
    """Middles (N, 2) of boxes moved up and down until no two of them meet, or the rounds are over."""
    moved = middles.copy()
    for _ in range(rounds):
        met = False
        for i in range(len(moved)):
            for j in range(i):
                gap = moved[i] - moved[j]
                if abs(gap[0]) < box[0] and abs(gap[1]) < box[1]:
                    push = (box[1] - abs(gap[1])) / 2 * (1 if gap[1] >= 0 else -1)
                    moved[i, 1] += push
                    moved[j, 1] -= push
                    met = True
        if not met:
            break
    return moved


def _axis(values: Array) -> dict[str, Any]:
    room = _ROOM * float(np.ptp(values))
    return {
        "range": [round(float(values.min()) - room, 3), round(float(values.max()) + room, 3)],
        "visible": False,
        "zeroline": False,
        "showgrid": False,
    }
