"""Drawings: SVG by ourselves, dictionaries for Plotly."""
