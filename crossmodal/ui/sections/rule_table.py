"""Every rule on the same pairs, as ``evaluate`` measured it: which one is best, and what it takes to be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from crossmodal.engine import Engine
from crossmodal.explain.sweep import figures
from crossmodal.fusion import find_rule
from crossmodal.i18n.translator import Translator
from crossmodal.ui import html
from crossmodal.ui.frame import PageContext
from crossmodal.ui.numbers import number, percent_tenths

_DAMAGED = ("speech_missing", "text_missing", "speech_noisy", "text_damaged", "even_prior")
_Measured = Mapping[str, Any]


def table(context: PageContext, engine: Engine) -> None:
    """The table and what it comes to in a sentence; nothing for models that were not measured."""
    say, measured = context.say, figures(engine.folder)
    found = measured.get("label_matched_pairs", {})
    if measured.get("model_hash") != engine.model_hash or "learned_against_pools" not in found:
        return
    st.html(html.section(say("rules.table")))
    heads = ["equal", "best", "best_alpha", *_DAMAGED, "macro_f1", "ece", "parameters", "microseconds"]
    rows = [(say.rule(rule), _cells(item)) for rule, item in found["rules"].items()]
    caption = say("rules.caption", count=f"{found['pairs']:,}")
    st.html(html.table(caption, [say(f"rules.{head}") for head in heads], rows))
    st.html(html.note(" ".join([verdict(say, found), say("rules.terms", noise=f"{found['noise_db']:g}")])))


def _cells(item: _Measured) -> list[str]:
    equal, best = item["equal"], item["best"]
    return [
        percent_tenths(equal["uar"]),
        percent_tenths(best["uar"]),
        number(item["best_alpha"]),
        *(percent_tenths(item[key]["uar"]) for key in _DAMAGED),
        percent_tenths(equal["macro_f1"]),
        percent_tenths(equal["ece"]),
        f"{item['parameters']:,}",
        f"{item['microseconds_per_pair']:.3g}",
    ]


def verdict(say: Translator, found: _Measured) -> str:
    """Whether learning to fuse was worth it, from the difference and its interval; empty where nothing is learned."""
    compared = found["learned_against_pools"]
    if not compared or not find_rule(compared["learned"]).learned:
        return ""
    change, rules = compared["difference"], found["rules"]
    kind = "learned" if change["low"] > 0 else "pool" if change["high"] < 0 else "equal"
    return say(
        "rules.learned",
        learned=say.rule(compared["learned"]),
        pool=say.rule(compared["pool"]),
        first=percent_tenths(rules[compared["learned"]]["best"]["uar"]),
        second=percent_tenths(rules[compared["pool"]]["best"]["uar"]),
        change=percent_tenths(change["value"]),
        low=percent_tenths(change["low"]),
        high=percent_tenths(change["high"]),
        verdict=say(f"rules.verdict.{kind}"),
    )
