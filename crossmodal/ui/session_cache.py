"""Results that a visitor's session keeps, the last few of each kind."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import TypeVar

import streamlit as st

Kept = TypeVar("Kept")


def remember(slot: str, key: str, make: Callable[[], Kept], most: int) -> Kept:
    """The result under ``key`` in that slot of the session, made at its first use; the slot holds ``most`` results.

    The oldest go first. What ``make`` raises is passed on, and nothing is kept.
    """
    results: MutableMapping[str, Kept] = st.session_state.setdefault(slot, {})
    if key not in results:
        made = make()
        while len(results) >= most:
            del results[next(iter(results))]
        results[key] = made
    return results[key]
