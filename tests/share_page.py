"""A page with sharing and nothing else: input, fused numbers, the Share button. Run by the tests of sharing."""

import streamlit as st

from crossmodal.exports import Column
from crossmodal.types import FusionSettings
from crossmodal.ui import inputs, share, state, views
from crossmodal.ui.shown import Shown

COLUMNS = [
    Column("Bench", FusionSettings({"speech": 0.62, "text": 0.38})),
    Column("B <b>bold</b>", FusionSettings({"speech": 0.3}, "log_pool", 0.7, "even"), ("text",)),
]

look = views.frame()
engine = state.service().engine
if not share.forget(look):
    is_open, subject = share.opened(look, engine)
    if not is_open:
        subject = inputs.source(look, state.service())
        subject = subject and inputs.clip(look, engine, subject)
    if subject:
        for column in COLUMNS:
            st.code(repr(engine.fuse(subject.evidence, column.settings).probabilities["emotion"].tolist()))
        st.text(subject.said)
        share.share(look, engine, [Shown(subject, COLUMNS)])
