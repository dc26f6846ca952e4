"""The bench: what each modality says alone, the mixer, and what all say together. One fragment, so that a slider moves
nothing else of the page."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from crossmodal.engine import Engine
from crossmodal.fusion import DEFAULT_RULE, fusion_rules
from crossmodal.fusion.confidence import confidence
from crossmodal.types import TASKS, Array, Evidence, FusionResult, FusionSettings, Reading
from crossmodal.ui import charts, formula, markup, state
from crossmodal.ui.strings import Say
from crossmodal.ui.views import Look, told

DEFAULT_ALPHA = 0.5
TEMPERATURES = (4.0, 2.8, 2.0, 1.4, 1.0, 0.7, 0.5, 0.35, 0.25)
"""Even steps of a factor of about 1.4, flattest first, so that sharper lies to the right."""

_EMOTION, _SENTIMENT = TASKS


@st.fragment
def bench(say: Say, engine: Engine, subject: Subject) -> None:
    """Readings, mixer and fused reading: all that follows a slider, and nothing else."""
    evidence, look = subject.evidence, theme()
    with st.container(key="bench"):
        left, right = st.columns([len(engine.modalities) + 0.1, 1.3], gap="large")
        with left:
            panels = st.columns(len(engine.modalities), gap="large")
            settings = _mixer(say, engine, evidence)
            used = _used(engine, evidence)
            for index, (name, panel) in enumerate(zip(engine.modalities, panels, strict=True), 1):
                with panel:
                    _reading(say, name, index, evidence.readings.get(name), name in used.readings, look)
        with right, told(say):
            start = time.perf_counter()
            result = engine.fuse(used, settings)
            spent = (time.perf_counter() - start) * 1e3
            _fused(say, result, look)
            _small_print(say, engine, result, settings.temperature, evidence.cost | {"fuse": spent})
    state.stamp_address()


def _used(engine: Engine, evidence: Evidence) -> Evidence:
    """The evidence without the modalities that are switched off."""
    off = [name for name in engine.modalities if not st.session_state[f"m_{name}"]]
    return replace(evidence, readings=state.without(evidence.readings, *off))


# The mixer


def _mixer(say: Say, engine: Engine, evidence: Evidence) -> FusionSettings:
    """Weights, rule and sharpness, each in the address."""
    alpha = {}
    with st.container(key="mixer"):
        for index, (name, column) in enumerate(_columns(engine.modalities), 1):
            with column:
                alpha[name] = _weight(say, name, index, name in evidence.readings)
        left, right = st.columns(2, gap="large")
        with left:
            rule = _rule(say)
        with right:
            temperature = _temperature(say)
    return FusionSettings(alpha, rule, temperature)


def _columns(names: Sequence[str]) -> Iterable[tuple[str, st.delta_generator.DeltaGenerator]]:
    return zip(names, st.columns(len(names), gap="large"), strict=True)


def _weight(say: Say, name: str, index: int, present: bool) -> float:
    modality = say.modality(name)
    use = st.toggle(say("use", modality=modality), True, key=f"m_{name}", bind="query-params")
    weight: float = st.slider(
        say("alpha", modality=modality, symbol=formula.alpha(index)), 0.0, 1.0, DEFAULT_ALPHA, 0.01, key=f"a_{name}",
        bind="query-params", disabled=not (use and present),
    )  # fmt: skip
    return weight


def _rule(say: Say) -> str:
    rules = tuple(fusion_rules())
    state.seed_choice("rule", rules, DEFAULT_RULE)
    note = say.known(f"rule.{st.session_state['rule']}.note", "") or None
    chosen: str = st.selectbox(
        say("rule"), rules, key="rule", format_func=say.rule, help=note, on_change=state.write_choice,
        args=("rule", DEFAULT_RULE),
    )  # fmt: skip
    return chosen


def _temperature(say: Say) -> float:
    chosen: float = st.select_slider(
        say("temperature"), TEMPERATURES, 1.0, format_func="{:g}".format, key="t", bind="query-params",
        help=say("temperature.help"),
    )  # fmt: skip
    return chosen


# The readings


def _reading(say: Say, name: str, index: int, reading: Reading | None, used: bool, look: str) -> None:
    """What one modality says alone."""
    if reading is None:
        st.html(markup.heading(say.modality(name), index, ""))
        st.html(markup.note(say.known(f"absent.{name}", say("absent"))))
        return
    certainty = formula.number(float(confidence(reading.probabilities[_EMOTION])))
    said = say("certainty", value=certainty) if used else say("unused")
    st.html(markup.heading(say.modality(name), index, said))
    _bars(say, name, say.modality(name), reading.probabilities[_EMOTION], look)
    st.html(_strip(say, reading.probabilities[_SENTIMENT]))


def _bars(say: Say, key: str, name: str, values: Array, look: str, row: int = 22, size: int = 13) -> None:
    shown = [
        charts.Bar(say.label(_EMOTION, label), float(p), palette.colour(look, label))
        for label, p in zip(TASKS[_EMOTION], values, strict=True)
    ]
    listed = ", ".join(f"{bar.label} {charts.percent(bar.probability)} %" for bar in shown)
    st.plotly_chart(
        charts.bars(shown, ink=palette.INK[look], row=row, size=size), key=f"bars_{key}", config=charts.CONFIG,
        alt=say("bars.alt", name=name, values=listed),
    )  # fmt: skip


def _strip(say: Say, values: Array) -> str:
    named = [(say.label(_SENTIMENT, label), float(p)) for label, p in zip(TASKS[_SENTIMENT], values, strict=True)]
    return markup.strip(say("sentiment"), named)


def _fused(say: Say, result: FusionResult, look: str) -> None:
    """What all say together: the label in large, its margin, the weights really used."""
    values = result.probabilities[_EMOTION]
    said = {
        "label": say.label(_EMOTION, result.label),
        "probability": charts.percent(float(values.max())),
        "margin": round(100 * result.margin),
        "runner_up": say.label(_EMOTION, result.runner_up),
        "weights": " \u00b7 ".join(f"{say.modality(m)} {formula.number(w)}" for m, w in result.alpha_used.items()),
    }
    colour = palette.colour(look, result.label)
    st.html(markup.verdict(say("fused"), said, colour, [say("margin", **said), say("weights", **said)],
                           say("result.spoken", **said)))  # fmt: skip
    _bars(say, "fused", say("fused"), values, look, row=28, size=14)
    st.html(_strip(say, result.probabilities[_SENTIMENT]))


def _small_print(
    say: Say, engine: Engine, result: FusionResult, temperature: float, cost: Mapping[str, float]
) -> None:
    """The formula with its numbers, and what each stage took."""
    places = {name: index for index, name in enumerate(engine.modalities, 1)}
    weights = [(places[name], weight) for name, weight in result.alpha_used.items()]
    st.latex(formula.written(result.rule, fusion_rules()[result.rule].formula, weights, temperature))
    stages = {say.known(f"cost.{stage}", stage): f"{ms:.0f}" if ms >= 1 else f"{ms:.2f}" for stage, ms in cost.items()}
    st.html(markup.costs(say("cost"), stages))
