"""The clip store of this process: the one that the environment names, rid of expired clips every hour."""

from __future__ import annotations

import logging
import os
import threading
import time
from pathlib import Path

import streamlit as st

from crossmodal.sharing.clip_store import ClipStore

STORE_VARIABLE = "CROSSMODAL_CLIPS"
"""Environment variable: the folder or fsspec URL of the clip store, or OFF."""
OFF = "off"
FOLDER = Path(__file__).resolve().parents[2] / "clips"
"""The default: beside ``app.py``, wherever the models are read from."""
TIDY_SECONDS = 3600.0

_log = logging.getLogger(__name__)


def make_store() -> ClipStore | None:
    """The clip store that STORE_VARIABLE names, by default the one in FOLDER; None if it is off or unusable."""
    location = os.environ.get(STORE_VARIABLE) or str(FOLDER)
    if location == OFF:
        return None
    try:
        return ClipStore(location)
    except (ImportError, ValueError) as error:  # a driver is missing, or the URL is none; it may hold secrets
        _log.error("the clip store that %s names cannot be used: %s", STORE_VARIABLE, type(error).__name__)
        return None


@st.cache_resource(show_spinner=False)
def store() -> ClipStore | None:
    """The one store of this process. Expired clips are deleted within TIDY_SECONDS, with or without page views."""
    opened = make_store()
    if opened is not None:
        threading.Thread(target=_tidy_for_ever, args=(opened,), daemon=True).start()
    return opened


def _tidy_for_ever(clips: ClipStore) -> None:
    while True:
        try:
            clips.tidy()
        except Exception:
            _log.exception("the clip store could not be tidied")  # tried again next hour; expired clips are not served
        time.sleep(TIDY_SECONDS)
