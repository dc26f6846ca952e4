"""A page with sharing and nothing else: input, fused numbers, the Share button. Run by the tests of sharing."""

import streamlit as st

from crossmodal.sharing.comparison import Variant
from crossmodal.types import FusionSettings
from crossmodal.ui import frame, service
from crossmodal.ui.sections import inputs, share_dialog, shared_clip
from crossmodal.ui.sections.shared_view import SharedView

COLUMNS = [
    Variant("Bench", FusionSettings({"speech": 0.62, "text": 0.38})),
    Variant("B <b>bold</b>", FusionSettings({"speech": 0.3}, "log_pool", 0.7, "even"), frozenset({"text"})),
]

context = frame.frame()
engine = service.service().engine
if not shared_clip.delete_from_address(context):
    is_open, sample = shared_clip.open_from_address(context, engine)
    if not is_open:
        sample = inputs.source(context, service.service())
        sample = sample and inputs.clip_with_words(context, engine, sample)
    if sample:
        for column in COLUMNS:
            st.code(repr(engine.fuse(sample.evidence, column.settings).probabilities["emotion"].tolist()))
        st.text(sample.said)
        share_dialog.share_button(context, engine, [SharedView(sample, COLUMNS)])
