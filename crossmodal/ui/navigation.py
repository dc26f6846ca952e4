"""The pages and what they share: the head with its links, the input, the foot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from crossmodal.engine import Engine
from crossmodal.errors import ModelError
from crossmodal.i18n.translator import Translator
from crossmodal.model.folder import default_models
from crossmodal.sharing.comparison import NAMES, Variant
from crossmodal.ui import address, frame, mixer_state, service
from crossmodal.ui.components import mixer
from crossmodal.ui.frame import PageContext
from crossmodal.ui.pages import about, bench, compare, space, timeline, train
from crossmodal.ui.samples import Sample
from crossmodal.ui.sections import compare_columns, inputs, share_dialog, shared_clip, train_model
from crossmodal.ui.sections.shared_view import SharedView
from crossmodal.ui.service import Service

OfInput = Callable[[PageContext, Engine, Sample], Sequence[SharedView] | None]


@dataclass(frozen=True, slots=True)
class Page:
    """A page: ``of_input`` is drawn below the common input, ``alone`` without it.

    ``of_input`` returns the views to share; None stands for the settings of the bench.
    """

    of_input: OfInput | None = None
    alone: Callable[[PageContext, Engine], None] | None = None


PAGES = {
    "bench": Page(bench.bench),
    "compare": Page(compare.compare),
    "space": Page(space.space),
    "timeline": Page(alone=timeline.timeline),
    "train": Page(alone=train.train),
}
"""The pages that need the models, in the order of their links; the first is what a bare address opens."""
ABOUT = "about"


def run(context: PageContext) -> None:
    """Everything below the head: links to all pages, and the one that the address names."""
    keys = [*PAGES, ABOUT]
    corner: list[DeltaGenerator] = []
    pages = [
        st.Page(
            partial(show, context, key, corner), title=_title(context.say, key), url_path=key, default=key == keys[0]
        )
        for key in keys
    ]
    current = st.navigation(pages, position="hidden")
    settings = address.present()  # so that the links carry the settings along
    with st.container(horizontal=True, gap="small", key="nav"):
        for key, page in zip(keys, pages, strict=True):
            st.page_link(page, label=context.say(f"page.{key}"), query_params=settings)
        corner.append(
            st.container(key="corner", width="content")
        )  # the page fills it once it knows what there is to share
    current.run()


def _title(say: Translator, key: str) -> str:
    return f"Crossmodal: {say(f'page.{key}')}"


def show(context: PageContext, key: str, corner: Sequence[DeltaGenerator] = ()) -> None:
    """One page by its key; those of an input begin with the input, and all but ABOUT end with the footer.

    ``corner`` is where the button to share goes, if not at the end of the page.
    """
    train_model.note_in_use(context)
    if key == ABOUT:
        about.about(context, default_models())
        return
    try:
        present = service.present()
    except ModelError as error:
        frame.show_error(context.say, error)
        return
    page = PAGES[key]
    if page.alone:
        page.alone(context, present.engine)
        address.stamp_schema()
    elif page.of_input and not shared_clip.delete_from_address(context):
        _with_input(context, present, page.of_input, corner)
    frame.footer(context, present.engine)


def _with_input(context: PageContext, present: Service, draw: OfInput, corner: Sequence[DeltaGenerator]) -> None:
    engine = present.engine
    is_open, sample = shared_clip.open_from_address(context, engine)
    if not is_open:
        sample = inputs.source(context, present)
    notes = st.container()  # above the page, though known only after it
    if sample:
        sample = inputs.clip_with_words(context, engine, sample)
        views = draw(context, engine, sample) or [_settings_of_bench(engine, sample)]
        with corner[0] if corner else st.container():
            share_dialog.share_button(context, engine, views)
    compare_columns.stamp(engine)
    if mixer.usable():  # plain sliders own their keys of the address, which Streamlit then guards
        mixer_state.stamp(engine.modalities, engine.rules)
    address.stamp_schema()
    with notes:
        frame.show_ignored(context, engine)


def _settings_of_bench(engine: Engine, sample: Sample) -> SharedView:
    now = mixer_state.current(engine.modalities, engine.rules)
    return SharedView(sample, [Variant(NAMES[0], now.settings(), frozenset(now.off))], curve=True)
