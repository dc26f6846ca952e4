"""Share: the button and its dialog with the link, the embed code, the files and the code to take away.

The address holds every setting, so the link is the address. A visitor's own clip joins it only when they press the
button that says so: it then lies in the clip store, and the address names it.
"""

from __future__ import annotations

import base64
import html
import time
from collections.abc import Mapping, Sequence

import streamlit as st

from crossmodal import limits
from crossmodal.engine import Engine
from crossmodal.errors import InputError
from crossmodal.i18n.translator import Translator
from crossmodal.sharing import export
from crossmodal.sharing.clip_store import Receipt
from crossmodal.sharing.export import Export
from crossmodal.types import Waveform
from crossmodal.ui import clip_store, links, samples
from crossmodal.ui import html as markup
from crossmodal.ui.charts import svg
from crossmodal.ui.components import png
from crossmodal.ui.frame import PageContext, error_boundary
from crossmodal.ui.numbers import utc_date
from crossmodal.ui.samples import Sample
from crossmodal.ui.sections import report, shared_clip
from crossmodal.ui.sections.shared_view import Chart, SharedView, charts, plots

_DAY_SECONDS = 86400


def share_button(context: PageContext, engine: Engine, views: Sequence[SharedView]) -> None:
    """The button that opens the dialog. The first of the views is that of the page's input."""
    if st.button(context.say("share"), key="share", icon=":material/ios_share:"):
        st.session_state["_sharing"] = True
    if st.session_state.get("_sharing"):  # whatever runs the page again, the dialog stays until it is closed
        dialog = st.dialog(context.say("share.title"), width="medium", on_dismiss=_dismiss)
        dialog(_dialog)(context, engine, views)


def _dismiss() -> None:
    """Callback: the dialog was closed, and with it the delete link, which is shown once."""
    st.session_state.pop("_sharing", None)
    st.session_state.pop("_delete_link", None)


def _dialog(context: PageContext, engine: Engine, views: Sequence[SharedView]) -> None:
    say = context.say
    by_link, embed, files, code = st.tabs([say(f"share.tab.{name}") for name in ("link", "embed", "files", "code")])
    with by_link, error_boundary(say, "share"):
        url = _link(context, engine, views[0].sample)
    with embed:
        st.html(markup.note(say("share.embed")))
        st.code(links.embed_code(url, say("title")), language="html", wrap_lines=True)
    with files:
        chosen = _choose_view(say, views, "files")
        _files(context, engine, chosen, chosen.view(engine), url)
    with code:
        _code(say, _choose_view(say, views, "code").view(engine))


def _choose_view(say: Translator, views: Sequence[SharedView], tab: str) -> SharedView:
    """The view that a tab of the dialog takes away, chosen where the page has several."""
    if len(views) == 1:
        return views[0]
    chosen = st.segmented_control(
        say("share.which"),
        range(len(views)),
        default=0,
        format_func=lambda i: views[i].name,
        required=True,
        key=f"which_{tab}",
        label_visibility="collapsed",
    )
    return views[chosen]


# --- the link --------------------------------------------------------------------------------------------------------


def _link(context: PageContext, engine: Engine, sample: Sample) -> str:
    """The link with its QR code, and for a visitor's own clip the way to include it. Returns the link."""
    say = context.say
    is_private = sample.clip is not None and not sample.clip.shipped
    clip = (shared_clip.open_id() or _included_id(sample)) if is_private else None
    text_column, code_column = st.columns([1.7, 1], gap="medium")
    with text_column:
        link_area = st.container()
        if is_private and clip is None and clip_store.store() is not None:
            clip = _offer_clip(context, sample)
        _delete_link(say, sample)
        url = links.view_link(context, engine, clip)
        link_area.html(markup.note(say(_explanation(sample, is_private, clip))))
        link_area.code(url, language=None, wrap_lines=True)
        if links.is_local(url):
            st.html(markup.note(say("share.local")))
    with code_column:
        image = links.qr_image(url, say("share.qr.alt"))
        st.html(image + markup.note(say("share.qr")) if image else markup.note(say("share.qr.too_long")))
    return url


def _explanation(sample: Sample, is_private: bool, clip: str | None) -> str:
    """The message key of the sentence that says what a link opens."""
    if is_private and clip is None:
        return "share.link.without_clip"
    return "share.link.edited" if is_private and sample.edited and clip != _included_id(sample) else "share.link"


def _included_id(sample: Sample) -> str | None:
    """The clip that this session has put into the store with these very words, until it expires."""
    receipt: Receipt | None = st.session_state.get("_included", {}).get(_digest(sample))
    return receipt.id if receipt and receipt.expires > time.time() else None


def _digest(sample: Sample) -> str:
    """A clip together with its present words: other words make another shared clip."""
    return samples.digest(sample.key, sample.said)


def _offer_clip(context: PageContext, sample: Sample) -> str | None:
    """The button that puts the clip into the store, with what that means; returns its id once it is stored."""
    say, offer = context.say, st.empty()
    with offer.container():
        days = round(limits.SHARED_CLIP_LIFETIME_SECONDS / _DAY_SECONDS)
        st.html(markup.note(say("share.include.what", days=days)))
        pressed = st.button(say("share.include"), key="include", type="primary")
    if not pressed:
        return None
    with error_boundary(say, "include"):
        clip = _include(sample)
        offer.empty()
        return clip
    return None


def _include(sample: Sample) -> str:
    """Put the clip into the store; returns its id. Raises InputError beyond the number of clips a day."""
    store, clip = clip_store.store(), sample.clip
    if store is None or clip is None or not isinstance(clip.source, Waveform):
        raise TypeError("only a visitor's own clip can be included")
    times: list[float] = st.session_state.get("_included_at", [])
    within_a_day = [at for at in times if at > time.time() - _DAY_SECONDS]
    if len(within_a_day) >= limits.MAX_SHARED_CLIPS_A_DAY:
        raise InputError("clip_limit", most=limits.MAX_SHARED_CLIPS_A_DAY)
    receipt = store.put(clip.source.samples, words=sample.said, evidence=sample.evidence, segments=clip.segments)
    st.session_state["_included_at"] = [*within_a_day, time.time()]
    st.session_state.setdefault("_included", {})[_digest(sample)] = receipt
    st.session_state["_delete_link"] = (_digest(sample), receipt)
    return receipt.id


def _delete_link(say: Translator, sample: Sample) -> None:
    """The link that deletes the clip, as long as the dialog in which it was included is open."""
    key, receipt = st.session_state.get("_delete_link", (None, None))
    if key == _digest(sample) and receipt is not None:
        st.html(markup.note(say("share.included", date=utc_date(receipt.expires)) + " " + say("share.forget")))
        st.code(links.delete_link(receipt, say.language), language=None, wrap_lines=True)


# --- files and code --------------------------------------------------------------------------------------------------


def _files(context: PageContext, engine: Engine, shared: SharedView, view: Export, url: str) -> None:
    say = context.say
    if not view.variants:
        st.html(markup.note(say("share.nothing")))
        return
    st.html(markup.note(say("share.files.all")))
    with st.container(horizontal=True):
        drawings = {key: draw(report.PAINT) for key, draw in plots(shared, engine, say).items()}
        page = report.to_html(view, say, link=url, wave=drawings.get("wave"), curve=drawings.get("curve"))
        _download(say, "report", page, "html", "text/html")
        _download(say, "json", export.to_json(view), "json", "application/json")
        _download(say, "csv", "\ufeff" + export.to_csv(view), "csv", "text/csv")  # the mark tells Excel of UTF-8
    _chart(context, charts(shared, view, engine, say), len(view.evidence.predictions))


def _download(say: Translator, name: str, data: str, suffix: str, mime: str) -> None:
    st.download_button(
        say(f"share.files.{name}"), data.encode(), f"crossmodal.{suffix}", mime, on_click="ignore", key=f"save_{name}"
    )


def _chart(context: PageContext, by_key: Mapping[str, Chart], preselected: int) -> None:
    """One chart to take away, as its file will look."""
    say = context.say
    key = st.selectbox(say("share.chart"), list(by_key), preselected, format_func=lambda key: by_key[key].name)
    drawn = by_key[key].file(svg.in_file(context.theme))
    st.html(f'<img class="cx-chart" alt="{html.escape(by_key[key].name)}" src="{_data_url(drawn)}">')
    with st.container(horizontal=True, key="chart_files"):
        st.download_button(
            say("share.chart.svg"), drawn, "crossmodal-chart.svg", "image/svg+xml", on_click="ignore", key="save_svg"
        )
        png.show(drawn, say("share.chart.png"), "crossmodal-chart.png")


def _data_url(drawn: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(drawn.encode()).decode()


def _code(say: Translator, view: Export) -> None:
    if not view.variants:
        st.html(markup.note(say("share.nothing")))
        return
    st.html(markup.note(say(report.code_note(view))))
    st.caption(say("share.code.shell"))
    st.code("\n".join(export.command(view, column) for column in view.variants), language="bash", wrap_lines=True)
    st.caption(say("share.code.python"))
    st.code(export.program(view), language="python", wrap_lines=True)
