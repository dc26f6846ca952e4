"""How good a trained model is: beside the shipped one on the same rows, and beside people."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from crossmodal.evaluation.results import load_results
from crossmodal.i18n.translator import Translator
from crossmodal.modalities import SPEECH, TEXT
from crossmodal.model.folder import default_models
from crossmodal.ui import html
from crossmodal.ui.frame import PageContext
from crossmodal.ui.numbers import metric, whole_points, with_interval


def comparison(context: PageContext, figures: Mapping[str, Any], *, is_custom: bool) -> None:
    """The run beside the shipped heads on the same rows, and beside people where they were measured."""
    say = context.say
    st.html(html.section(say("train.compared")))
    people = _named_by_people(default_models())
    heads = [
        say("train.column.own" if is_custom else "train.column.example"),
        say("train.column.shipped"),
        say("train.column.people"),
    ]
    st.html(html.table(say("train.table"), heads, _rows(say, figures, people)))
    st.html(html.paragraphs([_verdict(say, figures)]))


def _named_by_people(models: Path) -> float | None:
    """The fraction of clips whose intended emotion people name by voice alone; None where it was not measured."""
    results = load_results(models)
    voice = results.human.voice if results and results.human else None
    return voice.value if voice else None


def _rows(say: Translator, figures: Mapping[str, Any], people: float | None) -> list[tuple[str, list[str]]]:
    runs = [figures["own"], figures["shipped"]]
    rows = []
    for part in (SPEECH, TEXT, "fused"):
        by_people = metric(people) if part == SPEECH and people is not None else ""
        rows.append(
            (
                say(f"train.row.{part}"),
                [*(with_interval(*map(run[part].get, ("uar", "low", "high"))) for run in runs), by_people],
            )
        )
        rows.append((say("train.row.f1"), [*(metric(run[part]["macro_f1"]) for run in runs), ""]))
        rows.append((say("train.row.ece"), [*(metric(run[part]["ece"]) for run in runs), ""]))
    for way in ("speech>text", "text>speech"):
        rows.append((say(f"train.row.{way}"), [*(metric(run["retrieval"][way]) for run in runs), ""]))
    return rows


def _verdict(say: Translator, figures: Mapping[str, Any]) -> str:
    """The differences between the run and the shipped heads, in points of UAR."""
    points = {}
    for part in (SPEECH, TEXT, "fused"):
        change = figures["own"][part]["uar"] - figures["shipped"][part]["uar"]
        points[part] = whole_points(change, zero="+0")
    return say("train.verdict", **points)
