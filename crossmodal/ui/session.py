"""Whether a visitor is still there, for work that goes on in the background."""

from __future__ import annotations

import time
from collections.abc import Callable

from streamlit.runtime import exists, get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx

PATIENCE_SECONDS = 30.0
"""How long a lost connection may take to come back."""


def presence() -> Callable[[], bool]:
    """Whether the visitor of this run is there or was a moment ago, as a question that any thread may ask."""
    context = get_script_run_ctx()
    if context is None or not exists():
        return lambda: True
    runtime, session, seen = get_instance(), context.session_id, time.monotonic()

    def present() -> bool:
        nonlocal seen
        if runtime.is_active_session(session):
            seen = time.monotonic()
        return time.monotonic() - seen < PATIENCE_SECONDS

    return present
