"""The settings of a training run: its start, experiments by one click, and every weight and rate as a widget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import streamlit as st

from crossmodal.custom.queue import TrainingRun
from crossmodal.custom.settings import LIMITS, TrainingSettings
from crossmodal.i18n.translator import Translator
from crossmodal.ui import address, html
from crossmodal.ui.numbers import shortest

WEIGHTS = ("lambda_speech", "lambda_text", "gamma_cross", "gamma_speech", "gamma_text")
EXPERIMENTS: Mapping[str, Mapping[str, Any]] = {
    "default": {},
    "apart": {"gamma_cross": 0.0, "gamma_speech": 0.0, "gamma_text": 0.0},
    "untaught": {"lambda_speech": 0.0, "gamma_cross": 0.0, "gamma_speech": 0.0, "gamma_text": 0.0},
    "words_teach": {"lambda_speech": 0.0, "gamma_cross": 1.0, "gamma_speech": 0.0, "gamma_text": 0.0},
    "plane": {"dimension": 2, "rate": 0.02, "gamma_cross": 0.0, "gamma_speech": 0.0, "gamma_text": 0.0},
}
"""Suggested runs, each started by one click: name -> what differs from the default settings."""
SYMBOLS = {
    "lambda_speech": "\u03bb\u2081",
    "lambda_text": "\u03bb\u2082",
    "gamma_cross": "\u03b3\u2081\u2082",
    "gamma_speech": "\u03b3\u2081\u2081",
    "gamma_text": "\u03b3\u2082\u2082",
}
"""Setting -> how the objective writes it."""

_GENERAL = r"\mathcal{L}=\sum_i \lambda_i \mathcal{L}_i+\sum_{i,j}\gamma_{ij}\mathcal{L}_{ij}"


def start_row(say: Translator, run: TrainingRun | None) -> None:
    """The button that starts a run, and one for every experiment; disabled while ``run`` is alive."""
    busy = run is not None and run.alive
    st.button(say("train.start"), key="train_start", type="primary", disabled=busy, on_click=_request_start)
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


def _request_start() -> None:
    """Let the next run of the page start a training run."""
    st.session_state["_start"] = True


def _experiment(name: str) -> None:
    """Set every slider to an experiment and start it."""
    for field in fields(TrainingSettings):
        st.session_state[_key(field.name).spelling] = EXPERIMENTS[name].get(field.name, field.default)
    _request_start()


def controls(say: Translator) -> TrainingSettings:
    """A widget for every setting, bound to the address; returns their values."""
    values: dict[str, Any] = {}
    st.html(html.section(say("train.objective")))
    for name in WEIGHTS:
        low, high = LIMITS[name]
        values[name] = st.slider(
            f"{SYMBOLS[name]} \u00b7 {say(f'train.{name}')}",
            low,
            high,
            float(_default(name)),
            0.05,
            key=_key(name).bound(),
            bind="query-params",
            help=say(f"train.{name}.help"),
        )
    st.html(html.section(say("train.learning")))
    return TrainingSettings(**values, **_learning(say))


def _learning(say: Translator) -> dict[str, Any]:
    """The settings besides the weights of the objective."""

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

    values = {"dimension": select("dimension"), "epochs": whole("epochs"), "rate": select("rate")}
    low, high = LIMITS["dropout"]
    values["dropout"] = st.slider(
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
    values["seed"] = int(
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
    return values


def _key(name: str) -> address.AddressKey:
    """The key of a setting in the address."""
    return address.key(address.TRAINING[name])


def _default(name: str) -> Any:
    return _key(name).default


def objective(settings: TrainingSettings) -> str:
    """The objective in general and with its present weights, as LaTeX."""
    parts = [
        ("lambda_speech", "1"),
        ("lambda_text", "2"),
        ("gamma_cross", "12"),
        ("gamma_speech", "11"),
        ("gamma_text", "22"),
    ]
    weights = [(float(getattr(settings, name)), index) for name, index in parts]
    written = "+".join(rf"{_factor(value)}\mathcal{{L}}_{{{index}}}" for value, index in weights if value) or "0"
    return rf"{_GENERAL} \;=\; {written}"


def _factor(value: float) -> str:
    return "" if value == 1 else rf"{shortest(value)}\,"
