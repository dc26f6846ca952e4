"""A page with sharing and nothing else: input, fused numbers, the Share button. Run by the tests of sharing."""

import streamlit as st

from crossmodal.sharing.export import Column
from crossmodal.types import FusionSettings
from crossmodal.ui import frame, state
from crossmodal.ui.sections import inputs, share_dialog
from crossmodal.ui.sections.shared_view import Shown

COLUMNS = [
    Column("Bench", FusionSettings({"speech": 0.62, "text": 0.38})),
    Column("B <b>bold</b>", FusionSettings({"speech": 0.3}, "log_pool", 0.7, "even"), ("text",)),
]

look = frame.frame()
engine = state.service().engine
if not share_dialog.forget(look):
    is_open, subject = share_dialog.opened(look, engine)
    if not is_open:
        subject = inputs.source(look, state.service())
        subject = subject and inputs.clip(look, engine, subject)
    if subject:
        for column in COLUMNS:
            st.code(repr(engine.fuse(subject.evidence, column.settings).probabilities["emotion"].tolist()))
        st.text(subject.said)
        share_dialog.share(look, engine, [Shown(subject, COLUMNS)])
