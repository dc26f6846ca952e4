"""The model of a finished run or of an uploaded archive: to use on every page, and to download."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from crossmodal import limits
from crossmodal.custom import archive
from crossmodal.custom.queue import TrainingRun
from crossmodal.errors import CrossmodalError
from crossmodal.i18n.translator import Translator
from crossmodal.ui import html, service
from crossmodal.ui.frame import PageContext, show_error


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class UploadedModel:
    """The folder of a model that was uploaded, removed with the object."""

    folder: Path


def actions(say: Translator, run: TrainingRun | None) -> None:
    """Use the model on the bench, download it, or upload one."""
    st.html(html.section(say("train.model")))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="own_actions"):
        in_use = service.custom_model()
        is_used = run is not None and in_use is not None and in_use.keep is run
        st.button(
            say("train.use"),
            key="own_use",
            type="primary",
            disabled=run is None or is_used,
            on_click=_use,
            args=(run,),
            help=say("train.use.help"),
        )
        st.download_button(
            say("train.download"),
            (lambda: archive.pack(run.folder / "model", {"events": run.events})) if run else b"",
            f"{service.CUSTOM_FOLDER}.zip",
            "application/zip",
            key="own_download",
            disabled=run is None,
            on_click="ignore",
            help=say("train.download.help"),
        )
        with st.popover(say("train.bring"), key="own_bring"):
            uploaded = st.file_uploader(
                say("train.load"),
                ["zip"],
                key="own_zip",
                on_change=_load,
                help=say("train.load.help"),
                max_upload_size=limits.MAX_ARCHIVE_BYTES // limits.MEGABYTE,
            )
            is_loaded = in_use is not None and isinstance(in_use.keep, UploadedModel)
            if uploaded is not None and not is_loaded:  # the visitor went back since, or took another
                st.button(say("train.load.again"), key="own_again", on_click=_load)
    if run is None:
        st.html(html.note(say("train.model.none")))
    failure: CrossmodalError | None = st.session_state.get("_own_failure")
    if failure is not None:
        show_error(say, failure)


def _use(run: TrainingRun) -> None:
    _activate(run.folder / "model", run)


def _load() -> None:
    """Callback of the uploader and of the button below it: check the archive and use its model at once."""
    uploaded = st.session_state.get("own_zip")
    st.session_state.pop("_own_failure", None)
    if uploaded is None:
        return
    model = UploadedModel(Path(tempfile.mkdtemp(prefix="crossmodal-own-")))
    weakref.finalize(model, shutil.rmtree, model.folder, ignore_errors=True)
    try:
        archive.unpack(uploaded.getvalue(), model.folder / "model")
    except CrossmodalError as error:
        st.session_state["_own_failure"] = error
        return
    _activate(model.folder / "model", model)


def _activate(folder: Path, keep: object) -> None:
    st.session_state.pop("_own_failure", None)
    try:
        service.use_custom(folder, keep)
    except CrossmodalError as error:
        st.session_state["_own_failure"] = error


def note_in_use(context: PageContext) -> None:
    """On every page while a custom model is in use: a note of it, and the way back to the shipped models."""
    custom = service.custom_model()
    if custom is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="own_in_use"):
        st.html(html.banner(context.say("train.in_use", model_hash=custom.engine.model_hash)))
        st.button(context.say("train.back"), key="own_back", on_click=service.use_shipped)
