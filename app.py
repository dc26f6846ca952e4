"""The page: one input, what voice and words say alone, and what they say together. A composition; see crossmodal/ui."""

import streamlit as st

from crossmodal.errors import ModelError
from crossmodal.ui import bench, inputs, state, views

st.set_page_config("Crossmodal", str(views.ICON), layout="wide", initial_sidebar_state="collapsed")
look = views.frame()
try:
    service = state.service()
except ModelError as error:
    views.show_error(look.say, error)
    st.stop()
subject = inputs.source(look, service)
if subject:
    bench.bench(look, service.engine, inputs.clip(look, service.engine, subject))
views.footer(look, service.engine)
