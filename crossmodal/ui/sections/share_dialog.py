"""Share: the link, a visitor's own clip behind it, and the view to take away.

The address holds every setting, so the link is the address. A visitor's own clip joins it only when they press the
button that says so: it then lies in the clip store, and the address names it.
"""

from __future__ import annotations

import base64
import datetime
import html
import io
import logging
import os
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

import segno
import streamlit as st

from crossmodal import limits
from crossmodal.engine import Engine
from crossmodal.errors import InputError
from crossmodal.i18n.translator import Translator
from crossmodal.model.folder import MODELS
from crossmodal.sharing import export
from crossmodal.sharing.clip_store import ClipStore, Receipt, SharedClip
from crossmodal.sharing.export import Export
from crossmodal.types import Waveform
from crossmodal.ui import html as markup
from crossmodal.ui import samples
from crossmodal.ui.address import SCHEMA
from crossmodal.ui.charts import svg as drawings
from crossmodal.ui.frame import PageContext, error_boundary
from crossmodal.ui.samples import DisplayClip, Sample
from crossmodal.ui.sections import report
from crossmodal.ui.sections.shared_view import Chart, SharedView, charts, plots

STORE_VARIABLE = "CROSSMODAL_CLIPS"
"""Environment variable: the folder or fsspec URL of the clip store, or OFF."""
OFF = "off"
PUBLIC_VARIABLE = "CROSSMODAL_PUBLIC_URL"
"""Environment variable: the scheme and host by which others reach this service, as https://bench.example.org."""
FOLDER = MODELS.parent / "clips"
TIDY_SECONDS = 3600.0

_SOURCES = ("src", "ex", "w", "txt")
"""What the address says of an input; a shared clip takes its place."""
_PASSING = ("forget", "h", "clip")
_LOCAL = ("localhost", "127.0.0.1", "::1", "")
_EMBED_HEIGHT = 900
_log = logging.getLogger(__name__)


# --- the store of the process ----------------------------------------------------------------------------------------


def make_store() -> ClipStore | None:
    """The clip store that the environment names, by default a folder beside the models; None where there is none."""
    place = os.environ.get(STORE_VARIABLE) or str(FOLDER)
    if place == OFF:
        return None
    try:
        return ClipStore(place)
    except (ImportError, ValueError) as error:  # a driver is missing, or the address is none; it may hold secrets
        _log.error("the clip store that %s names cannot be used: %s", STORE_VARIABLE, type(error).__name__)
        return None


@st.cache_resource(show_spinner=False)
def store() -> ClipStore | None:
    """The one store of this process. What expires leaves it within the hour, whether or not anybody comes by."""
    made = make_store()
    if made is not None:
        threading.Thread(target=_tidy_for_ever, args=(made,), daemon=True).start()
    return made


def _tidy_for_ever(kept: ClipStore) -> None:
    while True:
        try:
            kept.tidy()
        except Exception:
            _log.exception("the clip store could not be tidied")  # next hour again; what expired is not served
        time.sleep(TIDY_SECONDS)


# --- addresses -------------------------------------------------------------------------------------------------------


def base_address(seen: str | None, public: str | None) -> str:
    """Where the page is for others: the address in the visitor's browser, at the public host where that is known."""
    there = urlsplit(seen or "")
    named = urlsplit(public or "")
    if named.scheme in ("http", "https") and named.netloc:
        there = named._replace(path=there.path or named.path)
    path = there.path or ("/" if there.netloc else "")
    return urlunsplit(there._replace(path=path, query="", fragment=""))


def link(base: str, address: Mapping[str, str], **changes: str) -> str:
    """The address with some entries put in, and those of passing use left out."""
    kept = {key: value for key, value in address.items() if key not in _PASSING}
    return f"{base}?{urlencode({**kept, **changes}, quote_via=quote)}"


def _base() -> str:
    return base_address(st.context.url, os.environ.get(PUBLIC_VARIABLE))


def _address() -> dict[str, str]:
    """The present address; of a key that stands there twice, the last."""
    return {key: st.query_params.get_all(key)[-1] for key in st.query_params}


def shared_link(context: PageContext, engine: Engine, clip: str | None) -> str:
    """The link that opens this view: the present address with language, schema and models, and a clip if included."""
    address = _address()
    settled = {"lang": context.say.language, "v": SCHEMA, "h": engine.model_hash[:8]}
    if clip:
        address = samples.without(address, *_SOURCES)
        settled["clip"] = clip
    return link(_base(), address, **settled)


def qr_image(address: str, alt: str) -> str:
    """The QR code of an address as an image with a white margin, readable in either theme; "" where it is too long."""
    try:
        code = segno.make(address, error="l", micro=False, boost_error=True)
    except segno.DataOverflowError:
        return ""
    drawn = io.BytesIO()
    code.save(drawn, kind="svg", scale=4, border=4, light="#fff", dark="#000", xmldecl=False)
    data = base64.b64encode(drawn.getvalue()).decode()
    return f'<img class="cx-qr" alt="{html.escape(alt)}" src="data:image/svg+xml;base64,{data}">'


def embed_code(address: str, title: str) -> str:
    """HTML that puts the page at this address into another one, without Streamlit's own frame."""
    return (
        f'<iframe src="{html.escape(address)}&amp;embed=true" title="{html.escape(title)}" width="100%" '
        f'height="{_EMBED_HEIGHT}" style="border:0" allow="microphone" loading="lazy"></iframe>'
    )


def _date(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%d")


# --- the button and its dialog ---------------------------------------------------------------------------------------


def share(context: PageContext, engine: Engine, seen: Sequence[SharedView]) -> None:
    """The button that opens the dialog. The first of what is seen is the input of the page."""
    if st.button(context.say("share"), key="share", icon=":material/ios_share:"):
        st.session_state["_sharing"] = True
    if st.session_state.get("_sharing"):  # whatever runs the page again, the dialog stays until it is closed
        dialog = st.dialog(context.say("share.title"), width="medium", on_dismiss=_dismiss)
        dialog(_dialog)(context, engine, seen)


def _dismiss() -> None:
    """Callback: the dialog was closed, and with it the delete link, which is shown once."""
    st.session_state.pop("_sharing", None)
    st.session_state.pop("_delete_link", None)


def _dialog(context: PageContext, engine: Engine, seen: Sequence[SharedView]) -> None:
    say = context.say
    by_link, embed, files, code = st.tabs([say(f"share.tab.{name}") for name in ("link", "embed", "files", "code")])
    with by_link, error_boundary(say, "share"):
        address = _link(context, engine, seen[0].sample)
    with embed:
        st.html(markup.note(say("share.embed")))
        st.code(embed_code(address, say("title")), language="html", wrap_lines=True)
    with files:
        shown = _one_of(say, seen, "files")
        _files(context, engine, shown, shown.view(engine), address)
    with code:
        _code(say, _one_of(say, seen, "code").view(engine))


def _one_of(say: Translator, seen: Sequence[SharedView], place: str) -> SharedView:
    """Of several inputs on a page, the one that is taken away."""
    if len(seen) == 1:
        return seen[0]
    label = say("share.which")
    chosen = st.segmented_control(
        label,
        range(len(seen)),
        default=0,
        format_func=lambda i: seen[i].name,
        required=True,
        key=f"which_{place}",
        label_visibility="collapsed",
    )
    return seen[chosen]


def _link(context: PageContext, engine: Engine, sample: Sample) -> str:
    """The link with its QR code, and for a visitor's own clip the way to include it. Returns the link."""
    say = context.say
    own = sample.clip is not None and not sample.clip.shipped
    clip = (_clip_in_address() or _included(sample)) if own else None
    told_, shown = st.columns([1.7, 1], gap="medium")
    with told_:
        place = st.container()
        if own and clip is None and store() is not None:
            clip = _offer_clip(context, sample)
        _delete_link(say, sample)
        address = shared_link(context, engine, clip)
        place.html(markup.note(say(_what(sample, own, clip))))
        place.code(address, language=None, wrap_lines=True)
        if urlsplit(address).hostname in _LOCAL:
            st.html(markup.note(say("share.local")))
    with shown:
        image = qr_image(address, say("share.qr.alt"))
        st.html(image + markup.note(say("share.qr")) if image else markup.note(say("share.qr.too_long")))
    return address


def _what(sample: Sample, own: bool, clip: str | None) -> str:
    """The key of the sentence that says what a link opens."""
    if own and clip is None:
        return "share.link.without_clip"
    return "share.link.edited" if own and sample.edited and clip != _included(sample) else "share.link"


def _clip_in_address() -> str | None:
    """The shared clip that is open at present."""
    name: str | None = st.query_params.get("clip") if "_opened" in st.session_state else None
    return name


def _included(sample: Sample) -> str | None:
    """The clip that this session has put into the store with these very words, until it expires."""
    receipt: Receipt | None = st.session_state.get("_included", {}).get(_as_said(sample))
    return receipt.id if receipt and receipt.expires > time.time() else None


def _as_said(sample: Sample) -> str:
    return samples.digest(sample.key, sample.said)


def _offer_clip(context: PageContext, sample: Sample) -> str | None:
    """The button that puts the clip into the store, with what that means; returns its name once it is there."""
    place = st.empty()
    with place.container():
        st.html(markup.note(context.say("share.include.what", days=round(limits.SHARED_CLIP_LIFETIME_SECONDS / 86400))))
        asked = st.button(context.say("share.include"), key="include", type="primary")
    if not asked:
        return None
    with error_boundary(context.say, "include"):
        name = _include(sample)
        place.empty()
        return name
    return None


def _include(sample: Sample) -> str:
    kept, clip = store(), sample.clip
    if kept is None or clip is None or not isinstance(clip.source, Waveform):
        raise TypeError("only a visitor's own clip can be included")
    included: list[float] = [at for at in st.session_state.get("_included_at", []) if at > time.time() - 86400]
    if len(included) >= limits.MAX_SHARED_CLIPS_A_DAY:
        raise InputError("clip_limit", most=limits.MAX_SHARED_CLIPS_A_DAY)
    receipt = kept.put(clip.source.samples, words=sample.said, evidence=sample.evidence, segments=clip.segments)
    st.session_state["_included_at"] = [*included, time.time()]
    st.session_state.setdefault("_included", {})[_as_said(sample)] = receipt
    st.session_state["_delete_link"] = (_as_said(sample), receipt)
    return receipt.id


def _delete_link(say: Translator, sample: Sample) -> None:
    """The link that deletes the clip, as long as the dialog in which it was included is open."""
    key, receipt = st.session_state.get("_delete_link", (None, None))
    if key == _as_said(sample) and receipt is not None:
        st.html(markup.note(say("share.included", date=_date(receipt.expires)) + " " + say("share.forget")))
        forget = link(_base(), {}, forget=f"{receipt.id}.{receipt.delete_token}", lang=say.language)
        st.code(forget, language=None, wrap_lines=True)


# --- files and code --------------------------------------------------------------------------------------------------


def _files(context: PageContext, engine: Engine, shown: SharedView, view: Export, address: str) -> None:
    say = context.say
    if not view.columns:
        st.html(markup.note(say("share.nothing")))
        return
    st.html(markup.note(say("share.files.all")))
    with st.container(horizontal=True):
        drawn = {key: draw(report.PAINT) for key, draw in plots(shown, engine, say).items()}
        told_ = report.to_html(view, say, link=address, wave=drawn.get("wave"), curve=drawn.get("curve"))
        _download(say, "report", told_, "html", "text/html")
        _download(say, "json", export.to_json(view), "json", "application/json")
        _download(say, "csv", "\ufeff" + export.to_csv(view), "csv", "text/csv")  # the mark tells Excel of UTF-8
    _chart(context, charts(shown, view, engine, say), len(view.evidence.predictions))


def _chart(context: PageContext, found: Mapping[str, Chart], first: int) -> None:
    """One chart to take away, as it will look."""
    say = context.say
    key = st.selectbox(say("share.chart"), list(found), first, format_func=lambda key: found[key].name)
    drawn = found[key].file(drawings.in_file(context.theme))
    st.html(f'<img class="cx-chart" alt="{html.escape(found[key].name)}" src="{_as_data(drawn)}">')
    with st.container(horizontal=True, key="chart_files"):
        st.download_button(
            say("share.chart.svg"), drawn, "crossmodal-chart.svg", "image/svg+xml", on_click="ignore", key="save_svg"
        )
        data = {"svg": drawn, "label": say("share.chart.png"), "name": "crossmodal-chart.png"}
        _png_button()(data=data, key="save_png", width="content", height="content")


def _download(say: Translator, name: str, data: str, ending: str, mime: str) -> None:
    st.download_button(
        say(f"share.files.{name}"), data.encode(), f"crossmodal.{ending}", mime, on_click="ignore", key=f"save_{name}"
    )


def _as_data(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


@cache
def _png_button() -> st.components.v2.types.ComponentRenderer:
    here = Path(__file__).parents[1] / "components" / "png"
    style, script = (here / "png.css").read_text(encoding="utf-8"), (here / "png.js").read_text(encoding="utf-8")
    return st.components.v2.component("crossmodal.png", css=style, js=script)


def _code(say: Translator, view: Export) -> None:
    if not view.columns:
        st.html(markup.note(say("share.nothing")))
        return
    st.html(markup.note(say(report.code_note(view))))
    st.caption(say("share.code.shell"))
    st.code("\n".join(export.command(view, column) for column in view.columns), language="bash", wrap_lines=True)
    st.caption(say("share.code.python"))
    st.code(export.program(view), language="python", wrap_lines=True)


# --- a clip that somebody shared -------------------------------------------------------------------------------------


def opened(context: PageContext, engine: Engine) -> tuple[bool, Sample | None]:
    """Whether the address names a clip that is there, and that clip as it was shared.

    One that is gone is said, and the settings stay. One that was read by other models is read anew, and that is said
    too; nothing is given for it while the encoders are busy, which is said as well. The visitor can close it.
    """
    name = st.query_params.get("clip")
    if not name:
        st.session_state.pop("_opened", None)
        return False, None
    try:
        shared, sample = _open(engine, name)
    except InputError as error:
        _gone(context.say, error)
        return False, None
    with st.container(horizontal=True, vertical_alignment="center", key="opened"):
        st.html(markup.note(context.say("share.opened", date=_date(shared.expires))))
        st.button(context.say("share.close"), key="close_clip", type="tertiary", on_click=_close)
    if shared.evidence.model_hash == engine.model_hash:
        return True, sample
    st.html(
        markup.note(context.say("share.opened.read_anew", shared=shared.evidence.model_hash, present=engine.model_hash))
    )
    return True, _read_anew(context, engine, shared, sample)


def _open(engine: Engine, name: str) -> tuple[SharedClip, Sample]:
    """The clip of that name and what it shows, read from the store once a session. Raises InputError."""
    known: tuple[str, SharedClip, Sample] | None = st.session_state.get("_opened")
    if known and known[0] == name:
        return known[1], known[2]
    kept = store()
    if kept is None:
        raise InputError("clip_gone")
    shared = kept.get(name)
    _check_fit(engine, shared)
    clip = DisplayClip(shared.envelope, shared.segments, shared.seconds, shared.audio)
    sample = Sample(samples.digest("shared", name), shared.evidence, shared.words, clip)
    st.session_state["_opened"] = (name, shared, sample)
    return shared, sample


def _check_fit(engine: Engine, shared: SharedClip) -> None:
    """Evidence that claims to be of the present models must have their modalities and width."""
    if shared.evidence.model_hash != engine.model_hash:
        return
    width = next(iter(engine.calibration.weight.values())).shape[1]
    predictions = shared.evidence.predictions
    if not set(predictions) <= set(engine.modalities) or any(len(r.embedding) != width for r in predictions.values()):
        raise InputError("clip_damaged")


def _read_anew(context: PageContext, engine: Engine, shared: SharedClip, sample: Sample) -> Sample | None:
    """The shared sound and words as the present models read them."""
    place, fresh = st.empty(), None

    def progress(stage: str) -> None:
        place.html(markup.progress(context.say.known(f"stage.{stage}", stage)))

    with error_boundary(context.say, "opened"):
        heard = samples.read_clip(engine, shared.audio, progress)
        fresh = samples.with_words(engine, heard, shared.words, progress)
    place.empty()
    return fresh and Sample(sample.key, fresh.evidence, shared.words, sample.clip)


def _gone(say: Translator, error: InputError) -> None:
    title = say.known(f"error.title.{error.code}", say("error.title.input"))
    st.html(markup.notice(title, [say.error(error), say("share.settings_kept")]))
    st.button(say("share.close.gone"), key="close_clip", on_click=_close)


def _close() -> None:
    """Callback: leave the shared clip, and with it its name in the address."""
    st.session_state.pop("_opened", None)
    st.query_params.pop("clip", None)


# --- deleting --------------------------------------------------------------------------------------------------------


def forget(context: PageContext) -> bool:
    """Where the address asks to delete a clip: the question, and on the button the deed. Says whether it asked.

    Opening the link deletes nothing, as programs that preview links open them too.
    """
    asked = st.query_params.get("forget")
    if not asked:
        if st.session_state.pop("_forgotten", False):
            st.html(markup.notice(context.say("share.forget.done"), []))
        return False
    say = context.say
    st.html(markup.notice(say("share.forget.title"), [say("share.forget.what")]))
    with st.container(horizontal=True):
        go = st.button(say("share.forget.go"), key="forget_go", type="primary")
        st.button(say("share.forget.keep"), key="forget_keep", on_click=_forget_nothing)
    if go:
        with error_boundary(say, "forget"):
            _delete(asked)
            st.session_state["_forgotten"] = True
            _forget_nothing()
            st.rerun()
    return True


def _delete(asked: str) -> None:
    kept = store()
    name, _, token = asked.partition(".")
    if kept is None:
        raise InputError("clip_gone")
    kept.delete(name, token)
    st.session_state.pop("_opened", None)


def _forget_nothing() -> None:
    st.query_params.pop("forget", None)
