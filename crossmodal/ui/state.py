"""What a session knows: its choices, its inputs, and what was read of them.

What a visitor gave and what was read of it lies in that visitor's session alone, under the sha256 of the input: the
encoders run once for an input however often a slider moves, and nobody meets another's voice in a shared cache.
"""

from __future__ import annotations

import gc
import hashlib
import logging
import os
import threading
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from crossmodal.audio.envelope import envelope
from crossmodal.engine import Engine
from crossmodal.errors import ModelError
from crossmodal.examples import Example
from crossmodal.model import checkpoints
from crossmodal.text import preprocess as preprocess_text
from crossmodal.timing import Progress, StageTimer
from crossmodal.types import Evidence, Utterance, Waveform

if TYPE_CHECKING:
    from crossmodal.i18n.translator import Translator
    from crossmodal.pipeline import Pipeline

FOLDER_VARIABLE = "CROSSMODAL_MODELS"
"""Environment variable that names another models folder."""
MODELS = "h"
"""Key of the address for the first letters of the model hash that a shared link was made with."""
SCHEMA = "1"
"""Version of the settings in the address."""
OWN_FOLDER = "crossmodal-own-model"
"""What a visitor's own model is called where it is taken away: the folder that code to reproduce a result loads."""
UPLOADS = ("wav", "flac", "ogg", "opus", "mp3", "m4a", "mp4", "aac", "webm")
"""audio.FORMATS, repeated since importing audio imports torch; a test holds the two together."""
CLIP_MEGABYTES = 10
"""audio.MAX_BYTES, repeated likewise; the server itself lets recordings pass, which may be larger."""
WARM_UP_SECONDS = 1.0
"""Let the first page be drawn before the models take the processor."""
SET_ASIDE_SECONDS = 3600.0

_KEPT_SUBJECTS = 8
_MOST_NOTED = 6
_log = logging.getLogger(__name__)


# --- the models of the process -------------------------------------------------------------------------------------


class Service:
    """The engine of this process, and why its models could not be loaded, if so."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._failure: ModelError | None = None

    @property
    def failure(self) -> ModelError | None:
        """What went wrong in the background; nothing once the models are there."""
        return None if self.engine.ready else self._failure

    def warm_up(self) -> None:
        """Load the models in the background, shortly after the first page."""
        _later(WARM_UP_SECONDS, self._load)

    def _load(self) -> None:
        try:
            self.engine.pipeline()
        except ModelError as error:
            _log.error("models cannot be loaded: %s", error)
            self._failure = error
        _set_aside()


def _later(seconds: float, act: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()


def _set_aside() -> None:
    """Keep all that lives at present out of the garbage collector's sight, and look again within the hour.

    Streamlit collects after every run of a page. With the half million objects of the models' libraries that takes
    0.3 s, during which nobody is served. What was set aside and died since, as closed sessions do, is collected first.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    _later(SET_ASIDE_SECONDS, _set_aside)


def models_folder() -> Path:
    """Where the models of this process lie."""
    return Path(os.environ.get(FOLDER_VARIABLE) or checkpoints.MODELS)


def make_engine() -> Engine:
    """The engine over the shipped models, every file of which is hashed first. Raises ModelError."""
    folder = models_folder()
    engine = Engine(folder)
    for name, entry in checkpoints.read_manifest(folder)["files"].items():
        checkpoints.verify(folder / name, entry["sha256"])
    return engine


@st.cache_resource(show_spinner=False)
def service() -> Service:
    """The one service of this process, warming up from its first use. Raises ModelError, and then tries again."""
    made = Service(make_engine())
    made.warm_up()
    return made


@dataclass(frozen=True, slots=True)
class CustomModel:
    """A model that a visitor trained or loaded, in use for that visitor alone; ``keep`` holds on to its folder."""

    engine: Engine
    keep: object


def use_own(folder: Path, keep: object) -> None:
    """Let this session read with the models in a folder, behind the same gate as everybody. Raises ModelError."""
    shipped = service().engine
    shipped.pipeline()  # both share the encoders: whoever loads at the same time waits here and loads none twice
    own = Engine(folder, gate=shipped.gate)
    own.pipeline()  # no more than a moment now, and a fault is met here and not on the bench
    st.session_state["_own_model"] = CustomModel(own, keep)


def use_shipped() -> None:
    """Back to the models of the process."""
    st.session_state.pop("_own_model", None)


def own_model() -> CustomModel | None:
    """The visitor's own model, if one is in use."""
    found: CustomModel | None = st.session_state.get("_own_model")
    return found


def own_or(say: Translator, key: str) -> str:
    """Why a figure of the models is missing: the wording ``key``, or ``key.own`` while a visitor's own are in use."""
    return say(key if own_model() is None else f"{key}.own")


def present() -> Service:
    """What this session reads with: the visitor's own model where one is in use, else that of the process."""
    shipped, own = service(), own_model()
    return shipped if own is None else Service(own.engine)


# --- the address -------------------------------------------------------------------------------------------------


def stamp_address() -> None:
    """Put the schema version into an address that carries settings."""
    if len(st.query_params) and st.query_params.get("v") != SCHEMA:
        st.query_params["v"] = SCHEMA


def note_ignored(key: str, *values: str) -> None:
    """Remember what of the address could not be used, so that the page can say so once."""
    for value in values:
        noted: list[tuple[str, str]] = st.session_state.setdefault("_ignored", [])
        if (key, value) not in noted and len(noted) < _MOST_NOTED:
            noted.append((key, value[:40]))


def ignored() -> list[tuple[str, str]]:
    """Key and value of what was ignored in the address."""
    noted: list[tuple[str, str]] = st.session_state.get("_ignored", [])
    return noted


# --- what was read of an input -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DisplayClip:
    """The voice of an input as it is drawn and played."""

    envelope: tuple[float, ...]
    segments: tuple[tuple[float, float], ...]
    seconds: float
    audio: bytes | Path


@dataclass(frozen=True, slots=True)
class Sample:
    """An input with its evidence. ``words`` is its text before any edit, ``edit`` the words put in their place.

    ``shipped`` marks a finished example, ``arrival`` counts what a session has read of its own, from 1.
    """

    key: str
    evidence: Evidence
    words: str
    clip: DisplayClip | None = None
    shipped: bool = False
    edit: str | None = None
    arrival: int = 0

    @property
    def from_example(self) -> bool:
        """Whether its clip is one of the examples, which lie in files, and no visitor's own."""
        return self.clip is not None and isinstance(self.clip.audio, Path)

    @property
    def edited(self) -> bool:
        """Whether its words were changed."""
        return self.edit is not None

    @property
    def said(self) -> str:
        """The words as they stand."""
        return self.words if self.edit is None else self.edit


def digest(*parts: str | bytes) -> str:
    """sha256 of what was given, which names it in the session."""
    found = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        found.update(len(data).to_bytes(8, "big") + data)
    return found.hexdigest()


def _remember(engine: Engine, own: str, make: Callable[[], Sample]) -> Sample:
    """The subject of that key by these models, made and numbered at its first use. The session keeps the last few."""
    kept: MutableMapping[str, Sample] = st.session_state.setdefault("_subjects", {})
    key = f"{engine.model_hash} {own}"
    if key not in kept:
        sample = make()
        arrival = 1 + max((one.arrival for one in kept.values()), default=0)
        sample = replace(sample, arrival=arrival)
        while len(kept) >= _KEPT_SUBJECTS:
            del kept[next(iter(kept))]
        kept[key] = sample
    return kept[key]


def _run(engine: Engine, work: Callable[[Pipeline], Evidence], progress: Progress) -> Evidence:
    """Run the slow part in turn, saying at once whether the models or a place are waited for."""
    progress("queue" if engine.ready else "load")
    return engine.run(work).checked()


def read_example(engine: Engine, example: Example, progress: Progress) -> Sample:
    """A finished example as it was shipped; read anew only where the models in use are not those that it shows."""
    key = digest("example", example.key)
    clip = DisplayClip(example.envelope, example.segments, example.seconds, example.audio)
    if example.evidence.model_hash == engine.model_hash:
        return Sample(key, example.evidence, example.text, clip, shipped=True)

    def work(pipeline: Pipeline) -> Evidence:
        return example.read(pipeline, progress)

    return _remember(engine, key, lambda: Sample(key, _run(engine, work, progress), example.text, clip))


def read_clip(engine: Engine, data: bytes, progress: Progress) -> Sample:
    """A recorded or uploaded clip, with the words that the recogniser hears in it. Raises CrossmodalError."""
    key = digest("clip", data)
    return _remember(engine, key, lambda: _read_clip(engine, key, data, progress))


def _read_clip(engine: Engine, key: str, data: bytes, progress: Progress) -> Sample:
    clips: list[DisplayClip] = []

    def work(pipeline: Pipeline) -> Evidence:
        watch = StageTimer(progress)
        utterance = pipeline.prepare(speech=data, watch=watch)
        clips.append(_clip(utterance))
        return pipeline.read(utterance, watch=watch)

    evidence = _run(engine, work, progress)
    return Sample(key, evidence, evidence.transcript.text if evidence.transcript else "", clips[-1])


def _clip(utterance: Utterance) -> DisplayClip:
    from crossmodal.audio import to_wav  # imports torch, which the pipeline at work has long imported

    waveform = utterance.inputs["speech"]
    if not isinstance(waveform, Waveform):
        raise TypeError("speech is a waveform")
    return DisplayClip(envelope(waveform.samples), waveform.segments, waveform.seconds, to_wav(waveform.samples))


def read_text(engine: Engine, text: str, progress: Progress) -> Sample:
    """Typed words. Raises CrossmodalError."""
    key = digest("text", text)

    def work(pipeline: Pipeline) -> Evidence:
        return pipeline.embed(text=text, progress=progress)

    return _remember(engine, key, lambda: Sample(key, _run(engine, work, progress), text))


def with_words(engine: Engine, sample: Sample, text: str, progress: Progress) -> Sample:
    """The subject with other words: only they are read again. No words at all leave the voice alone."""
    if text.strip() == sample.words.strip():
        return sample
    key = digest(sample.key, text)

    def make() -> Sample:
        return replace(sample, evidence=_reread(engine, sample, text, progress), edit=text)

    return _remember(engine, key, make)


def _reread(engine: Engine, sample: Sample, text: str, progress: Progress) -> Evidence:
    if not text.strip():
        return replace(sample.evidence, predictions=without(sample.evidence.predictions, "text"))
    clean = preprocess_text(text)

    def work(pipeline: Pipeline) -> Evidence:
        progress("encode_text")
        return pipeline.repredict(sample.evidence, text=clean)

    return _run(engine, work, progress)


def recent(engine: Engine) -> list[Sample]:
    """What this session has read of a visitor's own by these models, the latest first."""
    kept: Mapping[str, Sample] = st.session_state.get("_subjects", {})
    return [
        sample
        for sample in reversed(list(kept.values()))
        if sample.evidence.model_hash == engine.model_hash and not sample.from_example
    ]


def without(mapping: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The mapping less some of its keys."""
    return {name: value for name, value in mapping.items() if name not in names}


# --- clips that outlive their widget -------------------------------------------------------------------------------


def keep_clip(source: str) -> None:
    """Callback of the recorder and the uploader: keep the clip, which Streamlit drops with its widget."""
    given = st.session_state[f"{source}_widget"]
    st.session_state[f"_{source}_clip"] = given.getvalue() if given is not None else None


def kept_clip(source: str) -> bytes | None:
    """The last clip of that source in this session."""
    clip: bytes | None = st.session_state.get(f"_{source}_clip")
    return clip
