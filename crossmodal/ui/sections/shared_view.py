"""What a page shows of an input, to share: the input, its columns, and every chart as a drawing of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from crossmodal.engine import Engine
from crossmodal.explain.flips import flips, mix
from crossmodal.i18n.translator import Say
from crossmodal.sharing import export
from crossmodal.sharing.comparison import Column
from crossmodal.sharing.export import View
from crossmodal.types import TASKS
from crossmodal.ui import state
from crossmodal.ui.charts import svg
from crossmodal.ui.charts.svg import Drawing, Paint
from crossmodal.ui.sections import inputs, report, sweep
from crossmodal.ui.state import Subject

_EMOTION = next(iter(TASKS))

Draw = Callable[[Paint], Drawing]


@dataclass(frozen=True, slots=True)
class Shown:
    """One input under one or more columns. ``subject`` is whole: what a column switches off stands in the column.

    ``name`` tells it from another on the same page, ``reference`` is the place of the column that the others are held
    against, ``curve`` says that the curve over the weight stands there as well.
    """

    subject: Subject
    columns: Sequence[Column]
    name: str = ""
    reference: int | None = None
    curve: bool = False

    def view(self, engine: Engine) -> View:
        """The same with its numbers."""
        audio = self.subject.clip.audio if self.subject.clip else None
        example = audio.stem if isinstance(audio, Path) else None
        words = " ".join(self.subject.said.split())
        models = state.OWN_FOLDER if state.own_model() else ""
        given = export.Input(self.subject.evidence, words, example, audio is not None, models)
        return export.view_of(given, self.columns, engine.fuse)


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart to take away: what it is called, and how it is drawn as a file of its own."""

    name: str
    file: Callable[[Paint], str]


def charts(shown: Shown, view: View, engine: Engine, say: Say) -> dict[str, Chart]:
    """Every chart that stands there, in the order of the page, under the key of its modality, its column or itself."""
    found = {name: Chart(say.modality(name), partial(_reading, say, view, name)) for name in view.evidence.readings}
    for place, column in enumerate(view.columns):
        found[str(place)] = Chart(column.name, partial(_column, say, view, shown, place))
    for key, drawn in plots(shown, engine, say).items():
        found[key] = Chart(say(f"share.chart.{key}"), partial(_file, drawn, say(f"share.chart.{key}.title")))
    return found


def plots(shown: Shown, engine: Engine, say: Say) -> dict[str, Draw]:
    """The drawings beside the bars: the waveform where there is a clip, and the curve over the weight."""
    found: dict[str, Draw] = {}
    wave = inputs.wave(shown.subject)
    if wave:
        found["wave"] = lambda paint: wave
    if shown.curve and (drawn := _curve(shown, engine, say)):
        found["curve"] = drawn
    return found


def _curve(shown: Shown, engine: Engine, say: Say) -> Draw | None:
    column = shown.columns[0]
    seen = column.evidence(shown.subject.evidence)
    found = flips(seen, column.settings, engine.calibration)
    curve = found and sweep.curve_of(engine, column.settings, found)
    if not found or not curve:
        return None
    alpha = mix(seen, column.settings)
    return lambda paint: sweep.drawing(say, paint, curve, found, alpha)


def _file(draw: Draw, title: str, paint: Paint) -> str:
    return draw(paint).file(title, paint)


def _reading(say: Say, view: View, name: str, paint: Paint) -> str:
    values = view.evidence.readings[name].probabilities[_EMOTION]
    return svg.bars_svg(svg.emotion_bars(say, values, paint), paint, title=say.modality(name))


def _column(say: Say, view: View, shown: Shown, place: int, paint: Paint) -> str:
    column, result = view.columns[place], view.results[place]
    held = None if shown.reference is None else shown.columns[shown.reference]
    reference = None
    if held is not None and held is not column and held in view.columns:
        reference = view.results[view.columns.index(held)].probabilities[_EMOTION].tolist()
    note = f"{report.weights_line(say, result)} \u00b7 {report.settings_line(say, column)}"
    bars = svg.emotion_bars(say, result.probabilities[_EMOTION], paint)
    return svg.bars_svg(bars, paint, title=column.name, note=note, marks=reference)
