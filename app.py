"""The app: one head, one input, and the pages that look at it. A composition; see crossmodal/ui."""

import streamlit as st

from crossmodal.ui import frame, navigation

st.set_page_config("Crossmodal", str(frame.ICON), layout="wide", initial_sidebar_state="collapsed")
navigation.run(frame.frame())
