"""The settings of the bench as they are held: in the session, else in the address, else their defaults.

With plain sliders Streamlit's own widgets own these keys; with the component nobody does, and they are written here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import streamlit as st

from crossmodal.fusion import DEFAULT_RULE, registry
from crossmodal.types import FusionSettings
from crossmodal.ui.address import note_ignored
from crossmodal.ui.url_choice import UrlChoice

DEFAULT_ALPHA = 0.5
TEMPERATURES = (4.0, 2.8, 2.0, 1.4, 1.0, 0.7, 0.5, 0.35, 0.25)
"""Even steps of a factor of about 1.4, flattest first, so that sharper lies to the right."""
MODE = UrlChoice("mode", ("mix", "free"), "mix")
"""Whether the weights are set as one mix or each for itself."""

_DIGITS = 3
_Value = TypeVar("_Value")


def rule(rules: Sequence[str] | None = None) -> UrlChoice:
    """The fusion rule, one of those that the models offer; None allows every rule there is."""
    return UrlChoice("rule", tuple(registry() if rules is None else rules), DEFAULT_RULE)


@dataclass(frozen=True, slots=True)
class MixerState:
    """What is set on the bench: a weight for every modality, those that are switched off, rule and temperature."""

    alpha: Mapping[str, float]
    off: tuple[str, ...]
    rule: str
    temperature: float

    def settings(self) -> FusionSettings:
        """The same as the arithmetic takes it; who is switched off is for the evidence to leave out."""
        return FusionSettings(self.alpha, self.rule, self.temperature)


def current(modalities: Sequence[str], rules: Sequence[str] | None = None) -> MixerState:
    """The present settings; what the address says wrongly is dropped from it."""
    alpha = {name: _value(f"a_{name}", DEFAULT_ALPHA, _weight) for name in modalities}
    off = tuple(name for name in modalities if not _value(f"m_{name}", True, _switch))
    return MixerState(alpha, off, rule(rules).value(), _value("t", 1.0, _temperature))


def take(given: Any, modalities: Sequence[str], rules: Sequence[str] | None = None) -> None:
    """Take settings as a browser sent them. Whatever in them is not what it should be is left as it was."""
    if not isinstance(given, Mapping):
        return
    alpha, off = given.get("alpha"), given.get("off")
    for name in modalities:
        if isinstance(alpha, Mapping):
            _put(f"a_{name}", _weight(alpha.get(name)), DEFAULT_ALPHA)
        if isinstance(off, list):
            _put(f"m_{name}", name not in off, True)
    _put("t", _temperature(given.get("temperature")), 1.0)
    for choice in (rule(rules), MODE):
        if given.get(choice.key) in choice.options:
            choice.put(given[choice.key])


def stamp(modalities: Sequence[str], rules: Sequence[str] | None = None) -> None:
    """Put the settings into the address of a page without a mixer, so that a link to it carries them."""
    now = current(modalities, rules)
    for name in modalities:
        _put(f"a_{name}", now.alpha[name], DEFAULT_ALPHA)
        _put(f"m_{name}", name not in now.off, True)
    _put("t", now.temperature, 1.0)
    for choice in (rule(rules), MODE):
        choice.put(choice.value())


def _value(key: str, default: _Value, parse: Callable[[Any], _Value | None]) -> _Value:
    """The session's, else the address's, else the default; ``parse`` makes nothing of what it should not be."""
    found = parse(st.session_state.get(key))
    if found is None and key in st.query_params:
        found = parse(st.query_params[key])
        if found is None:
            note_ignored(key, st.query_params[key])
            del st.query_params[key]
    return default if found is None else found


def _put(key: str, value: Any, default: Any) -> None:
    if value is None:
        return
    st.session_state[key] = value
    if value != default:
        st.query_params[key] = str(value).lower() if isinstance(value, bool) else f"{value:g}"
    elif key in st.query_params:
        del st.query_params[key]


def _number(given: Any) -> float | None:
    try:
        value = float(given)
    except (TypeError, ValueError, OverflowError):
        return None
    return value if math.isfinite(value) else None


def _weight(given: Any) -> float | None:
    value = _number(given)
    return round(value, _DIGITS) if value is not None and 0 <= value <= 1 else None


def _temperature(given: Any) -> float | None:
    value = _number(given)
    return value if value in TEMPERATURES else None


def _switch(given: Any) -> bool | None:
    return {"true": True, "false": False}.get(str(given).lower())
