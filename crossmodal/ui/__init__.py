"""The page. Only this package and ``app.py`` import streamlit; strings, charts and formulas know nothing of it."""
