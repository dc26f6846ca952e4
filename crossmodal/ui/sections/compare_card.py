"""One column of a comparison: the result of its settings, the actions on it, and the settings themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from crossmodal import limits
from crossmodal.engine import Engine
from crossmodal.explain.flips import flips, mix
from crossmodal.i18n.translator import Translator
from crossmodal.sharing import comparison
from crossmodal.sharing.comparison import Variant
from crossmodal.types import EMOTION, PRIORS, TASKS, Evidence, FusionResult
from crossmodal.ui import flip_words, html
from crossmodal.ui.address import TEMPERATURES
from crossmodal.ui.frame import PageContext
from crossmodal.ui.numbers import whole_points
from crossmodal.ui.sections import compare_columns, result_card
from crossmodal.ui.sections.alpha_slider import alpha_slider, use_switch
from crossmodal.ui.sections.compare_columns import Column


def card(  # noqa: PLR0913, what a column shows of itself and of its neighbours
    context: PageContext,
    engine: Engine,
    evidence: Evidence,
    columns: Sequence[Column],
    position: int,
    results: Mapping[int, FusionResult | None],
    reference_uid: int | None,
) -> None:
    """The column at ``position``; ``results`` are those of all columns by uid, ``reference_uid`` is the reference."""
    say, column = context.say, columns[position]
    variant = column.variant
    is_reference = column.uid == reference_uid
    with st.container(key=f"card_{column.uid}"):
        with st.container(horizontal=True, vertical_alignment="center", wrap=False, key=f"cardhead_{column.uid}"):
            st.html(html.section(variant.name, say("compare.reference") if is_reference else ""))
            with st.popover(say("compare.actions"), key=f"c{column.uid}_menu"):
                _actions(say, column, position, len(columns), is_reference)
        reference = results[reference_uid] if reference_uid is not None and not is_reference else None
        outcome(context, variant.name, results[column.uid], reference)
        _where_it_flips(say, engine, variant, evidence)
        _controls(say, engine, column)


def outcome(
    context: PageContext, name: str, result: FusionResult | None, reference: FusionResult | None = None
) -> None:
    """The label, its margin and the bars; with a reference, also what changed."""
    if result is None:
        st.html(html.note(context.say("error.nothing_to_fuse")))
        return
    more = [] if reference is None else [_change_from_reference(context.say, result, reference)]
    marks = None if reference is None else reference.probabilities[EMOTION].tolist()
    st.html(result_card.small_card(context, name, result, more=more, marks=marks))


def _change_from_reference(say: Translator, result: FusionResult, reference: FusionResult) -> str:
    """The largest change against the reference, in words."""
    change = result.probabilities[EMOTION] - reference.probabilities[EMOTION]
    most = int(abs(change).argmax())
    change_said = say(
        "compare.change", label=say.label(EMOTION, TASKS[EMOTION][most]), points=whole_points(float(change[most]))
    )
    if result.label == reference.label:
        return change_said
    return say("compare.turned", label=say.label(EMOTION, reference.label)) + " \u00b7 " + change_said


def _where_it_flips(say: Translator, engine: Engine, variant: Variant, evidence: Evidence) -> None:
    """The distance of the mix from another label; nothing unless exactly two modalities are in use."""
    masked = variant.evidence(evidence)
    boundaries = flips(masked, variant.settings, engine.calibration)
    if boundaries is not None:
        alpha = mix(masked, variant.settings)
        sentences = [write(say, boundaries, alpha) for write in (flip_words.badge, flip_words.sentence)]
        st.html(html.note(" \u00b7 ".join(filter(None, [*sentences, flip_words.provenance(say, boundaries)]))))


def _actions(say: Translator, column: Column, position: int, count: int, is_reference: bool) -> None:
    """The actions on a column as a whole: rename, make it the reference, duplicate, move, remove."""
    uid, key = column.uid, f"c{column.uid}"

    def rename() -> None:
        name = comparison.clean_name(st.session_state[f"{key}_name"])
        compare_columns.change(uid, lambda variant: replace(variant, name=name))

    st.text_input(
        say("compare.name"),
        column.variant.name,
        max_chars=limits.MAX_VARIANT_NAME_CHARACTERS,
        key=f"{key}_name",
        on_change=rename,
    )
    st.button(
        say("compare.unpin" if is_reference else "compare.pin"),
        key=f"{key}_pin",
        width="stretch",
        on_click=compare_columns.set_reference,
        args=(None if is_reference else uid,),
    )
    st.button(
        say("compare.duplicate"),
        key=f"{key}_copy",
        disabled=count >= limits.MAX_VARIANTS,
        width="stretch",
        on_click=compare_columns.add,
        args=(column.variant, uid),
    )
    st.button(
        say("compare.left"),
        key=f"{key}_left",
        disabled=position == 0,
        width="stretch",
        on_click=compare_columns.move,
        args=(uid, -1),
    )
    st.button(
        say("compare.right"),
        key=f"{key}_right",
        disabled=position == count - 1,
        width="stretch",
        on_click=compare_columns.move,
        args=(uid, 1),
    )
    st.button(
        say("compare.remove"),
        key=f"{key}_gone",
        disabled=count == 1,
        width="stretch",
        on_click=compare_columns.remove,
        args=(uid,),
    )


def _controls(say: Translator, engine: Engine, column: Column) -> None:
    """Rule, weights, temperature, prior and modalities of a column; a change is stored before the page runs again."""
    uid, settings = column.uid, column.variant.settings

    def set_field(name: str) -> None:
        value: Any = st.session_state[f"c{uid}_{name}"]
        compare_columns.change(uid, lambda v: _with_setting(v, **{name: value}))

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
        _weight(say, column, name, index)
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


def _with_setting(variant: Variant, **changes: Any) -> Variant:
    return replace(variant, settings=replace(variant.settings, **changes))


def _weight(say: Translator, column: Column, name: str, index: int) -> None:
    """The switch and the weight of one modality in a column."""
    uid, variant = column.uid, column.variant

    def switch() -> None:
        on = st.session_state[f"c{uid}_use_{name}"]
        compare_columns.change(uid, lambda v: replace(v, without=v.without - {name} if on else v.without | {name}))

    def weigh() -> None:
        value = round(float(st.session_state[f"c{uid}_alpha_{name}"]), 2)
        compare_columns.change(uid, lambda v: _with_setting(v, alpha={**v.settings.alpha, name: value}))

    used, alpha = name not in variant.without, float(variant.settings.alpha.get(name, 1.0))
    use_switch(say, name, f"c{uid}_use_{name}", used, switch)
    alpha_slider(say, name, index, f"c{uid}_alpha_{name}", alpha, weigh, disabled=not used)
