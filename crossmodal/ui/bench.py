"""The bench: what each modality says alone, the mixer, and what all say together.

The mixer is a fragment: a slider runs it and the fused reading again, and nothing else of the page.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from crossmodal.engine import Engine
from crossmodal.fusion import DEFAULT_RULE, fusion_rules
from crossmodal.fusion.confidence import confidence
from crossmodal.types import TASKS, Array, Evidence, FusionResult, FusionSettings
from crossmodal.ui import charts, formula, markup, state
from crossmodal.ui.choice import Choice
from crossmodal.ui.outcome import draw_bars, weights_in_use
from crossmodal.ui.state import Subject
from crossmodal.ui.strings import Say
from crossmodal.ui.views import Look, told

DEFAULT_ALPHA = 0.5
TEMPERATURES = (4.0, 2.8, 2.0, 1.4, 1.0, 0.7, 0.5, 0.35, 0.25)
"""Even steps of a factor of about 1.4, flattest first, so that sharper lies to the right."""

_EMOTION, _SENTIMENT = TASKS


def bench(look: Look, engine: Engine, subject: Subject) -> None:
    """Readings and mixer to the left, what they come to together to the right."""
    with st.container(key="bench"):
        left, right = st.columns([len(engine.modalities) + 0.1, 1.3], gap="large")
        with left:
            for name, panel in zip(engine.modalities, st.columns(len(engine.modalities), gap="large"), strict=True):
                with panel:
                    _reading(look, engine, name, subject.evidence)
            _mix(look, engine, subject.evidence, right.container())


@st.fragment
def _mix(look: Look, engine: Engine, evidence: Evidence, place: DeltaGenerator) -> None:
    """The mixer and, in its own place, the fused reading: all that follows a slider, and nothing else."""
    settings = _mixer(look.say, engine, evidence)
    with place, told(look.say, "bench"):
        start = time.thread_time()  # of this thread alone: what others do meanwhile is not the cost of fusing
        result = engine.fuse(_used(engine, evidence), settings)
        spent = (time.thread_time() - start) * 1e3
        _fused(look, result)
        _small_print(look.say, engine, result, settings, {**evidence.cost, "fuse": spent})
    state.stamp_address()


def _used(engine: Engine, evidence: Evidence) -> Evidence:
    """The evidence without the modalities that are switched off."""
    off = [name for name in engine.modalities if not st.session_state[f"m_{name}"]]
    return replace(evidence, readings=state.without(evidence.readings, *off))


# --- the mixer -----------------------------------------------------------------------------------------------------


def _mixer(say: Say, engine: Engine, evidence: Evidence) -> FusionSettings:
    """Weights, rule and sharpness, each in the address."""
    alpha = {}
    with st.container(key="mixer"):
        columns = st.columns(len(engine.modalities), gap="large")
        for index, (name, column) in enumerate(zip(engine.modalities, columns, strict=True), 1):
            with column:
                alpha[name] = _weight(say, name, index, name in evidence.readings)
        left, right = st.columns(2, gap="large")
        with left:
            rule = _rule(say)
        with right:
            temperature = _temperature(say)
    return FusionSettings(alpha, rule, temperature)


def _weight(say: Say, name: str, index: int, present: bool) -> float:
    modality = say.modality(name)
    use = st.toggle(say("use", modality=modality), True, key=f"m_{name}", bind="query-params")
    return st.slider(
        say("alpha", modality=modality, symbol=formula.alpha(index)), 0.0, 1.0, DEFAULT_ALPHA, 0.01, key=f"a_{name}",
        bind="query-params", disabled=not (use and present),
    )  # fmt: skip


def _rule(say: Say) -> str:
    choice = Choice("rule", tuple(fusion_rules()), DEFAULT_RULE)
    note = say.known(f"rule.{choice.value()}.note", "") or None
    return choice.menu(say, say("rule"), say.rule, help=note)


def _temperature(say: Say) -> float:
    return st.select_slider(
        say("temperature"), TEMPERATURES, 1.0, format_func="{:g}".format, key="t", bind="query-params",
        help=say("temperature.help"),
    )  # fmt: skip


# --- the readings --------------------------------------------------------------------------------------------------


def _reading(look: Look, engine: Engine, name: str, evidence: Evidence) -> None:
    """What one modality says alone."""
    say, index = look.say, engine.modalities.index(name) + 1
    if name not in evidence.readings:
        st.html(markup.heading(say.modality(name), index, ""))
        st.html(markup.note(say.known(f"absent.{name}", say("absent"))))
        return
    values = evidence.readings[name].probabilities
    certainty = say("certainty", value=formula.number(float(confidence(values[_EMOTION]))))
    st.html(markup.heading(say.modality(name), index, certainty))
    draw_bars(look, name, say.modality(name), values[_EMOTION])
    st.html(_strip(say, values[_SENTIMENT]))


def _fused(look: Look, result: FusionResult) -> None:
    """What all say together: the label in large, its margin, the weights really used."""
    say, values = look.say, result.probabilities[_EMOTION]
    said = {
        "label": say.label(_EMOTION, result.label),
        "probability": charts.percent(float(values.max())),
        "margin": charts.percent(result.margin),
        "runner_up": say.label(_EMOTION, result.runner_up),
        "weights": weights_in_use(say, result),
    }
    lines = [say("margin", **said), say("weights", **said)]
    st.html(markup.verdict(say("fused"), said, look.colour(result.label), lines, say("result.spoken", **said)))
    draw_bars(look, "fused", say("fused"), values, large=True)
    st.html(_strip(say, result.probabilities[_SENTIMENT]))


def _strip(say: Say, values: Array) -> str:
    named = [(say.label(_SENTIMENT, label), float(p)) for label, p in zip(TASKS[_SENTIMENT], values, strict=True)]
    return markup.strip(say("sentiment"), named)


def _small_print(
    say: Say, engine: Engine, result: FusionResult, settings: FusionSettings, cost: Mapping[str, float]
) -> None:
    """The formula with its numbers, and what each stage took."""
    weights = [(engine.modalities.index(name) + 1, weight) for name, weight in result.alpha_used.items()]
    general = fusion_rules()[result.rule].formula
    with st.container(key="formula"):
        st.markdown(f"${formula.written(result.rule, general, weights, settings.temperature)}$")
    stages = {say.known(f"cost.{stage}", stage): f"{ms:.0f}" if ms >= 1 else f"{ms:.2f}" for stage, ms in cost.items()}
    st.html(markup.costs(say("cost"), stages))


def settings_now(engine: Engine) -> FusionSettings:
    """The settings of the mixer as session or address have them, for pages without one."""
    state_, asked = st.session_state, st.query_params

    def number(key: str, default: float) -> float:
        try:
            return float(state_.get(key, asked.get(key, default)))
        except ValueError:
            return default

    alpha = {name: min(1.0, max(0.0, number(f"a_{name}", DEFAULT_ALPHA))) for name in engine.modalities}
    rule = Choice("rule", tuple(fusion_rules()), DEFAULT_RULE).value()
    return FusionSettings(alpha, rule, number("t", 1.0))
