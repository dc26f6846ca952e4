"""The pages and what they share: the head with its links, the input, the foot."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from crossmodal.errors import ModelError
from crossmodal.ui import about, bench, compare, inputs, state, views
from crossmodal.ui.state import Service, Subject
from crossmodal.ui.strings import Say
from crossmodal.ui.views import Look

Draw = Callable[[Look, Service, Subject], None]


def _bench(look: Look, service: Service, subject: Subject) -> None:
    bench.bench(look, service.engine, inputs.clip(look, service.engine, subject))


def _compare(look: Look, service: Service, subject: Subject) -> None:
    compare.compare(look, service, inputs.clip(look, service.engine, subject))


PAGES: dict[str, Draw] = {"bench": _bench, "compare": _compare}
"""The pages that look at an input, in the order of their links; the first is what a bare address opens."""
ABOUT = "about"


def run(look: Look) -> None:
    """Everything below the head: links to all pages, and the one that the address names."""
    keys = [*PAGES, ABOUT]
    pages = [
        st.Page(partial(show, look, key), title=_title(look.say, key), url_path=key, default=key == keys[0])
        for key in keys
    ]
    current = st.navigation(pages, position="hidden")
    settings = st.query_params.to_dict()  # so that the links carry the settings along
    with st.container(horizontal=True, gap="small", key="nav"):
        for key, page in zip(keys, pages, strict=True):
            st.page_link(page, label=look.say(f"page.{key}"), query_params=settings)
    current.run()


def _title(say: Say, key: str) -> str:
    return f"Crossmodal: {say(f'page.{key}')}"


def show(look: Look, key: str) -> None:
    """One page by its key; all but the last begin with the input and end with the foot."""
    if key == ABOUT:
        about.about(look)
        return
    try:
        service = state.service()
    except ModelError as error:
        views.show_error(look.say, error)
        return
    subject = inputs.source(look, service)
    notes = st.container()  # above the page, though known only after it
    if subject:
        PAGES[key](look, service, subject)
    compare.stamp_address(service.engine)
    with notes:
        views.show_ignored(look, service.engine)
    views.footer(look, service.engine)
