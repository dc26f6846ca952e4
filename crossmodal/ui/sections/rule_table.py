"""Every rule on the same pairs, as ``evaluate`` measured it: its metrics, parameters and time."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from crossmodal.engine import Engine
from crossmodal.evaluation.results import CONDITIONS, LearnedAgainstPools, RuleResult, results_of
from crossmodal.fusion import find_rule
from crossmodal.i18n.translator import Translator
from crossmodal.ui import html
from crossmodal.ui.frame import PageContext
from crossmodal.ui.numbers import number, percent_tenths


def table(context: PageContext, engine: Engine) -> None:
    """The table and its conclusion in a sentence; empty for models without results."""
    say, results = context.say, results_of(engine.folder, engine.model_hash)
    pairs = results.label_matched_pairs if results else None
    if pairs is None:
        return
    st.html(html.section(say("rules.table")))
    heads = ["equal", "best", "best_alpha", *CONDITIONS, "macro_f1", "ece", "parameters", "microseconds"]
    rows = [(say.rule(rule), _cells(result)) for rule, result in pairs.rules.items()]
    caption = say("rules.caption", count=f"{pairs.pairs:,}")
    st.html(html.table(caption, [say(f"rules.{head}") for head in heads], rows))
    conclusion = verdict(say, pairs.rules, pairs.learned_against_pools)
    st.html(html.note(" ".join([conclusion, say("rules.terms", noise=f"{pairs.noise_db:g}")])))


def _cells(result: RuleResult) -> list[str]:
    return [
        percent_tenths(result.equal.uar),
        percent_tenths(result.best.uar),
        number(result.best_alpha),
        *(percent_tenths(scores.uar) for scores in result.conditions()),
        percent_tenths(result.equal.macro_f1),
        percent_tenths(result.equal.ece),
        f"{result.parameters:,}",
        f"{result.microseconds_per_pair:.3g}",
    ]


def verdict(say: Translator, rules: Mapping[str, RuleResult], compared: LearnedAgainstPools | None) -> str:
    """Whether a learned rule is better, from the difference and its interval; empty without one."""
    if compared is None or not find_rule(compared.learned).learned:
        return ""
    difference = compared.difference
    return say(
        "rules.learned",
        learned=say.rule(compared.learned),
        pool=say.rule(compared.pool),
        first=percent_tenths(rules[compared.learned].best.uar),
        second=percent_tenths(rules[compared.pool].best.uar),
        change=percent_tenths(difference.value),
        low=percent_tenths(difference.low),
        high=percent_tenths(difference.high),
        verdict=say(f"rules.verdict.{compared.winner}"),
    )
