"""The columns of a comparison: what a session keeps of them, and how the address names them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from crossmodal.engine import Engine
from crossmodal.fusion import DEFAULT_RULE
from crossmodal.sharing import comparison
from crossmodal.sharing.comparison import Variant
from crossmodal.ui import address

COLUMNS, REFERENCE = address.key("c"), address.key("ref")
"""Keys of the address: the columns, and the number, from 1, of the one that the others are compared with."""


@dataclass(frozen=True, slots=True)
class Column:
    """A variant with the number in the keys of its widgets, which stays when the column is moved or renamed."""

    uid: int
    variant: Variant


def _columns() -> list[Column]:
    """The columns that the session holds."""
    columns: list[Column] = st.session_state["_columns"]
    return columns


def _store(columns: Sequence[Column]) -> None:
    st.session_state["_columns"] = list(columns)


def _opened(engine: Engine) -> list[Column]:
    """The columns of the session; at first those of the address, else the default ones."""
    if "_columns" not in st.session_state:
        asked = COLUMNS.asked() or ""
        variants, ignored = comparison.decode(asked, engine.modalities, engine.rules)
        address.note_ignored(COLUMNS.spelling, *ignored)
        _store([Column(uid, variant) for uid, variant in enumerate(variants or comparison.default_variants())])
        _take_asked_reference()
    return _columns()


def usable(engine: Engine) -> list[Column]:
    """The columns as these models can fuse them: the default rule replaces one that they do not offer.

    The session keeps the rule, for models that do offer it.
    """
    columns = _opened(engine)
    lost = [column.variant.settings.rule for column in columns if column.variant.settings.rule not in engine.rules]
    address.note_ignored(COLUMNS.spelling, *lost)
    return [Column(column.uid, _offered(column.variant, engine)) for column in columns]


def _offered(variant: Variant, engine: Engine) -> Variant:
    if variant.settings.rule in engine.rules:
        return variant
    return replace(variant, settings=replace(variant.settings, rule=DEFAULT_RULE))


def _take_asked_reference() -> None:
    """Make the column that the address names by its number, from 1, the reference."""
    asked, columns = REFERENCE.asked(), _columns()
    if asked is None:
        return
    number = REFERENCE.parse(asked)
    if number is not None and number <= len(columns):
        set_reference(columns[number - 1].uid)
    else:
        address.note_ignored(REFERENCE.spelling, asked)


def stamp(engine: Engine) -> None:
    """Put the columns and the reference into the address of any page, unless they are the default ones."""
    columns = _opened(engine)
    variants = [column.variant for column in columns]
    COLUMNS.write(comparison.encode(variants) if variants != comparison.default_variants() else "")
    REFERENCE.write(next((number for number, column in enumerate(columns, 1) if column.uid == reference()), None))


def reference() -> int | None:
    """The uid of the column that the others are compared with, if one is chosen."""
    return st.session_state.get("_pinned")


def change(uid: int, make: Callable[[Variant], Variant]) -> None:
    """Replace the variant of one column by ``make(variant)``."""
    _store([Column(uid, make(column.variant)) if column.uid == uid else column for column in _columns()])


def add(variant: Variant, after: int | None = None) -> None:
    """A further column, behind another or at the end, under a name that is free."""
    columns = _columns()
    uid = 1 + max((column.uid for column in columns), default=0)
    named = replace(variant, name=comparison.fresh_name(column.variant.name for column in columns))
    index = next((i + 1 for i, column in enumerate(columns) if column.uid == after), len(columns))
    _store([*columns[:index], Column(uid, named), *columns[index:]])


def move(uid: int, step: int) -> None:
    """Move a column by a number of positions to the right."""
    columns = list(_columns())
    position = next(index for index, column in enumerate(columns) if column.uid == uid)
    columns.insert(position + step, columns.pop(position))
    _store(columns)


def remove(uid: int) -> None:
    """Remove a column, which then is no reference either."""
    _store([column for column in _columns() if column.uid != uid])
    if reference() == uid:
        set_reference(None)


def set_reference(uid: int | None) -> None:
    """Choose the column that the others are compared with; None for none."""
    st.session_state["_pinned"] = uid
