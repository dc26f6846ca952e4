"""The page. Only this package and ``app.py`` import streamlit, and within it no chart, formula or number does."""
