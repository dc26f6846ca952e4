"""The page: one input, what voice and words say alone, and what they say together. A composition; see crossmodal/ui."""

import streamlit as st

from crossmodal.errors import ModelError
from crossmodal.ui import state, views

st.set_page_config("Crossmodal", str(views.ICON), layout="wide", initial_sidebar_state="collapsed")
say = views.frame()
try:
    service = state.service()
except ModelError as error:
    views.show_error(say, error)
    st.stop()
if service.failure:
    views.show_error(say, service.failure)
subject = views.source(say, service.engine)
if subject:
    views.bench(say, service.engine, views.clip(say, service.engine, subject))
views.footer(say, service.engine)
