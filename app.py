"""The app: one head, one input, and the pages that look at it. A composition; see crossmodal/ui."""

import streamlit as st

from crossmodal.ui import pages, views

st.set_page_config("Crossmodal", str(views.ICON), layout="wide", initial_sidebar_state="collapsed")
pages.run(views.frame())
