"""The address of the page: what it says besides the settings, and what of it could not be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    pass

MODELS = "h"
"""Key of the address for the first letters of the model hash that a shared link was made with."""
SCHEMA = "1"
"""Version of the settings in the address."""

_MOST_NOTED = 6


def stamp_address() -> None:
    """Put the schema version into an address that carries settings."""
    if len(st.query_params) and st.query_params.get("v") != SCHEMA:
        st.query_params["v"] = SCHEMA


def note_ignored(key: str, *values: str) -> None:
    """Remember what of the address could not be used, so that the page can say so once."""
    for value in values:
        noted: list[tuple[str, str]] = st.session_state.setdefault("_ignored", [])
        if (key, value) not in noted and len(noted) < _MOST_NOTED:
            noted.append((key, value[:40]))


def ignored() -> list[tuple[str, str]]:
    """Key and value of what was ignored in the address."""
    noted: list[tuple[str, str]] = st.session_state.get("_ignored", [])
    return noted
