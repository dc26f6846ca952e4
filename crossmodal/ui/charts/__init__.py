"""Charts of the page and of files: functions of data, without Streamlit's elements.

Four techniques, each for one need:

- Plotly (``embedding_map``, ``timeline``, ``training``; figures are dictionaries, see ``plotly``): charts to zoom into,
  to select from or to hover over, shown on the page alone.
- SVG (``svg``, ``sections/sweep.py``): what is exported as a file or stands in the report. On the page the same drawing
  is shown by ``components/plot``.
- HTML (``ui/html.py``; ``bars`` has the values): bars, tables and legends, whose text the browser wraps and reads out.
- JavaScript (``ui/components``): what must answer while a control is dragged, without a run of the page.

``palette`` has the colours of all four.
"""
