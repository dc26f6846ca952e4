"""Text for Plotly, which reads tags."""

import html

from hypothesis import given
from hypothesis import strategies as st

from crossmodal.ui.charts import plotly


@given(st.text())
def test_no_text_of_a_visitor_is_read_as_a_tag(text):
    shown = plotly.literal(text)
    assert "<" not in shown
    assert html.unescape(shown) == html.unescape(html.escape(text))
