"""The catalogue of messages in the language of a visitor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crossmodal.errors import CrossmodalError
from crossmodal.i18n.messages import CATALOGUE, LANGUAGES

__all__ = ["CATALOGUE", "LANGUAGES", "Translator", "facts", "preferred"]


class _Gaps(dict[str, object]):
    """Values for a message, with a question mark for those that an error lacks."""

    def __missing__(self, key: str) -> str:
        return "?"


def _plain(value: object) -> object:
    """A number without a needless fraction, anything else as it is."""
    return f"{value:g}" if isinstance(value, float) else value


@dataclass(frozen=True, slots=True)
class Translator:
    """The catalogue in one language: ``say("fused")`` is the message of that key."""

    language: str

    def __call__(self, key: str, **values: object) -> str:
        """The message of a key with its values filled in."""
        return self.wording(key).format_map(_Gaps({name: _plain(value) for name, value in values.items()}))

    def wording(self, key: str) -> str:
        """The message of a key with its placeholders unfilled, for the browser to fill in."""
        return CATALOGUE[key][list(LANGUAGES).index(self.language)]

    def known(self, key: str, fallback: str, **values: object) -> str:
        """The message of a key, or ``fallback`` where the catalogue has none, as for a new rule or modality."""
        return self(key, **values) if key in CATALOGUE else fallback

    def modality(self, name: str) -> str:
        """The display name of a modality."""
        return self.known(f"modality.{name}", name)

    def rule(self, name: str) -> str:
        """The display name of a fusion rule."""
        return self.known(f"rule.{name}", name)

    def label(self, task: str, name: str) -> str:
        """The display name of a class."""
        return self.known(f"{task}.{name}", name)

    def error(self, error: CrossmodalError) -> str:
        """The message of an error: what happened, the value at fault, and what is allowed."""
        values = {name: value for name, value in error.values.items() if value is not None}
        incomplete = f"error.{error.code}.unknown"
        key = incomplete if len(values) < len(error.values) and incomplete in CATALOGUE else f"error.{error.code}"
        return self.known(key, self("error.unexpected"), **values)


def preferred(locale: str | None) -> str:
    """The language of a browser's locale where the catalogue has it, else the first."""
    short = (locale or "").lower().split("-")[0]
    return short if short in LANGUAGES else next(iter(LANGUAGES))


def facts(say: Translator, values: Mapping[str, object]) -> list[str]:
    """The values of a model error as lines "name: value", for the operator."""
    return [f"{say.known(f'fact.{name}', name)}: {value}" for name, value in values.items()]
