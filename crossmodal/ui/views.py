"""What the page draws: the frame, the inputs, the clip with its words, and the bench where readings are fused."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import streamlit as st

from crossmodal.engine import Engine
from crossmodal.errors import BusyError, CrossmodalError, InputError, ModelError
from crossmodal.examples import DEFAULT, load_examples
from crossmodal.fusion import DEFAULT_RULE, fusion_rules
from crossmodal.fusion.confidence import confidence
from crossmodal.text import MAX_CHARACTERS
from crossmodal.types import TASKS, Array, Evidence, FusionResult, FusionSettings, Reading
from crossmodal.ui import charts, formula, markup, palette, state
from crossmodal.ui.state import Subject
from crossmodal.ui.strings import LANGUAGES, Say, facts, preferred

STYLE = Path(__file__).with_name("style.css")
SOURCES = ("example", "record", "upload", "type")
DEFAULT_ALPHA = 0.5
TEMPERATURES = (4.0, 2.8, 2.0, 1.4, 1.0, 0.7, 0.5, 0.35, 0.25)
"""Even steps of a factor of about 1.4, flattest first, so that sharper lies to the right."""

_log = logging.getLogger(__name__)
_EMOTION, _SENTIMENT = TASKS


# --- the frame -----------------------------------------------------------------------------------------------------


def frame() -> Say:
    """The head of the page with the language switch; returns the wordings of the language chosen."""
    st.html(STYLE)
    default = preferred(st.context.locale)
    state.seed_choice("lang", tuple(LANGUAGES), default)
    say = Say(st.session_state["lang"])
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.html(markup.masthead(say("title"), say("tagline")), width="content")
        st.segmented_control(
            say("language"), tuple(LANGUAGES), format_func=LANGUAGES.__getitem__, key="lang", required=True,
            label_visibility="collapsed", on_change=_choose_language,
        )  # fmt: skip
    return say


def _choose_language() -> None:
    """Once chosen, a language stays in the address, whatever the next browser prefers."""
    st.query_params["lang"] = st.session_state["lang"]


def footer(say: Say, engine: Engine) -> None:
    """What must be said once, and which models speak."""
    st.html(markup.footer([say("note.scores"), say("note.models", model_hash=engine.model_hash)]))


def theme() -> str:
    """The theme that the visitor's browser shows, by name."""
    return "dark" if st.context.theme.type == "dark" else "light"


# --- errors --------------------------------------------------------------------------------------------------------


def show_error(say: Say, error: CrossmodalError) -> None:
    """An error as prose: what happened, which value, what is allowed."""
    kind = {InputError: "input", ModelError: "model", BusyError: "busy"}.get(type(error), "unexpected")
    is_model = isinstance(error, ModelError)
    body = [say.error(error)] + ([] if is_model else [say("error.kept")])
    st.html(markup.notice(say(f"error.title.{kind}"), body, facts(say, error.values) if is_model else ()))
    if isinstance(error, BusyError):
        st.button(say("again"), key="again")


def show_unexpected(say: Say) -> None:
    """An error that nobody foresaw."""
    st.html(markup.notice(say("error.title.unexpected"), [say("error.unexpected"), say("error.kept")]))
    st.button(say("again"), key="again")


@contextmanager
def told(say: Say) -> Iterator[None]:
    """Whatever goes wrong within is said in the page; the cause of the unforeseen goes to the log."""
    try:
        yield
    except CrossmodalError as error:
        show_error(say, error)
    except Exception:
        _log.exception("a reading failed")
        show_unexpected(say)


# --- inputs --------------------------------------------------------------------------------------------------------


def source(say: Say, engine: Engine) -> Subject | None:
    """The switch between inputs and the input chosen; what was read of it, or nothing yet."""
    state.seed_choice("src", SOURCES, SOURCES[0])
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="source"):
        st.segmented_control(
            say("source"), SOURCES, format_func=lambda name: say(f"source.{name}"), key="src", required=True,
            on_change=state.write_choice, args=("src", SOURCES[0]),
        )  # fmt: skip
        with st.container(key="given"):
            read = _INPUTS[st.session_state["src"]](say, engine)
    progress = st.empty()
    if read is None:
        st.html(markup.invitation(say(f"empty.{st.session_state['src']}")))
        return None
    with told(say):
        subject = read(_announcer(say, progress))
        progress.empty()
        return subject
    progress.empty()
    return None


Read = Callable[[Callable[[str], None]], Subject]


def _announcer(say: Say, place: st.delta_generator.DeltaGenerator) -> Callable[[str], None]:
    def announce(stage: str) -> None:
        place.status(say.known(f"stage.{stage}", stage), type="compact")

    return announce


def _example_input(say: Say, engine: Engine) -> Read:
    examples = load_examples()
    default = DEFAULT if DEFAULT in examples else next(iter(examples))
    state.seed_choice("ex", tuple(examples), default)
    st.selectbox(
        say("example"), tuple(examples), key="ex", on_change=_choose_example, args=(default,),
        format_func=lambda key: examples[key].title[say.language],
    )  # fmt: skip
    return lambda progress: state.read_example(engine, examples[st.session_state["ex"]], progress)


def _choose_example(default: str) -> None:
    """Another example starts with its own words."""
    state.write_choice("ex", default)
    st.session_state["w"] = load_examples()[st.session_state["ex"]].text


def _record_input(say: Say, engine: Engine) -> Read | None:
    st.audio_input(say("record"), key="record_widget", on_change=state.keep_clip, args=("record",))
    return _clip_read(say, engine, "record")


def _upload_input(say: Say, engine: Engine) -> Read | None:
    st.file_uploader(
        say("upload"), list(state.UPLOADS), key="upload_widget", on_change=state.keep_clip, args=("upload",)
    )
    return _clip_read(say, engine, "upload")


def _clip_read(say: Say, engine: Engine, name: str) -> Read | None:
    st.html(markup.note(say("privacy")))
    data = state.kept_clip(name)
    return None if data is None else lambda progress: state.read_clip(engine, data, progress)


def _type_input(say: Say, engine: Engine) -> Read | None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_area(
            say("typed"), key="txt", max_chars=MAX_CHARACTERS, height=68, bind="query-params",
            placeholder=say("typed.placeholder"),
        )  # fmt: skip
        st.button(say("typed.go"), key="go", type="primary")
    st.html(markup.note(say("typed.privacy")))
    return (lambda progress: state.read_text(engine, text, progress)) if text and text.strip() else None


_INPUTS: dict[str, Callable[[Say, Engine], Read | None]] = {
    "example": _example_input,
    "record": _record_input,
    "upload": _upload_input,
    "type": _type_input,
}


# --- the clip and its words ----------------------------------------------------------------------------------------


def clip(say: Say, engine: Engine, subject: Subject) -> Subject:
    """The waveform with its player, and the words beside it; returns the subject with the words as they stand."""
    if subject.clip is None:
        return subject
    left, right = st.columns([1.7, 1], gap="large")
    with right:
        text = _words_box(say, subject)
        place = st.empty()
        with told(say):
            subject = state.with_words(engine, subject, text, _announcer(say, place))
        place.empty()
    with left:
        _waveform(say, subject)
    return subject


def _words_box(say: Say, subject: Subject) -> str:
    """The words in an editable box. Those of an example stand in the address, those of a visitor's clip do not."""
    own: dict[str, str] = {"persist_state": "session"}
    named = {"key": "w", "bind": "query-params"} if _is_example() else {"key": f"words_{subject.key[:16]}", **own}
    text: str = st.text_area(
        say("words"), subject.words, max_chars=MAX_CHARACTERS, height=84, help=say("words.help"),
        placeholder=say("words.placeholder"), **named,
    )  # fmt: skip
    return text


def _is_example() -> bool:
    return bool(st.session_state["src"] == "example")


def _waveform(say: Say, subject: Subject) -> None:
    shown, transcript = subject.clip, subject.evidence.transcript
    assert shown is not None
    timed = transcript.words if transcript and transcript.text == subject.words and not subject.edited else ()
    name = theme()
    figure = charts.waveform(
        shown.envelope, shown.segments, shown.seconds, words=timed, ink=palette.INK[name], wave=palette.WAVE[name]
    )
    spans = ", ".join(f"{start:.1f}-{end:.1f} s" for start, end in shown.segments)
    st.plotly_chart(
        figure, key="waveform", config=charts.CONFIG, alt=say("wave.alt", seconds=f"{shown.seconds:.1f}", spans=spans)
    )
    with st.container(horizontal=True, vertical_alignment="center", key="player"):
        st.audio(shown.audio)
        st.html(markup.note(_clip_note(say, subject, shown.seconds)))


def _clip_note(say: Say, subject: Subject, seconds: float) -> str:
    if _is_example():
        return say("example.synthetic")
    transcript = subject.evidence.transcript
    heard = say("words.heard", confidence=f"{transcript.confidence:.0%}") if transcript and transcript.text else ""
    return " \u00b7 ".join(filter(None, (say("wave.caption", seconds=f"{seconds:.1f}"), heard)))


# --- the bench -----------------------------------------------------------------------------------------------------


@st.fragment
def bench(say: Say, engine: Engine, subject: Subject) -> None:
    """Readings, fused reading and mixer: all that follows a slider, and nothing else."""
    name = theme()
    panels = st.container(key="panels")
    settings = _mixer(say, engine, subject.evidence)
    used = _used(engine, subject.evidence)
    with panels:
        _panels(say, engine, used, subject.evidence, settings, name)
    state.stamp_address()


def _used(engine: Engine, evidence: Evidence) -> Evidence:
    """The evidence without the modalities that are switched off."""
    off = [name for name in engine.modalities if not st.session_state[f"m_{name}"]]
    return replace(evidence, readings=state.without(evidence.readings, *off))


def _mixer(say: Say, engine: Engine, evidence: Evidence) -> FusionSettings:
    """Weights, rule and sharpness, each in the address."""
    rules = tuple(fusion_rules())
    state.seed_choice("rule", rules, DEFAULT_RULE)
    columns = st.columns([1.25] * len(engine.modalities) + [1, 1], gap="large")
    alpha = {}
    for index, (name, column) in enumerate(zip(engine.modalities, columns, strict=False), 1):
        with column:
            alpha[name] = _weight(say, name, index, name in evidence.readings)
    with columns[-2]:
        st.selectbox(
            say("rule"), rules, key="rule", format_func=say.rule, on_change=state.write_choice,
            args=("rule", DEFAULT_RULE), help=say.known(f"rule.{st.session_state['rule']}.note", ""),
        )  # fmt: skip
    with columns[-1]:
        temperature = st.select_slider(
            say("temperature"), TEMPERATURES, 1.0, format_func="{:g}".format, key="t", bind="query-params",
            help=say("temperature.help"),
        )  # fmt: skip
    return FusionSettings(alpha, st.session_state["rule"], temperature)


def _weight(say: Say, name: str, index: int, present: bool) -> float:
    modality = say.modality(name)
    use = st.toggle(say("use", modality=modality), True, key=f"m_{name}", bind="query-params")
    weight: float = st.slider(
        say("alpha", modality=modality, index=index), 0.0, 1.0, DEFAULT_ALPHA, 0.01, key=f"a_{name}",
        bind="query-params", disabled=not (use and present), help=say("alpha.help"),
    )  # fmt: skip
    return weight


def _panels(
    say: Say, engine: Engine, used: Evidence, evidence: Evidence, settings: FusionSettings, theme_name: str
) -> None:
    columns = st.columns([1] * len(engine.modalities) + [1.3], gap="large")
    for index, (name, column) in enumerate(zip(engine.modalities, columns, strict=False), 1):
        with column:
            _reading(say, name, index, evidence.readings.get(name), name in used.readings, theme_name)
    with columns[-1], told(say):
        start = time.perf_counter()
        result = engine.fuse(used, settings)
        spent = (time.perf_counter() - start) * 1e3
        _fused(say, engine, result, theme_name)
        _small_print(say, engine, result, settings, evidence, spent)


def _reading(say: Say, name: str, index: int, reading: Reading | None, used: bool, theme_name: str) -> None:
    if reading is None:
        st.html(markup.heading(say.modality(name), index, ""))
        st.html(markup.note(say.known(f"absent.{name}", say("absent"))))
        return
    certainty = formula.number(float(confidence(reading.probabilities[_EMOTION])))
    said = say("certainty", value=certainty) if used else say("unused")
    st.html(markup.heading(say.modality(name), index, said))
    _bars(say, name, say.modality(name), reading.probabilities[_EMOTION], theme_name)
    st.html(_strip(say, reading.probabilities[_SENTIMENT]))


def _bars(say: Say, key: str, name: str, values: Array, theme_name: str, row: int = 22, size: int = 13) -> None:
    shown = [
        charts.Bar(say.label(_EMOTION, label), float(p), palette.colour(theme_name, label))
        for label, p in zip(TASKS[_EMOTION], values, strict=True)
    ]
    listed = ", ".join(f"{bar.label} {charts.percent(bar.probability)} %" for bar in shown)
    st.plotly_chart(
        charts.bars(shown, ink=palette.INK[theme_name], row=row, size=size), key=f"bars_{key}",
        config=charts.CONFIG, alt=say("bars.alt", name=name, values=listed),
    )  # fmt: skip


def _strip(say: Say, values: Array) -> str:
    named = [(say.label(_SENTIMENT, label), float(p)) for label, p in zip(TASKS[_SENTIMENT], values, strict=True)]
    return markup.strip(say("sentiment"), named)


def _fused(say: Say, engine: Engine, result: FusionResult, theme_name: str) -> None:
    label, probability = say.label(_EMOTION, result.label), float(result.probabilities[_EMOTION].max())
    runner_up, margin = say.label(_EMOTION, result.runner_up), round(100 * result.margin)
    weights = " \u00b7 ".join(f"{say.modality(m)} {formula.number(w)}" for m, w in result.alpha_used.items())
    lines = [say("margin", margin=margin, runner_up=runner_up), f"{say('weights')} {weights}"]
    spoken = say(
        "result.spoken", label=label, probability=charts.percent(probability), margin=margin, runner_up=runner_up,
        weights=weights,
    )  # fmt: skip
    colour = palette.colour(theme_name, result.label)
    st.html(markup.verdict(say("fused"), label, colour, probability, lines, spoken))
    _bars(say, "fused", say("fused"), result.probabilities[_EMOTION], theme_name, row=24, size=14)
    st.html(_strip(say, result.probabilities[_SENTIMENT]))


def _small_print(
    say: Say, engine: Engine, result: FusionResult, settings: FusionSettings, evidence: Evidence, spent: float
) -> None:
    """The formula with its numbers, and what each stage took."""
    places = {name: index for index, name in enumerate(engine.modalities, 1)}
    weights = [(places[name], weight) for name, weight in result.alpha_used.items()]
    general = fusion_rules()[result.rule].formula
    st.latex(formula.written(result.rule, general, weights, settings.temperature))
    stages = {say.known(f"cost.{stage}", stage): f"{ms:.0f}" for stage, ms in evidence.cost.items()}
    before = stages or {say("cost.shipped"): ""}
    st.html(markup.costs(say("cost"), before | {say("cost.fuse"): f"{spent:.2f}"}))
