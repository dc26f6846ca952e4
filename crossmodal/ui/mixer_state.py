"""The settings of the bench: those of the session, else of the address, else their defaults.

With plain sliders Streamlit's own widgets own these keys; with the component no widget does, and they are written here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crossmodal.fusion import registry
from crossmodal.types import FusionSettings
from crossmodal.ui import address
from crossmodal.ui.url_choice import UrlChoice

MODE = UrlChoice(address.key("mode"))
"""Whether the weights are set as one mix or independently."""


def rule(rules: Sequence[str] | None = None) -> UrlChoice:
    """The fusion rule, one of those that the models offer; None allows every rule there is."""
    return UrlChoice(address.key("rule").among(registry() if rules is None else rules))


@dataclass(frozen=True, slots=True)
class MixerState:
    """What is set on the bench: a weight for every modality, those that are switched off, rule and temperature."""

    alpha: Mapping[str, float]
    off: tuple[str, ...]
    rule: str
    temperature: float

    def settings(self) -> FusionSettings:
        """The same for the fusion; modalities that are switched off are left out of the evidence instead."""
        return FusionSettings(self.alpha, self.rule, self.temperature)


def current(modalities: Sequence[str], rules: Sequence[str] | None = None) -> MixerState:
    """The present settings; invalid values are dropped from the address."""
    alpha = {name: address.key(f"a_{name}").read() for name in modalities}
    off = tuple(name for name in modalities if not address.key(f"m_{name}").read())
    return MixerState(alpha, off, rule(rules).value(), address.key("t").read())


def take(given: Any, modalities: Sequence[str], rules: Sequence[str] | None = None) -> None:
    """Take settings from the browser, which are untrusted: invalid parts leave the present ones unchanged."""
    if not isinstance(given, Mapping):
        return
    alpha, off = given.get("alpha"), given.get("off")
    for name in modalities:
        if isinstance(alpha, Mapping):
            _take(address.key(f"a_{name}"), alpha.get(name))
        if isinstance(off, list):
            _take(address.key(f"m_{name}"), name not in off)
    _take(address.key("t"), given.get("temperature"))
    for choice in (rule(rules), MODE):
        _take(choice.key, given.get(choice.key.spelling))


def _take(key: address.AddressKey, given: Any) -> None:
    value = key.parse(given)
    if value is not None:
        key.put(value)


def stamp(modalities: Sequence[str], rules: Sequence[str] | None = None) -> None:
    """Put the settings into the address of a page without a mixer, so that a link to it carries them."""
    now = current(modalities, rules)
    for name in modalities:
        address.key(f"a_{name}").put(now.alpha[name])
        address.key(f"m_{name}").put(name not in now.off)
    address.key("t").put(now.temperature)
    for choice in (rule(rules), MODE):
        choice.key.put(choice.value())
