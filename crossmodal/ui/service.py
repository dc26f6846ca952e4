"""The engine of this process, its warm-up, and the custom model of a session in its place."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from crossmodal.engine import Engine
from crossmodal.errors import ModelError
from crossmodal.model.folder import ModelFolder, default_models

if TYPE_CHECKING:
    from crossmodal.i18n.translator import Translator

CUSTOM_FOLDER = "crossmodal-own-model"
"""The name of a custom model's archive and of its folder, in the code that reproduces a result."""
WARM_UP_SECONDS = 1.0
"""Let the first page be drawn before the models take the processor."""
SET_ASIDE_SECONDS = 3600.0

_log = logging.getLogger(__name__)


class Service:
    """The engine of this process, and why its models could not be loaded, if so."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._failure: ModelError | None = None

    @property
    def failure(self) -> ModelError | None:
        """The error of the load in the background; None once the models are loaded."""
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
    """Freeze the present objects for the garbage collector, and repeat every SET_ASIDE_SECONDS.

    Streamlit collects after every run of a page. With the half million objects of the models' libraries that takes
    0.3 s, during which no request is served. Frozen objects that died since, as those of closed sessions, are collected
    first.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    _later(SET_ASIDE_SECONDS, _set_aside)


def make_engine() -> Engine:
    """The engine over the shipped models, every file of which is hashed first. Raises ModelError."""
    folder = default_models()
    engine = Engine(folder)
    ModelFolder(folder).verify()
    return engine


@st.cache_resource(show_spinner=False)
def service() -> Service:
    """The one service of this process, warming up from its first use. Raises ModelError, and then tries again."""
    made = Service(make_engine())
    made.warm_up()
    return made


@dataclass(frozen=True, slots=True)
class CustomModel:
    """A model that a visitor trained or loaded, for that session alone; ``keep`` keeps its temporary folder alive."""

    engine: Engine
    keep: object


def use_custom(folder: Path, keep: object) -> None:
    """Use the models in a folder for this session, behind the same gate as all sessions. Raises ModelError."""
    shipped = service().engine
    shipped.pipeline()  # both share the encoders: a concurrent load waits here, and none is loaded twice
    custom = Engine(folder, gate=shipped.gate)
    custom.pipeline()  # fast by now, and an error is raised here and not on the bench
    st.session_state["_own_model"] = CustomModel(custom, keep)


def use_shipped() -> None:
    """Back to the models of the process."""
    st.session_state.pop("_own_model", None)


def custom_model() -> CustomModel | None:
    """The custom model of this session, if one is in use."""
    in_use: CustomModel | None = st.session_state.get("_own_model")
    return in_use


def reason_missing(say: Translator, key: str) -> str:
    """Why a metric of the models is missing: the message ``key``, or ``key.own`` while a custom model is in use."""
    return say(key if custom_model() is None else f"{key}.own")


def present() -> Service:
    """The service of this session: that of its custom model where one is in use, else that of the process."""
    shipped, custom = service(), custom_model()
    return shipped if custom is None else Service(custom.engine)
