"""What a page shows of an input, to share: the input, its columns, and every chart as a drawing of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from crossmodal.engine import Engine
from crossmodal.explain.flips import flips, mix
from crossmodal.i18n.translator import Translator
from crossmodal.sharing import export
from crossmodal.sharing.comparison import Variant
from crossmodal.sharing.export import Export
from crossmodal.types import TASKS
from crossmodal.ui import service
from crossmodal.ui.charts import svg
from crossmodal.ui.charts.svg import Drawing, Paint
from crossmodal.ui.samples import Sample
from crossmodal.ui.sections import inputs, report, sweep

_EMOTION = next(iter(TASKS))

Draw = Callable[[Paint], Drawing]


@dataclass(frozen=True, slots=True)
class SharedView:
    """One input under one or more columns. ``sample`` is whole: what a column switches off stands in the column.

    ``name`` tells it from another on the same page, ``reference`` is the place of the column that the others are held
    against, ``curve`` says that the curve over the weight stands there as well.
    """

    sample: Sample
    columns: Sequence[Variant]
    name: str = ""
    reference: int | None = None
    curve: bool = False

    def view(self, engine: Engine) -> Export:
        """The same with its numbers."""
        source = self.sample.clip.source if self.sample.clip else None
        example = source.stem if isinstance(source, Path) else None
        words = " ".join(self.sample.said.split())
        models = service.OWN_FOLDER if service.own_model() else ""
        given = export.ExportInput(self.sample.evidence, words, example, source is not None, models)
        return export.view_of(given, self.columns, engine.fuse)


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart to take away: what it is called, and how it is drawn as a file of its own."""

    name: str
    file: Callable[[Paint], str]


def charts(shown: SharedView, view: Export, engine: Engine, say: Translator) -> dict[str, Chart]:
    """Every chart that stands there, in the order of the page, under the key of its modality, its column or itself."""
    found = {name: Chart(say.modality(name), partial(_reading, say, view, name)) for name in view.evidence.predictions}
    for place, column in enumerate(view.columns):
        found[str(place)] = Chart(column.name, partial(_column, say, view, shown, place))
    for key, drawn in plots(shown, engine, say).items():
        found[key] = Chart(say(f"share.chart.{key}"), partial(_file, drawn, say(f"share.chart.{key}.title")))
    return found


def plots(shown: SharedView, engine: Engine, say: Translator) -> dict[str, Draw]:
    """The drawings beside the bars: the waveform where there is a clip, and the curve over the weight."""
    found: dict[str, Draw] = {}
    wave = inputs.wave(shown.sample)
    if wave:
        found["wave"] = lambda paint: wave
    if shown.curve and (drawn := _curve(shown, engine, say)):
        found["curve"] = drawn
    return found


def _curve(shown: SharedView, engine: Engine, say: Translator) -> Draw | None:
    column = shown.columns[0]
    seen = column.evidence(shown.sample.evidence)
    found = flips(seen, column.settings, engine.calibration)
    curve = found and sweep.curve_of(engine, column.settings, found)
    if not found or not curve:
        return None
    alpha = mix(seen, column.settings)
    return lambda paint: sweep.drawing(say, paint, curve, found, alpha)


def _file(draw: Draw, title: str, paint: Paint) -> str:
    return draw(paint).file(title, paint)


def _reading(say: Translator, view: Export, name: str, paint: Paint) -> str:
    values = view.evidence.predictions[name].probabilities[_EMOTION]
    return svg.bars_svg(svg.emotion_bars(say, values, paint), paint, title=say.modality(name))


def _column(say: Translator, view: Export, shown: SharedView, place: int, paint: Paint) -> str:
    column, result = view.columns[place], view.results[place]
    held = None if shown.reference is None else shown.columns[shown.reference]
    reference = None
    if held is not None and held is not column and held in view.columns:
        reference = view.results[view.columns.index(held)].probabilities[_EMOTION].tolist()
    note = f"{report.weights_line(say, result)} \u00b7 {report.settings_line(say, column)}"
    bars = svg.emotion_bars(say, result.probabilities[_EMOTION], paint)
    return svg.bars_svg(bars, paint, title=column.name, note=note, marks=reference)
