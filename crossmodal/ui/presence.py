"""Whether a visitor's session is still connected, for work in the background."""

from __future__ import annotations

import time
from collections.abc import Callable

from streamlit.runtime import exists, get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx

from crossmodal.limits import MAX_ABSENCE_SECONDS


def presence() -> Callable[[], bool]:
    """A function for any thread: whether this run's session is connected or was within MAX_ABSENCE_SECONDS."""
    context = get_script_run_ctx()
    if context is None or not exists():
        return lambda: True
    runtime, session = get_instance(), context.session_id
    missing_since: float | None = None

    def present() -> bool:
        nonlocal missing_since
        now = time.monotonic()
        if runtime.is_active_session(session):
            missing_since = None
            return True
        if missing_since is None:  # however long ago it was asked before
            missing_since = now
        return now - missing_since < MAX_ABSENCE_SECONDS

    return present
