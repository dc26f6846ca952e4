"""Settings side by side on one input, two inputs under one setting, and every rule at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from crossmodal import limits
from crossmodal.engine import Engine
from crossmodal.explain.flips import flips, mix
from crossmodal.fusion import DEFAULT_RULE
from crossmodal.i18n.translator import Translator
from crossmodal.sharing import comparison
from crossmodal.sharing.comparison import Variant
from crossmodal.types import PRIORS, TASKS, Evidence, FusionResult
from crossmodal.ui import address, flip_words, formula, html
from crossmodal.ui.charts import plotly
from crossmodal.ui.frame import PageContext, error_boundary
from crossmodal.ui.mixer_state import TEMPERATURES
from crossmodal.ui.pages import bench
from crossmodal.ui.samples import Sample
from crossmodal.ui.sections import inputs, rule_table
from crossmodal.ui.sections.result_bars import draw_bars, weights_in_use
from crossmodal.ui.sections.shared_view import SharedView
from crossmodal.ui.url_choice import UrlChoice

VIEW = UrlChoice("cmp", ("settings", "inputs", "rules"), "settings")
COLUMNS, REFERENCE = "c", "ref"
"""Keys of the address: the columns, and the number of the one that the others are held against."""

_EMOTION = next(iter(TASKS))
_PER_ROW = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """A column with the number that its widgets go by, which stays when it is moved or renamed."""

    uid: int
    column: Variant


def compare(context: PageContext, engine: Engine, sample: Sample) -> list[SharedView]:
    """The page of comparisons; returns what is seen on it."""
    say = context.say
    chosen = VIEW.segments(say, say("compare.view"), lambda name: say(f"compare.{name}"), label_visibility="collapsed")
    if chosen == "settings":
        seen: list[SharedView] = []
        with error_boundary(say, "columns"):
            seen = _settings(context, engine, sample)
        return seen
    if chosen == "rules":
        return _rules(context, engine, sample)
    return _inputs(context, engine, sample)


# --- the columns of this session -----------------------------------------------------------------------------------


def _entries(engine: Engine) -> list[Entry]:
    if "_columns" not in st.session_state:
        asked = st.query_params.get(COLUMNS, "")
        found, ignored = comparison.decode(asked, engine.modalities, engine.rules)
        address.note_ignored(COLUMNS, *ignored)
        _keep([Entry(uid, column) for uid, column in enumerate(found or comparison.default_columns())])
        _pin_asked()
    kept: list[Entry] = st.session_state["_columns"]
    return kept


def _usable(engine: Engine) -> list[Entry]:
    """The columns as these models can draw them: a rule that they do not offer gives way to the one at first.

    The session keeps what it has, for the models that do offer it.
    """
    entries = _entries(engine)
    lost = [entry.column.settings.rule for entry in entries if entry.column.settings.rule not in engine.rules]
    address.note_ignored(COLUMNS, *lost)
    return [Entry(entry.uid, _offered(entry.column, engine)) for entry in entries]


def _offered(column: Variant, engine: Engine) -> Variant:
    if column.settings.rule in engine.rules:
        return column
    return replace(column, settings=replace(column.settings, rule=DEFAULT_RULE))


def _pin_asked() -> None:
    """Pin the column that the address names, by its number from 1."""
    asked = st.query_params.get(REFERENCE)
    entries: list[Entry] = st.session_state["_columns"]
    if asked is None:
        return
    place = int(asked) if len(asked) == 1 and asked.isdecimal() else 0
    if 1 <= place <= len(entries):
        st.session_state["_pinned"] = entries[place - 1].uid
    else:
        address.note_ignored(REFERENCE, asked)


def _keep(entries: Sequence[Entry]) -> None:
    st.session_state["_columns"] = list(entries)


def stamp_address(engine: Engine) -> None:
    """Put the columns and the pinned one into the address of any page, unless they are those at first."""
    entries = _entries(engine)
    made = [entry.column for entry in entries]
    _set_or_drop(COLUMNS, comparison.encode(made) if made != comparison.default_columns() else "")
    place = next((number for number, entry in enumerate(entries, 1) if entry.uid == _pinned()), None)
    _set_or_drop(REFERENCE, str(place) if place else "")


def _set_or_drop(key: str, value: str) -> None:
    if value:
        st.query_params[key] = value
    elif key in st.query_params:
        del st.query_params[key]


def _pinned() -> int | None:
    return st.session_state.get("_pinned")


def _change(uid: int, make: Callable[[Variant], Variant]) -> None:
    entries: list[Entry] = st.session_state["_columns"]
    _keep([Entry(uid, make(entry.column)) if entry.uid == uid else entry for entry in entries])


def _add(column: Variant, after: int | None = None) -> None:
    """A further column, behind another or at the end, under a name that is free."""
    entries: list[Entry] = st.session_state["_columns"]
    uid = 1 + max((entry.uid for entry in entries), default=0)
    named = replace(column, name=comparison.fresh_name(entry.column.name for entry in entries))
    place = next((i + 1 for i, entry in enumerate(entries) if entry.uid == after), len(entries))
    _keep([*entries[:place], Entry(uid, named), *entries[place:]])


def _move(uid: int, step: int) -> None:
    entries: list[Entry] = list(st.session_state["_columns"])
    place = next(index for index, entry in enumerate(entries) if entry.uid == uid)
    entries.insert(place + step, entries.pop(place))
    _keep(entries)


def _remove(uid: int) -> None:
    _keep([entry for entry in st.session_state["_columns"] if entry.uid != uid])
    if _pinned() == uid:
        _pin(None)


def _pin(uid: int | None) -> None:
    st.session_state["_pinned"] = uid


# --- settings side by side -----------------------------------------------------------------------------------------


def _settings(context: PageContext, engine: Engine, sample: Sample) -> list[SharedView]:
    entries = _usable(engine)
    results = {entry.uid: _fuse(engine, entry.column, sample.evidence) for entry in entries}
    pinned = _pinned() if _pinned() in results else None
    with st.container(key="compare"):
        for place, (entry, panel) in enumerate(zip(entries, st.columns(len(entries), gap="medium"), strict=True)):
            with panel:
                _card(context, engine, sample.evidence, entry, place, len(entries), results, pinned)
    st.button(
        context.say("compare.add"),
        key="add_column",
        disabled=len(entries) >= limits.MAX_VARIANTS,
        on_click=lambda: _add(Variant("", bench.settings_now(engine))),
        help=context.say("compare.add.help", most=limits.MAX_VARIANTS),
    )
    entries = _usable(engine)  # as the widgets above have left them
    named = [(entry.column.name, results[entry.uid]) for entry in entries]
    reference = next((number for number, entry in enumerate(entries) if entry.uid == pinned), None)
    _table(context, named, reference or 0)
    return [SharedView(sample, [entry.column for entry in entries], reference=reference)]


def _fuse(engine: Engine, column: Variant, evidence: Evidence) -> FusionResult | None:
    """What a column comes to; nothing where it is left without a reading."""
    seen = column.evidence(evidence)
    return engine.fuse(seen, column.settings) if seen.predictions else None


def _card(  # noqa: PLR0913, what a column shows of itself and of its neighbours
    context: PageContext,
    engine: Engine,
    evidence: Evidence,
    entry: Entry,
    place: int,
    count: int,
    results: Mapping[int, FusionResult | None],
    pinned: int | None,
) -> None:
    say, column = context.say, entry.column
    is_reference = entry.uid == pinned
    with st.container(key=f"card_{entry.uid}"):
        with st.container(horizontal=True, vertical_alignment="center", wrap=False, key=f"cardhead_{entry.uid}"):
            st.html(html.section(column.name, say("compare.reference") if is_reference else ""))
            with st.popover(say("compare.actions"), key=f"c{entry.uid}_menu"):
                _actions(say, entry, place, count, is_reference)
        reference = results[pinned] if pinned is not None and not is_reference else None
        _outcome(context, f"column_{entry.uid}", column.name, results[entry.uid], reference)
        _where_it_flips(say, engine, column, evidence)
        _controls(say, engine, entry)


def _where_it_flips(say: Translator, engine: Engine, column: Variant, evidence: Evidence) -> None:
    """How far the column's mix is from another label; nothing where not exactly two modalities are left."""
    seen = column.evidence(evidence)
    found = flips(seen, column.settings, engine.calibration)
    if found is not None:
        alpha = mix(seen, column.settings)
        badge = say(f"flip.{flip_words.stability(found, alpha)}")
        said = [flip_words.sentence(say, found, alpha), flip_words.provenance(say, found)]
        st.html(html.note(f"{badge}: {' '.join(filter(None, said))}"))


def _actions(say: Translator, entry: Entry, place: int, count: int, is_reference: bool) -> None:
    """All that can be done with a column as a whole."""
    uid, key = entry.uid, f"c{entry.uid}"

    def rename() -> None:
        _change(uid, lambda column: replace(column, name=comparison.clean_name(st.session_state[f"{key}_name"])))

    st.text_input(
        say("compare.name"),
        entry.column.name,
        max_chars=limits.MAX_VARIANT_NAME_CHARACTERS,
        key=f"{key}_name",
        on_change=rename,
    )
    st.button(
        say("compare.unpin" if is_reference else "compare.pin"),
        key=f"{key}_pin",
        width="stretch",
        on_click=_pin,
        args=(None if is_reference else uid,),
    )
    st.button(
        say("compare.duplicate"),
        key=f"{key}_copy",
        disabled=count >= limits.MAX_VARIANTS,
        width="stretch",
        on_click=_add,
        args=(entry.column, uid),
    )
    st.button(
        say("compare.left"), key=f"{key}_left", disabled=place == 0, width="stretch", on_click=_move, args=(uid, -1)
    )
    st.button(
        say("compare.right"),
        key=f"{key}_right",
        disabled=place == count - 1,
        width="stretch",
        on_click=_move,
        args=(uid, 1),
    )
    st.button(
        say("compare.remove"), key=f"{key}_gone", disabled=count == 1, width="stretch", on_click=_remove, args=(uid,)
    )


def _controls(say: Translator, engine: Engine, entry: Entry) -> None:
    """Rule, weights, sharpness, prior and modalities of one column; each change is taken over before the next run."""
    uid, settings = entry.uid, entry.column.settings

    def set_field(name: str) -> None:
        value: Any = st.session_state[f"c{uid}_{name}"]
        _change(uid, lambda column: replace(column, settings=replace(column.settings, **{name: value})))

    rules = list(engine.rules)
    st.selectbox(
        say("rule"),
        rules,
        rules.index(settings.rule),
        format_func=say.rule,
        key=f"c{uid}_rule",
        on_change=set_field,
        args=("rule",),
    )
    for index, name in enumerate(engine.modalities, 1):
        _weight(say, entry, name, index)
    steps = sorted({*TEMPERATURES, settings.temperature}, reverse=True)
    st.select_slider(
        say("temperature"),
        steps,
        settings.temperature,
        format_func="{:g}".format,
        key=f"c{uid}_temperature",
        on_change=set_field,
        args=("temperature",),
    )
    st.segmented_control(
        say("prior"),
        PRIORS,
        default=settings.prior,
        format_func=lambda name: say(f"prior.{name}"),
        required=True,
        key=f"c{uid}_prior",
        on_change=set_field,
        args=("prior",),
        help=say("prior.help"),
    )


def _weight(say: Translator, entry: Entry, name: str, index: int) -> None:
    """The switch and the weight of one modality in one column."""
    uid, column = entry.uid, entry.column

    def switch() -> None:
        on = st.session_state[f"c{uid}_use_{name}"]
        _change(uid, lambda c: replace(c, without=c.without - {name} if on else c.without | {name}))

    def weigh() -> None:
        value = round(float(st.session_state[f"c{uid}_alpha_{name}"]), 2)
        _change(uid, lambda c: replace(c, settings=replace(c.settings, alpha={**c.settings.alpha, name: value})))

    modality = say.modality(name)
    used = name not in column.without
    st.toggle(say("use", modality=modality), used, key=f"c{uid}_use_{name}", on_change=switch)
    st.slider(
        say("alpha", modality=modality, symbol=formula.alpha(index)),
        0.0,
        1.0,
        float(column.settings.alpha.get(name, 1.0)),
        0.01,
        key=f"c{uid}_alpha_{name}",
        on_change=weigh,
        disabled=not used,
    )


def _outcome(
    context: PageContext, key: str, name: str, result: FusionResult | None, reference: FusionResult | None
) -> None:
    """The label, its margin and the bars; against a reference, what changed."""
    if result is None:
        st.html(html.note(context.say("error.nothing_to_fuse")))
        return
    say, values = context.say, result.probabilities[_EMOTION]
    label = say.label(_EMOTION, result.label)
    lines = [
        say("margin", margin=plotly.percent(result.margin), runner_up=say.label(_EMOTION, result.runner_up)),
        say("weights", weights=weights_in_use(say, result)),
    ]
    if reference is not None:
        lines.append(_change_said(say, result, reference))
    st.html(html.outcome(label, plotly.percent(float(values.max())), context.colour(result.label), lines))
    marks = None if reference is None else reference.probabilities[_EMOTION].tolist()
    draw_bars(context, key, name, values, marks=marks)


def _change_said(say: Translator, result: FusionResult, reference: FusionResult) -> str:
    """The largest change against the reference, in words."""
    change = result.probabilities[_EMOTION] - reference.probabilities[_EMOTION]
    most = int(abs(change).argmax())
    said = say("compare.change", label=say.label(_EMOTION, TASKS[_EMOTION][most]), points=_points(float(change[most])))
    if result.label == reference.label:
        return said
    return say("compare.turned", label=say.label(_EMOTION, reference.label)) + " \u00b7 " + said


def _points(change: float) -> str:
    """A change of probability in percentage points, signed; a minus sign proper."""
    rounded = round(100 * change)
    return "0" if rounded == 0 else f"{rounded:+d}".replace("-", "\u2212")


def _table(context: PageContext, named: Sequence[tuple[str, FusionResult | None]], reference: int) -> None:
    """All columns in numbers, and their differences to one of them."""
    say, usable = context.say, [(name, result) for name, result in named if result is not None]
    base = named[reference][1]
    if len(usable) < 2 or base is None:
        return
    rows = [(say("compare.label"), [say.label(_EMOTION, result.label) for _, result in usable])]
    rows.append((say("compare.margin"), [plotly.percent(result.margin) for _, result in usable]))
    for index, label in enumerate(TASKS[_EMOTION]):
        cells = []
        for _, result in usable:
            value = float(result.probabilities[_EMOTION][index])
            change = value - float(base.probabilities[_EMOTION][index])
            cells.append(plotly.percent(value) + ("" if result is base else f" ({_points(change)})"))
        rows.append((say.label(_EMOTION, label), cells))
    caption = say("compare.table", reference=named[reference][0])
    st.html(html.table(caption, [name for name, _ in usable], rows))


# --- every rule at once --------------------------------------------------------------------------------------------


def _rules(context: PageContext, engine: Engine, sample: Sample) -> list[SharedView]:
    """What every rule says at the present weights, small, side by side."""
    say, settings = context.say, bench.settings_now(engine)
    every = comparison.every_rule(settings, engine.modalities, engine.rules)
    found = [replace(column, name=_rule_name(say, engine, column)) for column in every]
    results = [_fuse(engine, column, sample.evidence) for column in found]
    labels = [result.label for result in results if result is not None]
    said = ", ".join(f"{say.label(_EMOTION, label)} {labels.count(label)}" for label in dict.fromkeys(labels))
    st.html(html.note(say("compare.rules.note", count=len(labels), labels=said)))
    for start in range(0, len(found), _PER_ROW):
        panels = st.columns(_PER_ROW, gap="medium")
        for panel, key, column, result in zip(panels, every[start:], found[start:], results[start:], strict=False):
            with panel:
                st.html(html.section(column.name))
                _outcome(context, f"rule_{key.name}", column.name, result, None)
    rule_table.table(context, engine)
    return [SharedView(sample, found)]


def _rule_name(say: Translator, engine: Engine, column: Variant) -> str:
    if column.name in engine.modalities:
        return say("compare.alone", modality=say.modality(column.name))
    rule, _, prior = column.name.rpartition(".")
    return say.rule(rule) + ("" if prior == PRIORS[0] else say("every.prior"))


# --- two inputs under one setting ----------------------------------------------------------------------------------


def _inputs(context: PageContext, engine: Engine, sample: Sample) -> list[SharedView]:
    """The input of the page beside another one, under the settings of the bench."""
    say = context.say
    other = inputs.second(context, engine, sample)
    settings = bench.settings_now(engine)
    st.html(html.note(say("compare.inputs.note", rule=say.rule(settings.rule))))
    shown = [(say("compare.first"), sample), (say("compare.second"), other)]
    results = [(name, engine.fuse(item.evidence, settings) if item else None) for name, item in shown]
    for panel, (name, item), (_, result) in zip(st.columns(2, gap="large"), shown, results, strict=True):
        with panel:
            st.html(html.section(name))
            if item is None:
                continue
            st.text(item.said)
            with error_boundary(say, f"input_{name}"):
                _outcome(context, f"input_{shown.index((name, item))}", name, result, None)
    _table(context, results, 0)
    return [
        SharedView(item, [Variant(say.rule(settings.rule), settings)], name) for name, item in shown if item is not None
    ]
