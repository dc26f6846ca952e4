"""Train your own: the objective with its weights as sliders, a run to watch, and its model to use and to take away."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import streamlit as st

from crossmodal import limits
from crossmodal.custom import archive, queue
from crossmodal.custom.queue import TrainingQueue, TrainingRun
from crossmodal.custom.settings import LIMITS, TrainingSettings
from crossmodal.engine import Engine
from crossmodal.errors import CrossmodalError
from crossmodal.evaluation.results import load_results
from crossmodal.i18n.translator import Translator
from crossmodal.modalities import SPEECH, TEXT
from crossmodal.types import EMOTIONS
from crossmodal.ui import address, html, service
from crossmodal.ui.charts import training as training_charts
from crossmodal.ui.charts.training import Event
from crossmodal.ui.frame import PageContext, error_boundary, show_error
from crossmodal.ui.numbers import number, share, shortest, whole_points, with_interval

REDRAW_SECONDS = 1.0
WEIGHTS = ("lambda_speech", "lambda_text", "gamma_cross", "gamma_speech", "gamma_text")
EXPERIMENTS: Mapping[str, Mapping[str, Any]] = {
    "default": {},
    "apart": {"gamma_cross": 0.0, "gamma_speech": 0.0, "gamma_text": 0.0},
    "untaught": {"lambda_speech": 0.0, "gamma_cross": 0.0, "gamma_speech": 0.0, "gamma_text": 0.0},
    "words_teach": {"lambda_speech": 0.0, "gamma_cross": 1.0, "gamma_speech": 0.0, "gamma_text": 0.0},
    "plane": {"dimension": 2, "rate": 0.02, "gamma_cross": 0.0, "gamma_speech": 0.0, "gamma_text": 0.0},
}
"""Runs worth making, by one click: what differs from the first settings."""
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
_SYMBOLS = {
    "lambda_speech": "\u03bb\u2081",
    "lambda_text": "\u03bb\u2082",
    "gamma_cross": "\u03b3\u2081\u2082",
    "gamma_speech": "\u03b3\u2081\u2081",
    "gamma_text": "\u03b3\u2082\u2082",
}
_SIGNS = {"voice": "\u25cf", "words": "\u25c7", "tie": "\u2014"}
_GENERAL = r"\mathcal{L}=\sum_i \lambda_i \mathcal{L}_i+\sum_{i,j}\gamma_{ij}\mathcal{L}_{ij}"


@st.cache_resource(show_spinner=False)
def shop() -> TrainingQueue:
    """The one workshop of this process."""
    return TrainingQueue(service.models_folder())


def own(context: PageContext, engine: Engine) -> None:
    """The page."""
    say = context.say
    st.html(html.lead(say("train.lead")))
    run: TrainingRun | None = st.session_state.get("_run")
    with st.container(key="own_formula"):
        formula = st.empty()
    with st.container(key="own_start", horizontal=True, vertical_alignment="center", gap="small"):
        _start_row(say, run)
    left, right = st.columns([1.9, 1], gap="large")
    with right:
        settings = _controls(say)
    formula.markdown(f"${_GENERAL} \\;=\\; {_written(settings)}$")
    if st.session_state.pop("_start", False):
        with left, error_boundary(say, "train"):
            run = _start(settings)
    events: Sequence[Event] = ()
    with left:
        if run is not None and run.alive:
            with st.container(key="own_live"):
                st.fragment(_live, run_every=REDRAW_SECONDS)(context, run)
        else:
            events = _still(context, run)
    if events:
        _outcome(context, events, run)
    st.html(html.note(say("train.data")))
    st.html(html.note(say("train.kept")))


# --- the settings ---------------------------------------------------------------------------------------------------


def _start_row(say: Translator, run: TrainingRun | None) -> None:
    busy = run is not None and run.alive
    st.button(say("train.start"), key="train_start", type="primary", disabled=busy, on_click=_ask)
    st.html(html.note(say("train.try")))
    for name in EXPERIMENTS:
        st.button(
            say(f"train.try.{name}"),
            key=f"try_{name}",
            type="tertiary",
            disabled=busy,
            on_click=_experiment,
            args=(name,),
            help=say(f"train.try.{name}.help"),
        )


def _ask() -> None:
    st.session_state["_start"] = True


def _experiment(name: str) -> None:
    """Set every slider to an experiment and start it."""
    for field in fields(TrainingSettings):
        st.session_state[_key(field.name).spelling] = EXPERIMENTS[name].get(field.name, field.default)
    _ask()


def _controls(say: Translator) -> TrainingSettings:
    """Every setting, in the address; returns them as they stand."""
    found: dict[str, Any] = {}
    st.html(html.section(say("train.objective")))
    for name in WEIGHTS:
        low, high = LIMITS[name]
        found[name] = st.slider(
            f"{_SYMBOLS[name]} \u00b7 {say(f'train.{name}')}",
            low,
            high,
            float(_default(name)),
            0.05,
            key=_key(name).bound(),
            bind="query-params",
            help=say(f"train.{name}.help"),
        )
    st.html(html.section(say("train.learning")))
    found |= _learning(say)
    return TrainingSettings(**found)


def _learning(say: Translator) -> dict[str, Any]:
    def select(name: str) -> Any:
        return st.select_slider(
            say(f"train.{name}"),
            _key(name).options,
            _default(name),
            key=_key(name).bound(),
            bind="query-params",
            help=say(f"train.{name}.help"),
            format_func="{:g}".format,
        )

    def whole(name: str) -> int:
        low, high = (int(edge) for edge in LIMITS[name])
        return int(
            st.slider(
                say(f"train.{name}"),
                low,
                high,
                int(_default(name)),
                1,
                key=_key(name).bound(),
                bind="query-params",
                help=say(f"train.{name}.help"),
            )
        )

    found = {"dimension": select("dimension"), "epochs": whole("epochs"), "rate": select("rate")}
    low, high = LIMITS["dropout"]
    found["dropout"] = st.slider(
        say("train.dropout"),
        low,
        high,
        float(_default("dropout")),
        0.1,
        key=_key("dropout").bound(),
        bind="query-params",
        help=say("train.dropout.help"),
    )
    low, high = LIMITS["seed"]
    found["seed"] = int(
        st.number_input(
            say("train.seed"),
            int(low),
            int(high),
            int(_default("seed")),
            1,
            key=_key("seed").bound(),
            bind="query-params",
            help=say("train.seed.help"),
        )
    )
    return found


def _key(name: str) -> address.AddressKey:
    """The key of a setting in the address."""
    return address.key(address.TRAINING[name])


def _default(name: str) -> Any:
    return _key(name).default


def _written(settings: TrainingSettings) -> str:
    """The objective with its present weights, as LaTeX."""
    parts = [
        ("lambda_speech", "1"),
        ("lambda_text", "2"),
        ("gamma_cross", "12"),
        ("gamma_speech", "11"),
        ("gamma_text", "22"),
    ]
    found = [(float(getattr(settings, name)), index) for name, index in parts]
    return "+".join(rf"{_factor(value)}\mathcal{{L}}_{{{index}}}" for value, index in found if value) or "0"


def _factor(value: float) -> str:
    return "" if value == 1 else rf"{shortest(value)}\,"


# --- a run ----------------------------------------------------------------------------------------------------------


def _visitor() -> str:
    """A name for this session, known to nobody else."""
    return str(st.session_state.setdefault("_visitor", secrets.token_hex(16)))


def _start(settings: TrainingSettings) -> TrainingRun:
    """A run of one's own, at work or in line. Raises CrossmodalError."""
    run = shop().start(
        _visitor(),
        TrainingSettings.checked({field.name: getattr(settings, field.name) for field in fields(TrainingSettings)}),
    )
    st.session_state["_run"] = run
    return run


def _live(context: PageContext, run: TrainingRun) -> None:
    """A run while it is alive; drawn again every second, which also says that somebody looks at it."""
    run.touch()
    if not run.alive:
        st.rerun()
    say, events = context.say, list(run.events)
    done = max(0, len(training_charts.epochs(events)) - 1)
    st.html(html.section(say("train.yours"), _progress(say, run, events, done)))
    with st.container(horizontal=True, vertical_alignment="center", key="own_progress"):
        st.progress(done / run.settings.epochs)
        st.button(say("train.stop"), key="train_stop", disabled=run.stopping, on_click=shop().stop, args=(run,))
    if done or training_charts.epochs(events):
        _map(context, events, done)
        _curves(context, events, run.settings)
    else:
        st.html(html.invitation(say("train.soon")))


def _progress(say: Translator, run: TrainingRun, events: Sequence[Event], done: int) -> str:
    if run.state == "waiting":
        return say("train.waiting", place=shop().position(run))
    if run.stopping:
        return say("train.stopping")
    if not done:
        return say("train.starting")
    each = float(training_charts.epochs(events)[-1]["seconds"]) / done
    left = max(1, round(each * (run.settings.epochs - done)))
    return say("train.progress", done=done, total=run.settings.epochs, left=left)


def _still(context: PageContext, run: TrainingRun | None) -> Sequence[Event]:
    """A finished run of one's own, or the example; what failed is said above it. Returns what it told."""
    say = context.say
    if run is not None and run.error is not None:
        show_error(say, run.error)
    finished = run is not None and run.result is not None
    events: Sequence[Event] = run.events if run is not None and finished else queue.load_example(_models())
    if not events:
        st.html(html.invitation(say("train.none")))
        return ()
    settings = TrainingSettings.checked(training_charts.first(events)["settings"])
    done = int(training_charts.last(events)["epochs"])
    aside = say(
        "train.finished" if finished else "train.finished.example",
        epochs=done,
        seconds=f"{training_charts.last(events)['seconds']:.1f}",
    )
    st.html(html.section(say("train.yours" if finished else "train.example"), aside))
    _scrubbed(context, events, done)
    _curves(context, events, settings)
    return events


def _outcome(context: PageContext, events: Sequence[Event], run: TrainingRun | None) -> None:
    """How good the run is that is shown, and what can be done with its model."""
    finished = run if run is not None and run.result is not None else None
    with st.container(key="own_outcome"):
        left, right = st.columns([1.25, 1], gap="large")
    with left:
        _comparison(context, training_charts.last(events)["figures"], own=finished is not None)
    with right:
        _actions(context.say, finished)
        st.html(html.section(context.say("train.reading")))
        st.html(html.paragraphs([context.say("train.fair")]))


def _models() -> Path:
    return service.models_folder()


@st.fragment
def _scrubbed(context: PageContext, events: Sequence[Event], done: int) -> None:
    """The map at an epoch of one's choice."""
    place = st.container()
    epoch = done and st.slider(context.say("train.epoch"), 0, done, done, 1, key=f"own_epoch_{done}")
    with place:
        _map(context, events, epoch)


def _map(context: PageContext, events: Sequence[Event], epoch: int) -> None:
    say = context.say
    alt = say("train.map.alt", epoch=epoch, gap=number(training_charts.gap(events, epoch)))
    st.plotly_chart(
        training_charts.space_map(context, events, epoch), key="own_map", config=training_charts.MAP_CONFIG, alt=alt
    )
    signs = [(glyph, "currentColor", say(f"train.map.{name}")) for name, glyph in _SIGNS.items()]
    emotions = [(_SIGNS["voice"], context.colour(name), say.label("emotion", name)) for name in EMOTIONS]
    st.html(html.legend(say("train.map"), [*emotions, *signs]))


def _curves(context: PageContext, events: Sequence[Event], settings: TrainingSettings) -> None:
    """Accuracy on dev and every term of the objective on its own, as small multiples."""
    say, now = context.say, training_charts.epochs(events)[-1]
    with st.container(key="own_curves"):
        cells = [cell for _ in range(2) for cell in st.columns(4, gap="small")]
    with cells[0]:
        told_ = " \u00b7 ".join(f"{say.modality(name)} {share(now['uar'][name])}" for name in now["uar"])
        st.html(html.small_title("UAR", told_))
        figure = training_charts.accuracy_curve(context, events, settings.epochs)
        st.plotly_chart(figure, key="own_uar", config=training_charts.MAP_CONFIG, alt=f"UAR: {told_}")
    for cell, (term, symbol) in zip(cells[1:], TERMS.items(), strict=False):
        with cell:
            _term(context, events, settings, term, symbol)
    with cells[-1]:
        st.html(html.note(say("train.curves")))


def _term(context: PageContext, events: Sequence[Event], settings: TrainingSettings, term: str, symbol: str) -> None:
    now = training_charts.epochs(events)[-1]
    weight = _WEIGHT_OF.get(term)
    aside = f"{_SYMBOLS[weight]} = {shortest(getattr(settings, weight))}" if weight else ""
    st.html(html.small_title(symbol, aside or context.say("train.total")))
    value = {part: f"{now[part][term]:.3f}" if term in now[part] else "?" for part in ("train", "dev")}
    alt = context.say("train.term.alt", symbol=symbol, **value)
    figure = training_charts.term_curve(context, events, term, settings.epochs)
    st.plotly_chart(figure, key=f"own_{term}", config=training_charts.MAP_CONFIG, alt=alt)


# --- how good it is -------------------------------------------------------------------------------------------------


def _comparison(context: PageContext, figures: Mapping[str, Any], *, own: bool) -> None:
    """The run beside the shipped head on the same rows, and beside people where there is a figure."""
    say = context.say
    st.html(html.section(say("train.compared")))
    people = _share_named_by_people(_models())
    heads = [
        say("train.column.own" if own else "train.column.example"),
        say("train.column.shipped"),
        say("train.column.people"),
    ]
    st.html(html.table(say("train.table"), heads, _rows(say, figures, people)))
    st.html(html.paragraphs([_verdict(say, figures)]))


def _share_named_by_people(models: Path) -> float | None:
    """The share of clips whose intended emotion people name by voice alone; None where it was not measured."""
    results = load_results(models)
    voice = results.human.voice if results and results.human else None
    return voice.value if voice else None


def _rows(say: Translator, figures: Mapping[str, Any], people: float | None) -> list[tuple[str, list[str]]]:
    runs = [figures["own"], figures["shipped"]]
    rows = []
    for part in (SPEECH, TEXT, "fused"):
        heard = share(people) if part == SPEECH and people is not None else ""
        rows.append(
            (
                say(f"train.row.{part}"),
                [*(with_interval(*map(run[part].get, ("uar", "low", "high"))) for run in runs), heard],
            )
        )
        rows.append((say("train.row.f1"), [*(share(run[part]["macro_f1"]) for run in runs), ""]))
        rows.append((say("train.row.ece"), [*(share(run[part]["ece"]) for run in runs), ""]))
    for way in ("speech>text", "text>speech"):
        rows.append((say(f"train.row.{way}"), [*(share(run["retrieval"][way]) for run in runs), ""]))
    return rows


def _verdict(say: Translator, figures: Mapping[str, Any]) -> str:
    """Where the run stands against the shipped head, in points of UAR."""
    points = {}
    for part in (SPEECH, TEXT, "fused"):
        change = figures["own"][part]["uar"] - figures["shipped"][part]["uar"]
        points[part] = whole_points(change, zero="+0")
    return say("train.verdict", **points)


# --- what to do with it ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Loaded:
    """The folder of a model that a visitor brought, dropped with the object."""

    folder: Path


def _actions(say: Translator, run: TrainingRun | None) -> None:
    """Use the model on the bench, take it away, or bring one."""
    st.html(html.section(say("train.model")))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="own_actions"):
        used = service.own_model()
        is_used = run is not None and used is not None and used.keep is run
        st.button(
            say("train.use"),
            key="own_use",
            type="primary",
            disabled=run is None or is_used,
            on_click=_use,
            args=(run,),
            help=say("train.use.help"),
        )
        st.download_button(
            say("train.download"),
            (lambda: _bundle(run)) if run else b"",
            f"{service.OWN_FOLDER}.zip",
            "application/zip",
            key="own_download",
            disabled=run is None,
            on_click="ignore",
            help=say("train.download.help"),
        )
        with st.popover(say("train.bring"), key="own_bring"):
            given = st.file_uploader(
                say("train.load"),
                ["zip"],
                key="own_zip",
                on_change=_load,
                help=say("train.load.help"),
                max_upload_size=limits.MAX_ARCHIVE_BYTES // limits.MEGABYTE,
            )
            is_loaded = used is not None and isinstance(used.keep, Loaded)
            if given is not None and not is_loaded:  # one went back since, or took another
                st.button(say("train.load.again"), key="own_again", on_click=_load)
    if run is None:
        st.html(html.note(say("train.model.none")))
    failure: CrossmodalError | None = st.session_state.get("_own_failure")
    if failure is not None:
        show_error(say, failure)


def _bundle(run: TrainingRun | None) -> bytes:
    assert run is not None
    return archive.pack(run.folder / "model", {"events": run.events})


def _use(run: TrainingRun) -> None:
    _put_to_use(run.folder / "model", run)


def _load() -> None:
    """Callback of the uploader and of the button below it: check the file and put it to use at once."""
    given = st.session_state.get("own_zip")
    st.session_state.pop("_own_failure", None)
    if given is None:
        return
    loaded = Loaded(Path(tempfile.mkdtemp(prefix="crossmodal-own-")))
    weakref.finalize(loaded, shutil.rmtree, loaded.folder, ignore_errors=True)
    try:
        archive.unpack(given.getvalue(), loaded.folder / "model")
    except CrossmodalError as error:
        st.session_state["_own_failure"] = error
        return
    _put_to_use(loaded.folder / "model", loaded)


def _put_to_use(folder: Path, keep: object) -> None:
    st.session_state.pop("_own_failure", None)
    try:
        service.use_own(folder, keep)
    except CrossmodalError as error:
        st.session_state["_own_failure"] = error


def note_in_use(context: PageContext) -> None:
    """On every page while one's own model is in use: that it is, and the way back."""
    used = service.own_model()
    if used is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="own_in_use"):
        st.html(html.banner(context.say("train.in_use", model_hash=used.engine.model_hash)))
        st.button(context.say("train.back"), key="own_back", on_click=service.use_shipped)
