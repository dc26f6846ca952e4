"""Results cached in a visitor's session, the last few of each kind."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import TypeVar

import streamlit as st

Result = TypeVar("Result")


def remember(slot: str, key: str, make: Callable[[], Result], max_results: int) -> Result:
    """The result under ``key`` in that slot of the session, made at its first use.

    The slot holds up to ``max_results``, the oldest go first. What ``make`` raises is passed on, and nothing is kept.
    """
    results: MutableMapping[str, Result] = st.session_state.setdefault(slot, {})
    if key not in results:
        result = make()
        while len(results) >= max_results:
            del results[next(iter(results))]
        results[key] = result
    return results[key]
