"""Links to the page: the address with its settings as a link, as a QR code and as HTML that embeds the page."""

from __future__ import annotations

import base64
import html
import io
import os
from collections.abc import Mapping
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

import segno
import streamlit as st

from crossmodal.engine import Engine
from crossmodal.sharing.clip_store import Receipt
from crossmodal.ui import address as page_address
from crossmodal.ui import samples
from crossmodal.ui.frame import PageContext

PUBLIC_VARIABLE = "CROSSMODAL_PUBLIC_URL"
"""Environment variable: the scheme and host by which others reach this service, as https://bench.example.org."""

_INPUT_KEYS = page_address.of_owner("input")
"""The keys of an input; a shared clip replaces them."""
_TRANSIENT_KEYS = ("forget", "h", "clip")
"""Keys that a link of the present page does not carry on by itself."""
_LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1", "")
_EMBED_HEIGHT = 900


def base_address(visited: str | None, public: str | None) -> str:
    """The page without its query: the URL in the visitor's browser, with the public scheme and host if configured."""
    base = urlsplit(visited or "")
    public_url = urlsplit(public or "")
    if public_url.scheme in ("http", "https") and public_url.netloc:
        base = public_url._replace(path=base.path or public_url.path)
    path = base.path or ("/" if base.netloc else "")
    return urlunsplit(base._replace(path=path, query="", fragment=""))


def link(base: str, address: Mapping[str, str], **changes: str) -> str:
    """The address without its transient keys and with ``changes``, as a URL on ``base``."""
    settings = {key: value for key, value in address.items() if key not in _TRANSIENT_KEYS}
    return f"{base}?{urlencode({**settings, **changes}, quote_via=quote)}"


def _base() -> str:
    return base_address(st.context.url, os.environ.get(PUBLIC_VARIABLE))


def view_link(context: PageContext, engine: Engine, clip: str | None) -> str:
    """The link that opens this view: the present address with language, schema and models, and a clip if included."""
    address = page_address.present()
    changes = {"lang": context.say.language, "v": page_address.SCHEMA, "h": engine.model_hash[:8]}
    if clip:
        address = samples.without(address, *_INPUT_KEYS)
        changes["clip"] = clip
    return link(_base(), address, **changes)


def delete_link(receipt: Receipt, language: str) -> str:
    """The link that asks whether to delete the clip of this receipt."""
    return link(_base(), {}, forget=f"{receipt.id}.{receipt.delete_token}", lang=language)


def is_local(url: str) -> bool:
    """Whether a link opens on this machine alone."""
    return urlsplit(url).hostname in _LOCAL_HOSTS


def qr_image(url: str, alt: str) -> str:
    """The QR code of a URL as an image with a white margin, readable in either theme; "" where it is too long."""
    try:
        code = segno.make(url, error="l", micro=False, boost_error=True)
    except segno.DataOverflowError:
        return ""
    svg = io.BytesIO()
    code.save(svg, kind="svg", scale=4, border=4, light="#fff", dark="#000", xmldecl=False)
    data = base64.b64encode(svg.getvalue()).decode()
    return f'<img class="cx-qr" alt="{html.escape(alt)}" src="data:image/svg+xml;base64,{data}">'


def embed_code(url: str, title: str) -> str:
    """HTML that puts the page at this URL into another one, without Streamlit's own frame."""
    return (
        f'<iframe src="{html.escape(url)}&amp;embed=true" title="{html.escape(title)}" width="100%" '
        f'height="{_EMBED_HEIGHT}" style="border:0" allow="microphone" loading="lazy"></iframe>'
    )
