"""The address of the page: the table of its keys, and how each is read, written and reported where it is invalid.

A setting lies in the session under its key and, unless it is at its default, in the address under the same key, so
that a link carries it. README.md lists these keys in the order of the table.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from crossmodal.custom.settings import DIMENSIONS, LIMITS, TrainingSettings
from crossmodal.examples import DEFAULT, load_examples
from crossmodal.explain.embedding_map import EXACT, PROJECTIONS
from crossmodal.fusion import DEFAULT_RULE, registry
from crossmodal.i18n.translator import LANGUAGES
from crossmodal.limits import MAX_TEXT_CHARACTERS, MAX_VARIANTS

SCHEMA = "1"
"""Version of the settings in the address."""
TEMPERATURES = (4.0, 2.8, 2.0, 1.4, 1.0, 0.7, 0.5, 0.35, 0.25)
"""Even steps of a factor of about 1.4, flattest first, so that sharper lies to the right."""
RATES = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05)
"""Learning rates that a training run may have."""
TYPED = "typed"
"""What ``ex2`` says of words typed on the page."""
RECENT = "own-"
"""Prefix of ``ex2`` for an earlier input of the session."""
MODALITY = "<modality>"
"""Stands in a key of the table for the name of a modality."""

_DIGITS = 3
_MOST_NOTED = 6

Parse = Callable[[Any], Any]


# --- one key --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AddressKey:
    """One key of the address.

    ``spelling`` is the key as it is written, with MODALITY in it where every modality has one; ``owner`` is the part
    of the page that it sets. ``parse`` turns what the address, the session or a browser holds into the setting, or
    into None where it is invalid. ``default`` is not written unless ``stays``; None stands for a default that
    depends on the visitor or on the input. ``options`` are the values of a choice.
    """

    spelling: str
    owner: str
    parse: Parse
    default: Any = None
    options: tuple[Any, ...] = ()
    stays: bool = False

    def format(self, value: Any) -> str:
        """A setting as a value of the address. The reverse of ``parse``."""
        if isinstance(value, bool):
            return str(value).lower()
        return f"{value:g}" if isinstance(value, float) else str(value)

    def among(self, options: Iterable[str], default: str | None = None) -> AddressKey:
        """The same key with the options, and where given the default, that are known only while the page runs."""
        options = tuple(options)
        return replace(
            self,
            parse=_one_of(options),
            options=options,
            default=self.default if default is None else default,
        )

    def asked(self) -> str | None:
        """The raw value in the address; None where it does not hold the key."""
        asked: str | None = st.query_params.get(self.spelling)
        return asked

    def read(self) -> Any:
        """The session's value, else the address's, else the default. An invalid value is dropped from the address."""
        value, asked = self.parse(st.session_state.get(self.spelling)), self.asked()
        if value is None and asked is not None:
            value = self.parse(asked)
            if value is None:
                note_ignored(self.spelling, asked)
                self.drop()
        return self.default if value is None else value

    def bound(self) -> str:
        """The key for a widget that Streamlit itself binds to the address; an invalid value is noted as ignored."""
        asked = self.asked()
        if asked is not None and self.spelling not in st.session_state and self.parse(asked) is None:
            note_ignored(self.spelling, asked)
        return self.spelling

    def put(self, value: Any) -> None:
        """Take a setting, in session and address."""
        st.session_state[self.spelling] = value
        self.write(value)

    def write(self, value: Any) -> None:
        """Put a setting into the address alone; the default leaves it unless it stays."""
        if value != self.default or self.stays:
            st.query_params[self.spelling] = self.format(value)
        else:
            self.drop()

    def drop(self) -> None:
        """Leave the key out of the address."""
        st.query_params.pop(self.spelling, None)


# --- parsers --------------------------------------------------------------------------------------------------------


def _one_of(options: Iterable[Any]) -> Parse:
    allowed = tuple(options)
    return lambda given: given if given in allowed else None


def _number(given: Any) -> float | None:
    try:
        value = float(given)
    except (TypeError, ValueError, OverflowError):
        return None
    return value if math.isfinite(value) else None


def _between(low: float, high: float) -> Parse:
    """A number within limits, to three digits after the point."""

    def parse(given: Any) -> float | None:
        value = _number(given)
        return round(value, _DIGITS) if value is not None and low <= value <= high else None

    return parse


def _whole(low: float, high: float) -> Parse:
    """A number within limits without its fraction, as Streamlit reads it for a slider of whole numbers."""

    def parse(given: Any) -> int | None:
        value = _number(given)
        return int(value) if value is not None and low <= value <= high else None

    return parse


def _number_of(options: Iterable[float]) -> Parse:
    """One of some numbers, however it is written."""
    allowed = tuple(options)

    def parse(given: Any) -> float | None:
        value = _number(given)
        return next((option for option in allowed if option == value), None)

    return parse


def _switch(given: Any) -> bool | None:
    return {"true": True, "false": False}.get(str(given).lower())


def _words(given: Any) -> str | None:
    """Words as a text box takes them: cut at its length."""
    return given[:MAX_TEXT_CHARACTERS] if isinstance(given, str) else None


def _text(given: Any) -> str | None:
    """Text that its owner parses."""
    return given if isinstance(given, str) and given else None


def _rule(given: Any) -> str | None:
    parsed: str | None = _one_of(registry())(given)
    return parsed


def _example(given: Any) -> str | None:
    parsed: str | None = _one_of(load_examples())(given)
    return parsed


def _second_input(given: Any) -> str | None:
    known = given == TYPED or (isinstance(given, str) and given.startswith(RECENT))
    return given if known else _example(given)


def _column_number(given: Any) -> int | None:
    """The number of a column, from 1."""
    digit = str(given)
    value = int(digit) if len(digit) == 1 and digit.isdecimal() else 0
    return value if 1 <= value <= MAX_VARIANTS else None


# --- the table ------------------------------------------------------------------------------------------------------

TRAINING: Mapping[str, str] = {
    "lambda_speech": "l1",
    "lambda_text": "l2",
    "gamma_cross": "g12",
    "gamma_speech": "g11",
    "gamma_text": "g22",
    "dimension": "dim",
    "epochs": "ep",
    "rate": "lr",
    "dropout": "md",
    "seed": "seed",
}
"""Setting of a training run -> its key."""


def _choice(spelling: str, owner: str, options: tuple[str, ...], default: str | None = None) -> AddressKey:
    return AddressKey(spelling, owner, _one_of(options), default, options)


def _training(setting: str, spelling: str) -> AddressKey:
    low, high = LIMITS[setting]
    options: tuple[float, ...] = {"dimension": DIMENSIONS, "rate": RATES}.get(setting, ())
    parse = _number_of(options) if options else _between(low, high) if isinstance(low, float) else _whole(low, high)
    return AddressKey(spelling, "train", parse, getattr(TrainingSettings(), setting), options)


TABLE: tuple[AddressKey, ...] = (
    _choice("src", "input", ("example", "record", "upload", "type"), "example"),
    AddressKey("ex", "input", _example, DEFAULT),
    AddressKey("txt", "input", _words, ""),
    AddressKey("w", "input", _words),
    AddressKey(f"a_{MODALITY}", "bench", _between(0.0, 1.0), 0.5),
    AddressKey(f"m_{MODALITY}", "bench", _switch, True),
    AddressKey("rule", "bench", _rule, DEFAULT_RULE),
    AddressKey("t", "bench", _number_of(TEMPERATURES), 1.0, TEMPERATURES),
    _choice("mode", "bench", ("mix", "free"), "mix"),
    AddressKey("why", "bench", _switch, False),
    AddressKey("c", "compare", _text, ""),
    AddressKey("ref", "compare", _column_number),
    _choice("cmp", "compare", ("settings", "inputs", "rules"), "settings"),
    AddressKey("ex2", "compare", _second_input),
    AddressKey("txt2", "compare", _words, ""),
    _choice("proj", "space", PROJECTIONS, EXACT),
    _choice("colour", "space", ("emotion", "modality", "split"), "emotion"),
    _choice("tl", "timeline", ("example", "own"), "example"),
    *(_training(setting, spelling) for setting, spelling in TRAINING.items()),
    AddressKey("clip", "share", _text),
    AddressKey("forget", "share", _text),
    replace(_choice("lang", "frame", tuple(LANGUAGES)), stays=True),
    _choice("v", "frame", (SCHEMA,)),
    AddressKey("h", "frame", _text),
    _choice("mixer", "frame", ("native",)),
    _choice("embed", "frame", ("true",)),
)
"""Every key that means something in the address of the page."""
_BY_SPELLING = {entry.spelling: entry for entry in TABLE}


def key(spelling: str) -> AddressKey:
    """The entry of a key; ``a_speech`` is of the entry ``a_<modality>``. Raises KeyError for one not in the table."""
    if spelling in _BY_SPELLING:
        return _BY_SPELLING[spelling]
    prefix, _, _ = spelling.partition("_")
    return replace(_BY_SPELLING[f"{prefix}_{MODALITY}"], spelling=spelling)


def of_owner(owner: str) -> tuple[str, ...]:
    """The keys of one part of the page."""
    return tuple(entry.spelling for entry in TABLE if entry.owner == owner)


# --- the address as a whole -----------------------------------------------------------------------------------------


def present() -> dict[str, str]:
    """All entries of the address; of a repeated key the last."""
    asked: dict[str, str] = st.query_params.to_dict()
    return asked


def stamp_schema() -> None:
    """Put the schema version into an address that carries settings."""
    if len(st.query_params):
        version = key("v")
        if version.asked() != SCHEMA:
            version.write(SCHEMA)


def note_ignored(spelling: str, *values: str) -> None:
    """Remember values of the address that could not be used, for the page to list them."""
    for value in values:
        noted: list[tuple[str, str]] = st.session_state.setdefault("_ignored", [])
        if (spelling, value) not in noted and len(noted) < _MOST_NOTED:
            noted.append((spelling, value[:40]))


def ignored() -> list[tuple[str, str]]:
    """Key and value of what was ignored in the address."""
    noted: list[tuple[str, str]] = st.session_state.get("_ignored", [])
    return noted
