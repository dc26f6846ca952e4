"""A button that saves a drawing as a PNG file, which the browser makes of its SVG."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st

FOLDER = Path(__file__).parent


@cache
def _component() -> st.components.v2.types.ComponentRenderer:
    style, script = ((FOLDER / name).read_text(encoding="utf-8") for name in ("png.css", "png.js"))
    return st.components.v2.component("crossmodal.png", css=style, js=script)


def show(svg: str, label: str, file_name: str) -> None:
    """Mount the button with the SVG that it saves."""
    data = {"svg": svg, "label": label, "name": file_name}
    _component()(data=data, key="save_png", width="content", height="content")
