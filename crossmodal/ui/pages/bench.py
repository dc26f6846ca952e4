"""The bench: the prediction of each modality, the mixer, and the fused result.

The mixer is a fragment: it runs itself and the fusion again, and nothing else of the page. The browser component draws
all of the bench and follows every move by itself; where it cannot be used, plain sliders replace it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from crossmodal.engine import Engine
from crossmodal.errors import InputError
from crossmodal.evaluation.results import best_alphas
from crossmodal.explain.flips import Flips, confidence_share, flips, gate_share, mix
from crossmodal.fusion import find_rule
from crossmodal.fusion.rules.confidence import confidence
from crossmodal.i18n.translator import CATALOGUE, Translator
from crossmodal.types import EMOTION, SENTIMENT, TASKS, Evidence, FusionResult, FusionSettings
from crossmodal.ui import address, flip_words, formula, html, mixer_state, samples
from crossmodal.ui.address import TEMPERATURES
from crossmodal.ui.components import mixer
from crossmodal.ui.components.mixer.inputs import mixer_inputs, result, table
from crossmodal.ui.frame import PageContext, error_boundary
from crossmodal.ui.mixer_state import MODE, MixerState
from crossmodal.ui.numbers import number
from crossmodal.ui.samples import Sample
from crossmodal.ui.sections import result_card, sweep, why
from crossmodal.ui.sections.alpha_slider import alpha_slider, use_switch

_MESSAGE_PREFIXES = ("flips.", "mix.", "mode.", "temperature", "error.nothing_to_fuse", "error.title.nothing_to_fuse")
_MESSAGES = (
    "fused",
    "margin",
    "weights",
    "sentiment",
    "result.spoken",
    "use",
    "alpha",
    "rule",
    "mixer",
    "mode",
    "sharpness",
)
"""Prefixes of the message keys, and further message keys, whose texts the component shows."""


def bench(context: PageContext, engine: Engine, sample: Sample) -> None:
    """The predictions and the mixer to the left, the fused result to the right."""
    with st.container(key="bench"):
        if mixer.usable():
            mixer.fix(_fixed(context, engine, sample))
            _live(context, engine, sample)
        else:
            _plain(context, engine, sample)


def settings_now(engine: Engine) -> FusionSettings:
    """The present settings of the bench, from the session or the address."""
    return mixer_state.current(engine.modalities, engine.rules).settings()


# --- in the browser ------------------------------------------------------------------------------------------------


@st.fragment
def _live(context: PageContext, engine: Engine, sample: Sample) -> None:
    """The whole bench as one component; releasing a slider runs this, and nothing else of the page."""
    if not mixer.usable():
        st.rerun()  # it has just failed: the page is drawn again with plain sliders
    now, evidence = mixer_state.current(engine.modalities, engine.rules), sample.evidence
    used = replace(evidence, predictions=samples.without(evidence.predictions, *now.off))
    fused, spent = None, 0.0
    with suppress(InputError):  # nothing is switched on: the component says so
        fused, spent = _fuse(engine, used, now.settings())
    boundaries = flips(used, now.settings(), engine.calibration)
    changing = {"settings": _sent(now), "result": result(fused), "flips": _flips(boundaries, now)}
    if find_rule(now.rule).learned:
        changing["table"] = table(used, now.settings(), engine.calibration) | {"rule": now.rule, "off": list(now.off)}
    mixer.show({"key": _key(sample), **changing}, engine.modalities, engine.rules)
    with st.container(key="plain"):
        st.button(context.say("plain"), key="go_plain", on_click=mixer.give_up, type="tertiary")
    if fused:
        _small_print(context.say, engine, used, fused, now.settings(), {**evidence.cost, "fuse": spent})
    _curve(context, engine, used, now.settings(), boundaries)
    why.why(context, engine, sample, used, now.settings())
    address.stamp_schema()


def _fuse(engine: Engine, evidence: Evidence, settings: FusionSettings) -> tuple[FusionResult, float]:
    """The fused result and its cost in milliseconds of this thread, which other sessions do not add to."""
    start = time.thread_time()
    fused = engine.fuse(evidence, settings)
    return fused, (time.thread_time() - start) * 1e3


def _curve(
    context: PageContext, engine: Engine, used: Evidence, settings: FusionSettings, boundaries: Flips | None
) -> None:
    """The score of every mix on held-out pairs, with the present mix marked."""
    with error_boundary(context.say, "sweep"):
        alpha = 0.5 if boundaries is None else mix(used, settings)
        sweep.sweep(context, engine, settings, boundaries, alpha)


def _key(sample: Sample) -> str:
    return samples.digest(sample.key, sample.said)


def _fixed(context: PageContext, engine: Engine, sample: Sample) -> dict[str, Any]:
    """What the component needs and no setting changes, as JSON values."""
    say, evidence = context.say, sample.evidence
    words = {key: say.wording(key) for key in CATALOGUE if key.startswith(_MESSAGE_PREFIXES) or key in _MESSAGES}
    tasks = [{"labels": [say.label(task, label) for label in labels]} for task, labels in TASKS.items()]
    colours = {"colours": [context.colour(label) for label in TASKS[EMOTION]]}
    return {
        "key": _key(sample),
        "near": [flip_words.EDGE, flip_words.NEAR],
        "words": words,
        "tasks": [tasks[0] | colours, *tasks[1:]],
        "modalities": [_modality(say, evidence, name, i) for i, name in enumerate(engine.modalities, 1)],
        "problem": mixer_inputs(evidence, engine.calibration),
        "rules": [{"name": rule, "label": say.rule(rule), "note": _note(say, rule)} for rule in engine.rules],
        "temperatures": TEMPERATURES,
        "marks": _marks(say, engine, evidence),
    }


def _note(say: Translator, rule: str) -> str:
    """What a rule does; of a learned one also how it moves under a slider."""
    note = say.known(f"rule.{rule}.note", "")
    return f"{note} {say('rule.table')}" if find_rule(rule).learned else note


def _modality(say: Translator, evidence: Evidence, name: str, index: int) -> dict[str, Any]:
    common: dict[str, Any] = {"name": name, "label": say.modality(name), "index": index, "symbol": formula.alpha(index)}
    if name not in evidence.predictions:
        return common | {"present": False, "absent": say.known(f"absent.{name}", say("absent"))}
    return common | {"present": True, "certainty": _certainty(say, evidence, name)}


def _sent(now: MixerState) -> dict[str, Any]:
    return {
        "alpha": dict(now.alpha),
        "off": list(now.off),
        "rule": now.rule,
        "temperature": now.temperature,
        "prior": now.settings().prior,
        "mode": MODE.value(),
    }


def _flips(boundaries: Flips | None, now: MixerState) -> dict[str, Any] | None:
    """The mixes of two modalities at which the label flips, and the settings under which they do, as JSON values."""
    if boundaries is None:
        return None
    classes = TASKS[EMOTION]
    segments = [[segment.start, segment.end, classes.index(segment.label)] for segment in boundaries.segments]
    return {"segments": segments, "exact": boundaries.exact, "rule": now.rule, "off": list(now.off)}


def _marks(say: Translator, engine: Engine, evidence: Evidence) -> list[dict[str, Any]]:
    """Suggested mixes of two, as weights of the first: the best on held-out pairs, by certainty, by the gate."""
    if len(evidence.predictions) != 2 or len(engine.modalities) != 2:
        return []
    at: dict[str, Mapping[str, float]] = {"best": best_alphas(engine.folder, engine.model_hash)}
    sure = confidence_share(evidence)
    if sure is not None:
        at["sure"] = {"*": round(sure, 2)}
    gate = gate_share(evidence, engine.calibration)
    if gate is not None:
        at["gate"] = {"*": round(gate, 2)}
    return [
        {"label": say(f"mark.{key}"), "help": say(f"mark.{key}.help"), "at": shares}
        for key, shares in at.items()
        if shares
    ]


# --- with plain sliders --------------------------------------------------------------------------------------------


def _plain(context: PageContext, engine: Engine, sample: Sample) -> None:
    evidence = sample.evidence
    left, right = st.columns([len(engine.modalities) + 0.1, 1.3], gap="large")
    with left:
        for name, panel in zip(engine.modalities, st.columns(len(engine.modalities), gap="large"), strict=True):
            with panel:
                _prediction(context, engine, name, evidence)
        mix_plainly(context, engine, evidence, right.container(), sample)


@st.fragment
def mix_plainly(
    context: PageContext, engine: Engine, evidence: Evidence, result_panel: DeltaGenerator, sample: Sample | None = None
) -> None:
    """The mixer and, in ``result_panel``, the fused result: all that changes with a slider, and nothing else.

    With a ``sample`` the explanation of its result follows.
    """
    settings = _mixer(context.say, engine, evidence)
    used = _used(engine, evidence)
    with result_panel, error_boundary(context.say, "bench"):
        result, spent = _fuse(engine, used, settings)
        st.html(result_card.large_card(context, result))
        _small_print(context.say, engine, evidence, result, settings, {**evidence.cost, "fuse": spent})
    _curve(context, engine, used, settings, flips(used, settings, engine.calibration))
    if sample:
        why.why(context, engine, sample, used, settings)
    address.stamp_schema()


def _used(engine: Engine, evidence: Evidence) -> Evidence:
    """The evidence without the modalities that are switched off."""
    off = [name for name in engine.modalities if not st.session_state[f"m_{name}"]]
    return replace(evidence, predictions=samples.without(evidence.predictions, *off))


# --- the mixer -----------------------------------------------------------------------------------------------------


def _mixer(say: Translator, engine: Engine, evidence: Evidence) -> FusionSettings:
    """Weights, rule and temperature, each bound to the address."""
    alpha = {}
    with st.container(key="mixer"):
        columns = st.columns(len(engine.modalities), gap="large")
        for index, (name, column) in enumerate(zip(engine.modalities, columns, strict=True), 1):
            with column:
                alpha[name] = weight(say, name, index, name in evidence.predictions)
        left, right = st.columns(2, gap="large")
        with left:
            rule = rule_menu(say, engine)
        with right:
            chosen_temperature = temperature(say)
    return FusionSettings(alpha, rule, chosen_temperature)


def weight(say: Translator, name: str, index: int, present: bool = True) -> float:
    """The switch and the weight of one modality, both bound to the address."""
    switch, slider = address.key(f"m_{name}"), address.key(f"a_{name}")
    used = use_switch(say, name, switch.spelling, switch.default)
    return alpha_slider(say, name, index, slider.spelling, slider.default, disabled=not (used and present))


def rule_menu(say: Translator, engine: Engine) -> str:
    """The fusion rule, one of those that the models offer; it stands in the address."""
    choice = mixer_state.rule(engine.rules)
    note = say.known(f"rule.{choice.value()}.note", "") or None
    return choice.menu(say, say("rule"), say.rule, help=note)


def temperature(say: Translator) -> float:
    """The temperature of the fused result, bound to the address."""
    key = address.key("t")
    return st.select_slider(
        say("temperature"),
        key.options,
        key.default,
        format_func="{:g}".format,
        key=key.bound(),
        bind="query-params",
        help=say("temperature.help"),
    )


# --- predictions and result ----------------------------------------------------------------------------------------


def _prediction(context: PageContext, engine: Engine, name: str, evidence: Evidence) -> None:
    """The prediction of one modality, or why there is none."""
    say, index = context.say, engine.modalities.index(name) + 1
    if name not in evidence.predictions:
        st.html(html.heading(say.modality(name), index, ""))
        st.html(html.note(say.known(f"absent.{name}", say("absent"))))
        return
    values = evidence.predictions[name].probabilities
    heading = html.heading(say.modality(name), index, _certainty(say, evidence, name))
    drawn = result_card.bars(context, say.modality(name), values[EMOTION])
    st.html(heading + drawn + result_card.sentiment(say, values[SENTIMENT]))


def _certainty(say: Translator, evidence: Evidence, name: str) -> str:
    return say("certainty", value=number(float(confidence(evidence.predictions[name].probabilities[EMOTION]))))


def _small_print(  # noqa: PLR0913, all that the lines show
    say: Translator,
    engine: Engine,
    evidence: Evidence,
    result: FusionResult,
    settings: FusionSettings,
    cost: Mapping[str, float],
) -> None:
    """The formula with its numbers, what each symbol stands for on the page, and the cost of each stage."""
    weights = [(engine.modalities.index(name) + 1, weight) for name, weight in result.alpha_used.items()]
    general = find_rule(result.rule).formula
    with st.container(key="formula"):
        st.markdown(f"${formula.written(result.rule, general, weights, settings.temperature)}$")
    st.html(html.guide(say("guide"), _guide(say, engine, evidence, result)))
    stages = {say.known(f"cost.{stage}", stage): f"{ms:.0f}" if ms >= 1 else f"{ms:.2f}" for stage, ms in cost.items()}
    st.html(html.costs(say("cost"), stages))


def _guide(say: Translator, engine: Engine, evidence: Evidence, result: FusionResult) -> list[tuple[str, str, str]]:
    """Each symbol of the formula: the part of the page, the symbol, its present value."""
    used = list(result.alpha_used)
    numbers = {name: formula.subscript(engine.modalities.index(name) + 1) for name in used}

    def listed(symbol: str, value: Mapping[str, str]) -> str:
        return " \u00b7 ".join(f"{symbol}{numbers[name]}: {value[name]}" for name in used)

    probabilities = {name: evidence.predictions[name].probabilities[EMOTION] for name in used}
    says = {
        name: _label_with_probability(say, TASKS[EMOTION][int(p.argmax())], float(p.max()))
        for name, p in probabilities.items()
    }
    weights = {name: number(weight) for name, weight in result.alpha_used.items()}
    fused = _label_with_probability(say, result.label, float(result.probabilities[EMOTION].max()))
    return [
        ("x", "x", say("guide.x", parts=listed("x", {name: say.modality(name) for name in used}))),
        ("f", "f(x)", say("guide.f", parts=listed("f", says))),
        ("alpha", "\u03b1", say("guide.alpha", parts=listed("\u03b1", weights))),
        ("fusion", "Fusion(x)", say("guide.fusion", fused=fused)),
    ]


def _label_with_probability(say: Translator, label: str, probability: float) -> str:
    return f"{say.label(EMOTION, label)} {number(probability)}"
