"""A clip behind a link: opening it as it was shared, and deleting it by its delete link."""

from __future__ import annotations

import streamlit as st

from crossmodal.engine import Engine
from crossmodal.errors import InputError
from crossmodal.i18n.translator import Translator
from crossmodal.sharing.clip_store import SharedClip
from crossmodal.ui import address, clip_store, html, samples
from crossmodal.ui.frame import PageContext, error_boundary
from crossmodal.ui.numbers import utc_date
from crossmodal.ui.samples import DisplayClip, Sample
from crossmodal.ui.sections.inputs import announcer

# --- opening ---------------------------------------------------------------------------------------------------------


def open_from_address(context: PageContext, engine: Engine) -> tuple[bool, Sample | None]:
    """Whether the address names a clip of the store, and that clip as it was shared.

    A clip that is gone is reported, and the settings stay. A clip that was shared with other models is embedded anew
    with the present ones, which is reported too; its sample is None while the encoders are busy. The visitor can
    close it.
    """
    clip_id = address.key("clip").asked()
    if not clip_id:
        st.session_state.pop("_opened", None)
        return False, None
    try:
        shared, sample = _open(engine, clip_id)
    except InputError as error:
        _gone(context.say, error)
        return False, None
    with st.container(horizontal=True, vertical_alignment="center", key="opened"):
        st.html(html.note(context.say("share.opened", date=utc_date(shared.expires))))
        st.button(context.say("share.close"), key="close_clip", type="tertiary", on_click=_close)
    if shared.evidence.model_hash == engine.model_hash:
        return True, sample
    note = context.say("share.opened.read_anew", shared=shared.evidence.model_hash, present=engine.model_hash)
    st.html(html.note(note))
    return True, _embed_anew(context, engine, shared, sample)


def open_id() -> str | None:
    """The id of the shared clip that is open at present."""
    return address.key("clip").asked() if "_opened" in st.session_state else None


def _open(engine: Engine, clip_id: str) -> tuple[SharedClip, Sample]:
    """The clip of that id and its sample, read from the store once a session. Raises InputError."""
    opened: tuple[str, SharedClip, Sample] | None = st.session_state.get("_opened")
    if opened and opened[0] == clip_id:
        return opened[1], opened[2]
    store = clip_store.store()
    if store is None:
        raise InputError("clip_gone")
    shared = store.get(clip_id)
    _check_fit(engine, shared)
    clip = DisplayClip(shared.envelope, shared.segments, shared.seconds, shared.audio)
    sample = Sample(samples.digest("shared", clip_id), shared.evidence, shared.words, clip)
    st.session_state["_opened"] = (clip_id, shared, sample)
    return shared, sample


def _check_fit(engine: Engine, shared: SharedClip) -> None:
    """Evidence with the hash of the present models must have their modalities and width. Raises InputError."""
    if shared.evidence.model_hash != engine.model_hash:
        return
    width = next(iter(engine.calibration.weight.values())).shape[1]
    predictions = shared.evidence.predictions
    if not set(predictions) <= set(engine.modalities) or any(len(r.embedding) != width for r in predictions.values()):
        raise InputError("clip_damaged")


def _embed_anew(context: PageContext, engine: Engine, shared: SharedClip, sample: Sample) -> Sample | None:
    """The shared audio and words with the evidence of the present models; None while the encoders are busy."""
    status, current = st.empty(), None
    progress = announcer(context.say, status)
    with error_boundary(context.say, "opened"):
        transcribed = samples.read_clip(engine, shared.audio, progress)
        current = samples.with_words(engine, transcribed, shared.words, progress)
    status.empty()
    return current and Sample(sample.key, current.evidence, shared.words, sample.clip)


def _gone(say: Translator, error: InputError) -> None:
    title = say.known(f"error.title.{error.code}", say("error.title.input"))
    st.html(html.notice(title, [say.error(error), say("share.settings_kept")]))
    st.button(say("share.close.gone"), key="close_clip", on_click=_close)


def _close() -> None:
    """Callback: leave the shared clip, and with it its id in the address."""
    st.session_state.pop("_opened", None)
    address.key("clip").drop()


# --- deleting --------------------------------------------------------------------------------------------------------


def delete_from_address(context: PageContext) -> bool:
    """Where the address asks to delete a clip: the question, and its buttons. Returns whether it asked.

    Opening the link deletes nothing, as programs that preview links open them too.
    """
    requested = address.key("forget").asked()
    if not requested:
        if st.session_state.pop("_forgotten", False):
            st.html(html.notice(context.say("share.forget.done"), []))
        return False
    say = context.say
    st.html(html.notice(say("share.forget.title"), [say("share.forget.what")]))
    with st.container(horizontal=True):
        confirmed = st.button(say("share.forget.go"), key="forget_go", type="primary")
        st.button(say("share.forget.keep"), key="forget_keep", on_click=_leave_question)
    if confirmed:
        with error_boundary(say, "forget"):
            _delete(requested)
            st.session_state["_forgotten"] = True
            _leave_question()
            st.rerun()
    return True


def _delete(requested: str) -> None:
    """Delete the clip of an entry ``id.token``. Raises InputError."""
    store = clip_store.store()
    clip_id, _, token = requested.partition(".")
    if store is None:
        raise InputError("clip_gone")
    store.delete(clip_id, token)
    st.session_state.pop("_opened", None)


def _leave_question() -> None:
    """Callback: take the request to delete out of the address."""
    address.key("forget").drop()
