"""The inputs of the page: an example, the microphone, a file or the keyboard; and the words of a clip."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from crossmodal import limits
from crossmodal.engine import Engine
from crossmodal.examples import load_examples
from crossmodal.i18n.translator import Translator
from crossmodal.ui import address, html, samples
from crossmodal.ui.address import RECENT, TYPED
from crossmodal.ui.charts import svg
from crossmodal.ui.charts.svg import Drawing
from crossmodal.ui.components import plot
from crossmodal.ui.frame import PageContext, error_boundary, show_error
from crossmodal.ui.samples import DisplayClip, Sample
from crossmodal.ui.service import Service
from crossmodal.ui.url_choice import UrlChoice

SOURCE = UrlChoice(address.key("src"))

_LAST_LATIN = "\u024f"

Announce = Callable[[str], None]
Read = Callable[[Announce], Sample]


def source(context: PageContext, service: Service) -> Sample | None:
    """The switch between inputs and the chosen one; returns its sample, or None while nothing is given."""
    say = context.say
    with st.container(horizontal=True, gap="medium", key="source"):
        chosen = SOURCE.segments(say, say("source"), lambda name: say(f"source.{name}"))
        with st.container(key="given"):
            read = _INPUTS[chosen](say, service.engine)
    if service.failure and chosen == "example":
        show_error(say, service.failure, say("examples.still_work"))
    if read is None:
        st.html(html.invitation(say(f"empty.{chosen}")))
        return None
    return _read(say, read)


def _read(say: Translator, read: Read) -> Sample | None:
    status = st.empty()
    sample = None
    with error_boundary(say, "input"):
        sample = read(announcer(say, status))
    status.empty()
    return sample


def announcer(say: Translator, status: DeltaGenerator) -> Announce:
    """A callback that shows the name of each stage in ``status`` as it starts."""

    def announce(stage: str) -> None:
        status.html(html.progress(say.known(f"stage.{stage}", stage)))

    return announce


def _example_input(say: Translator, engine: Engine) -> Read:
    examples = load_examples()
    choice = UrlChoice(address.key("ex").among(examples))
    chosen = choice.menu(say, say("example"), lambda key: examples[key].title[say.language], _start_words)
    return lambda announce: samples.read_example(engine, examples[chosen], announce)


def _start_words(key: str) -> None:
    """Another example starts with its own words."""
    st.session_state["w"] = load_examples()[key].text


def _record_input(say: Translator, engine: Engine) -> Read | None:
    st.audio_input(say("record"), key="record_widget", on_change=samples.keep_clip, args=("record",))
    return _clip_read(say, engine, "record")


def _upload_input(say: Translator, engine: Engine) -> Read | None:
    st.file_uploader(
        say("upload"),
        list(limits.AUDIO_FORMATS),
        key="upload_widget",
        on_change=samples.keep_clip,
        args=("upload",),
        max_upload_size=limits.MAX_CLIP_BYTES // limits.MEGABYTE,
    )
    return _clip_read(say, engine, "upload")


def _clip_read(say: Translator, engine: Engine, name: str) -> Read | None:
    st.html(html.note(say("privacy")))
    data = samples.kept_clip(name)
    return None if data is None else lambda announce: samples.read_clip(engine, data, announce)


def _type_input(say: Translator, engine: Engine) -> Read | None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_area(
            say("typed"),
            key=address.key("txt").bound(),
            max_chars=limits.MAX_TEXT_CHARACTERS,
            height=68,
            bind="query-params",
            placeholder=say("typed.placeholder"),
        )
        st.button(say("typed.go"), key="go", type="primary")
    st.html(html.note(say("typed.privacy")))
    _warn_of_language(say, text or "")
    return (lambda announce: samples.read_text(engine, text, announce)) if text and text.strip() else None


_INPUTS: dict[str, Callable[[Translator, Engine], Read | None]] = {
    "example": _example_input,
    "record": _record_input,
    "upload": _upload_input,
    "type": _type_input,
}


def second(context: PageContext, engine: Engine, first: Sample) -> Sample | None:
    """Another input to compare with the first: an example, typed words, or an earlier input of this session."""
    say, examples = context.say, load_examples()
    others = [item for item in samples.recent(engine) if item.key != first.key]
    recent = {f"{RECENT}{samples.digest(item.key, item.said)[:8]}": item for item in others}
    options = (*examples, TYPED, *recent)
    choice = UrlChoice(address.key("ex2").among(options, next(key for key in reversed(examples))))

    def name(key: str) -> str:
        if key in recent:
            return say("second.own", number=recent[key].arrival, words=recent[key].said[:40])
        return say("second.typed") if key == TYPED else examples[key].title[say.language]

    chosen = choice.menu(say, say("second"), name)
    if chosen in recent:
        return recent[chosen]
    if chosen != TYPED:
        return _read(say, lambda announce: samples.read_example(engine, examples[chosen], announce))
    text = st.text_input(
        say("typed"),
        key=address.key("txt2").bound(),
        max_chars=limits.MAX_TEXT_CHARACTERS,
        bind="query-params",
        placeholder=say("typed.placeholder"),
    )
    if not text.strip():
        return None
    return _read(say, lambda announce: samples.read_text(engine, text, announce))


def clip_with_words(context: PageContext, engine: Engine, sample: Sample) -> Sample:
    """The waveform with its player, and the words beside it; returns the sample with the words as they stand."""
    if sample.clip is None:
        return sample
    left, right = st.columns([1.7, 1], gap="large")
    with right:
        text = _words_box(context.say, sample)
        _warn_of_language(context.say, text)
        status = st.empty()
        with error_boundary(context.say, "words"):
            sample = samples.with_words(engine, sample, text, announcer(context.say, status))
        status.empty()
    drawn = wave(sample)
    if drawn and sample.clip:
        with left:
            _waveform(context.say, drawn, sample.clip)
            _player(context.say, sample, sample.clip)
    return sample


def _words_box(say: Translator, sample: Sample) -> str:
    """The words in an editable box. Those of an example stand in the address, those of a visitor's clip do not."""
    is_private = not sample.from_example
    return st.text_area(
        say("words"),
        sample.words,
        max_chars=limits.MAX_TEXT_CHARACTERS,
        height=76,
        help=say("words.help"),
        placeholder=say("words.placeholder"),
        key=f"words_{sample.key[:16]}" if is_private else address.key("w").bound(),
        bind=None if is_private else "query-params",
        persist_state="session" if is_private else None,
    )


def _warn_of_language(say: Translator, text: str) -> None:
    """Say so where most letters are not Latin: the models know English alone."""
    letters = [character for character in text if character.isalpha()]
    if sum(character > _LAST_LATIN for character in letters) > len(letters) / 2:
        st.html(html.note(say("words.not_english")))


def wave(sample: Sample) -> Drawing | None:
    """The waveform of an input with a clip; the words that were heard stand under it until they are changed."""
    clip = sample.clip
    return svg.waveform(clip.envelope, clip.segments, clip.seconds, sample.timed_words) if clip else None


def _waveform(say: Translator, drawn: Drawing, clip: DisplayClip) -> None:
    spans = ", ".join(f"{start:.1f}-{end:.1f}" for start, end in clip.segments)
    plot.show(drawn, "waveform", say("wave.alt", seconds=f"{clip.seconds:.1f}", spans=spans))


def _player(say: Translator, sample: Sample, clip: DisplayClip) -> None:
    transcript = sample.evidence.transcript
    notes = [say("wave.caption", seconds=f"{clip.seconds:.1f}")]
    if sample.from_example:
        notes = [say("example.synthetic" if sample.shipped else "example.synthetic.anew")]
    elif transcript and transcript.text:
        notes.append(say("words.heard", confidence=f"{transcript.confidence:.0%}"))
    with st.container(horizontal=True, vertical_alignment="center", key="player"):
        st.audio(clip.playable())
        st.html(html.note(" \u00b7 ".join(notes)))
