"""Settings side by side: what one column of a comparison holds, and how columns stand in a link.

A link writes a column as ``name;linear;speech:0.3,text:0.7;t:0.5;prior:even;without:text`` and parts columns with
``|``; whatever equals the default is left out. Anybody can write a link, so reading one never fails: what cannot be
used is left at its default and named.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote, unquote

from crossmodal import limits
from crossmodal.fusion import DEFAULT_RULE, fusion_rules, registry
from crossmodal.types import PRIORS, Evidence, FusionSettings

NAMES = "ABCD"


@dataclass(frozen=True, slots=True)
class Variant:
    """One column: a name, settings, and the modalities that it does without."""

    name: str
    settings: FusionSettings = field(default_factory=FusionSettings)
    without: frozenset[str] = frozenset()

    def evidence(self, evidence: Evidence) -> Evidence:
        """What this column looks at."""
        kept = {name: reading for name, reading in evidence.predictions.items() if name not in self.without}
        return replace(evidence, predictions=kept)


def fresh_name(taken: Iterable[str]) -> str:
    """The first letter that no column is called by."""
    used = set(taken)
    return next((letter for letter in NAMES if letter not in used), NAMES[-1])


# --- to and from a link --------------------------------------------------------------------------------------------


def encode(columns: Sequence[Variant]) -> str:
    """Columns as one value of a link. The reverse of ``decode``."""
    return "|".join(_encode(column) for column in columns)


def _encode(column: Variant) -> str:
    settings = column.settings
    parts = [quote(column.name, safe=""), settings.rule]
    if settings.alpha:
        parts.append(",".join(f"{name}:{value:g}" for name, value in settings.alpha.items()))
    if settings.temperature != 1.0:
        parts.append(f"t:{settings.temperature:g}")
    if settings.prior != PRIORS[0]:
        parts.append(f"prior:{settings.prior}")
    if column.without:
        parts.append("without:" + ",".join(sorted(column.without)))
    return ";".join(parts)


def decode(
    text: str, modalities: Sequence[str], rules: Container[str] | None = None
) -> tuple[list[Variant], list[str]]:
    """Columns of a link, at most MAX_VARIANTS, and what of it could not be used, each in at most 40 characters.

    ``rules`` are those that the models offer; None allows every rule there is.
    """
    offered = registry() if rules is None else rules
    ignored: list[str] = []
    written = [part for part in text.split("|") if part]
    ignored += [part[:40] for part in written[limits.MAX_VARIANTS :]]
    return [_decode(part, modalities, offered, ignored) for part in written[: limits.MAX_VARIANTS]], ignored


def _decode(text: str, modalities: Sequence[str], rules: Container[str], ignored: list[str]) -> Variant:
    name, *parts = text.split(";")
    column = Variant(clean_name(unquote(name)))
    for index, part in enumerate(parts):
        try:
            column = _take_rule(column, part, rules) if index == 0 else _take(column, part, modalities)
        except ValueError:
            ignored.append(part[:40])
    return column


def clean_name(name: str) -> str:
    """A name without control characters and not too long; a letter where nothing is left."""
    printable = "".join(character for character in name if character.isprintable()).strip()
    return printable[: limits.MAX_VARIANT_NAME_CHARACTERS] or NAMES[0]


def _take_rule(column: Variant, rule: str, rules: Container[str]) -> Variant:
    if rule not in rules:
        raise ValueError(rule)
    return replace(column, settings=replace(column.settings, rule=rule))


def _take(column: Variant, part: str, modalities: Sequence[str]) -> Variant:
    """The column with one part of its text taken in. Raises ValueError for what means nothing."""
    key, _, value = part.partition(":")
    settings = column.settings
    if key == "t":
        return replace(
            column,
            settings=replace(settings, temperature=_number(value, limits.MIN_TEMPERATURE, limits.MAX_TEMPERATURE)),
        )
    if key == "prior":
        if value not in PRIORS:
            raise ValueError(part)
        return replace(column, settings=replace(settings, prior=value))
    if key == "without":
        names = value.split(",")
        if not set(names) <= set(modalities):
            raise ValueError(part)
        return replace(column, without=frozenset(names))
    return replace(column, settings=replace(settings, alpha=_alpha(part, modalities)))


def _alpha(part: str, modalities: Sequence[str]) -> Mapping[str, float]:
    pairs = [item.partition(":") for item in part.split(",")]
    if any(name not in modalities for name, _, _ in pairs):
        raise ValueError(part)
    return {name: _number(value, 0.0, 1.0) for name, _, value in pairs}


def _number(text: str, low: float, high: float) -> float:
    value = float(text)
    if not (math.isfinite(value) and low <= value <= high):
        raise ValueError(text)
    return value


# --- what they come to ---------------------------------------------------------------------------------------------


def every_rule(
    settings: FusionSettings, modalities: Sequence[str], rules: Iterable[str] | None = None
) -> list[Variant]:
    """Every rule under every prior at the weights of ``settings``, and each modality alone; names are stable keys.

    ``rules`` are those that the models offer; None stands for the pools, which need no training.
    """
    offered = list(fusion_rules() if rules is None else rules)
    alone = [Variant(name, replace(settings, prior=PRIORS[0]), frozenset(modalities) - {name}) for name in modalities]
    fused = [
        Variant(f"{rule}.{prior}", replace(settings, rule=rule, prior=prior)) for prior in PRIORS for rule in offered
    ]
    return [*alone, *fused]


def default_columns() -> list[Variant]:
    """What a comparison opens with: the default rule against the one that multiplies evidence."""
    other = "product" if "product" in fusion_rules() else DEFAULT_RULE
    return [Variant(NAMES[0]), Variant(NAMES[1], FusionSettings(rule=other))]
