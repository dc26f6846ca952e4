"""What a page shows of an input, to share: the input, its columns, and every chart as a separate drawing."""

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
from crossmodal.types import EMOTION
from crossmodal.ui import service
from crossmodal.ui.charts import svg
from crossmodal.ui.charts.bars import emotion_bars
from crossmodal.ui.charts.svg import Drawing, Paint
from crossmodal.ui.samples import Sample
from crossmodal.ui.sections import inputs, report, sweep
from crossmodal.ui.sections.result_card import weights_in_use

Draw = Callable[[Paint], Drawing]


@dataclass(frozen=True, slots=True)
class SharedView:
    """One input under one or more columns. ``sample`` is complete; a column has the modalities that it switches off.

    ``name`` tells it from another on the same page, ``reference`` is the index of the column that the others are
    compared with, ``curve`` is whether the curve over the weight is on the page as well.
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
        models = service.CUSTOM_FOLDER if service.custom_model() else ""
        given = export.ExportInput(self.sample.evidence, words, example, source is not None, models)
        return export.build_export(given, self.columns, engine.fuse)


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart to take away: what it is called, and how it is drawn as a file of its own."""

    name: str
    file: Callable[[Paint], str]


def charts(shared: SharedView, view: Export, engine: Engine, say: Translator) -> dict[str, Chart]:
    """Every chart of the page in its order, under the name of its modality, the index of its column, or its own key."""
    by_key = {
        name: Chart(say.modality(name), partial(_prediction, say, view, name)) for name in view.evidence.predictions
    }
    for index, column in enumerate(view.variants):
        by_key[str(index)] = Chart(column.name, partial(_column, say, view, shared, index))
    for key, drawn in plots(shared, engine, say).items():
        by_key[key] = Chart(say(f"share.chart.{key}"), partial(_file, drawn, say(f"share.chart.{key}.title")))
    return by_key


def plots(shared: SharedView, engine: Engine, say: Translator) -> dict[str, Draw]:
    """The drawings beside the bars: the waveform where there is a clip, and the curve over the weight."""
    drawings: dict[str, Draw] = {}
    wave = inputs.wave(shared.sample)
    if wave:
        drawings["wave"] = lambda paint: wave
    if shared.curve and (drawn := _curve(shared, engine, say)):
        drawings["curve"] = drawn
    return drawings


def _curve(shared: SharedView, engine: Engine, say: Translator) -> Draw | None:
    column = shared.columns[0]
    evidence = column.evidence(shared.sample.evidence)
    decision_flips = flips(evidence, column.settings, engine.calibration)
    curve = decision_flips and sweep.curve_of(engine, column.settings, decision_flips)
    if not decision_flips or not curve:
        return None
    alpha = mix(evidence, column.settings)
    return lambda paint: sweep.drawing(say, paint, curve, decision_flips, alpha)


def _file(draw: Draw, title: str, paint: Paint) -> str:
    return draw(paint).file(title, paint)


def _prediction(say: Translator, view: Export, name: str, paint: Paint) -> str:
    values = view.evidence.predictions[name].probabilities[EMOTION]
    return svg.bars_svg(emotion_bars(say, values, paint.of), paint, title=say.modality(name))


def _column(say: Translator, view: Export, shared: SharedView, index: int, paint: Paint) -> str:
    column, result = view.variants[index], view.results[index]
    reference_column = None if shared.reference is None else shared.columns[shared.reference]
    marks = None
    if reference_column is not None and reference_column is not column and reference_column in view.variants:
        marks = view.results[view.variants.index(reference_column)].probabilities[EMOTION].tolist()
    note = f"{weights_in_use(say, result)} \u00b7 {report.settings_line(say, column)}"
    bars = emotion_bars(say, result.probabilities[EMOTION], paint.of)
    return svg.bars_svg(bars, paint, title=column.name, note=note, marks=marks)
