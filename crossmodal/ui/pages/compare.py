"""Settings side by side on one input, two inputs under one setting, and every rule at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from crossmodal import limits
from crossmodal.engine import Engine
from crossmodal.i18n.translator import Translator
from crossmodal.sharing import comparison
from crossmodal.sharing.comparison import Variant
from crossmodal.types import EMOTION, PRIORS, TASKS, Evidence, FusionResult
from crossmodal.ui import address, html
from crossmodal.ui.frame import PageContext, error_boundary
from crossmodal.ui.numbers import percent, whole_points
from crossmodal.ui.pages import bench
from crossmodal.ui.samples import Sample
from crossmodal.ui.sections import compare_card, compare_columns, inputs, rule_table
from crossmodal.ui.sections.shared_view import SharedView
from crossmodal.ui.url_choice import UrlChoice

VIEW = UrlChoice(address.key("cmp"))

_PER_ROW = 4
"""Results in one row of *every rule*."""


def compare(context: PageContext, engine: Engine, sample: Sample) -> list[SharedView]:
    """The page; returns what it shows, for Share."""
    say = context.say
    chosen = VIEW.segments(say, say("compare.view"), lambda name: say(f"compare.{name}"), label_visibility="collapsed")
    if chosen == "settings":
        views: list[SharedView] = []
        with error_boundary(say, "columns"):
            views = _settings(context, engine, sample)
        return views
    if chosen == "rules":
        return _rules(context, engine, sample)
    return _inputs(context, engine, sample)


def _settings(context: PageContext, engine: Engine, sample: Sample) -> list[SharedView]:
    """Up to MAX_VARIANTS settings on one input, each in a column with its widgets."""
    columns = compare_columns.usable(engine)
    results = {column.uid: _fuse(engine, column.variant, sample.evidence) for column in columns}
    reference = compare_columns.reference()
    reference_uid = reference if reference in results else None
    with st.container(key="compare"):
        for position, panel in enumerate(st.columns(len(columns), gap="medium")):
            with panel:
                compare_card.card(context, engine, sample.evidence, columns, position, results, reference_uid)
    st.button(
        context.say("compare.add"),
        key="add_column",
        disabled=len(columns) >= limits.MAX_VARIANTS,
        on_click=lambda: compare_columns.add(Variant("", bench.settings_now(engine))),
        help=context.say("compare.add.help", most=limits.MAX_VARIANTS),
    )
    columns = compare_columns.usable(engine)  # the widgets above may have changed them
    named = [(column.variant.name, results[column.uid]) for column in columns]
    index = next((index for index, column in enumerate(columns) if column.uid == reference_uid), None)
    _table(context, named, index or 0)
    return [SharedView(sample, [column.variant for column in columns], reference=index)]


def _fuse(engine: Engine, variant: Variant, evidence: Evidence) -> FusionResult | None:
    """The fused result of a variant; None where every modality is left out."""
    masked = variant.evidence(evidence)
    return engine.fuse(masked, variant.settings) if masked.predictions else None


def _table(context: PageContext, named: Sequence[tuple[str, FusionResult | None]], reference: int) -> None:
    """All results in numbers, and their differences to the one at index ``reference``."""
    say, usable = context.say, [(name, result) for name, result in named if result is not None]
    base = named[reference][1]
    if len(usable) < 2 or base is None:
        return
    rows = [(say("compare.label"), [say.label(EMOTION, result.label) for _, result in usable])]
    rows.append((say("compare.margin"), [percent(result.margin) for _, result in usable]))
    for index, label in enumerate(TASKS[EMOTION]):
        cells = []
        for _, result in usable:
            value = float(result.probabilities[EMOTION][index])
            change = value - float(base.probabilities[EMOTION][index])
            cells.append(percent(value) + ("" if result is base else f" ({whole_points(change)})"))
        rows.append((say.label(EMOTION, label), cells))
    caption = say("compare.table", reference=named[reference][0])
    st.html(html.table(caption, [name for name, _ in usable], rows))


def _rules(context: PageContext, engine: Engine, sample: Sample) -> list[SharedView]:
    """The result of every rule under every prior at the present weights, and of each modality alone."""
    say, settings = context.say, bench.settings_now(engine)
    every = comparison.every_rule(settings, engine.modalities, engine.rules)
    variants = [replace(variant, name=_rule_name(say, engine, variant)) for variant in every]
    results = [_fuse(engine, variant, sample.evidence) for variant in variants]
    labels = [result.label for result in results if result is not None]
    counts = ", ".join(f"{say.label(EMOTION, label)} {labels.count(label)}" for label in dict.fromkeys(labels))
    st.html(html.note(say("compare.rules.note", count=len(labels), labels=counts)))
    for start in range(0, len(variants), _PER_ROW):
        panels = st.columns(_PER_ROW, gap="medium")
        for panel, variant, result in zip(panels, variants[start:], results[start:], strict=False):
            with panel:
                st.html(html.section(variant.name))
                compare_card.outcome(context, variant.name, result)
    rule_table.table(context, engine)
    return [SharedView(sample, variants)]


def _rule_name(say: Translator, engine: Engine, variant: Variant) -> str:
    if variant.name in engine.modalities:
        return say("compare.alone", modality=say.modality(variant.name))
    rule, _, prior = variant.name.rpartition(".")
    return say.rule(rule) + ("" if prior == PRIORS[0] else say("every.prior"))


def _inputs(context: PageContext, engine: Engine, sample: Sample) -> list[SharedView]:
    """The input of the page beside another one, under the settings of the bench."""
    say = context.say
    other = inputs.second(context, engine, sample)
    settings = bench.settings_now(engine)
    st.html(html.note(say("compare.inputs.note", rule=say.rule(settings.rule))))
    named = [(say("compare.first"), sample), (say("compare.second"), other)]
    results = [(name, engine.fuse(item.evidence, settings) if item else None) for name, item in named]
    for panel, (name, item), (_, result) in zip(st.columns(2, gap="large"), named, results, strict=True):
        with panel:
            st.html(html.section(name))
            if item is None:
                continue
            st.text(item.said)
            with error_boundary(say, f"input_{name}"):
                compare_card.outcome(context, name, result)
    _table(context, results, 0)
    return [
        SharedView(item, [Variant(say.rule(settings.rule), settings)], name) for name, item in named if item is not None
    ]
