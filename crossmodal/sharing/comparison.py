"""Settings side by side: one variant of a comparison, and how a link encodes variants.

A link writes a variant as ``name;linear;speech:0.3,text:0.7;t:0.5;prior:even;without:text`` and separates variants
with ``|``; values that equal the default are left out. A link is untrusted, so decoding one never fails: a part that
cannot be used is left at its default and reported.
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
"""Names of new variants, in their order."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A column of a comparison: a name, settings, and the modalities that are left out."""

    name: str
    settings: FusionSettings = field(default_factory=FusionSettings)
    without: frozenset[str] = frozenset()

    def evidence(self, evidence: Evidence) -> Evidence:
        """The evidence without the modalities that are left out."""
        used = {name: prediction for name, prediction in evidence.predictions.items() if name not in self.without}
        return replace(evidence, predictions=used)


def fresh_name(taken: Iterable[str]) -> str:
    """The first letter that no variant is named by."""
    names = set(taken)
    return next((letter for letter in NAMES if letter not in names), NAMES[-1])


# --- to and from a link --------------------------------------------------------------------------------------------


def encode(variants: Sequence[Variant]) -> str:
    """Variants as one value of a link. The reverse of ``decode``."""
    return "|".join(_encode(variant) for variant in variants)


def _encode(variant: Variant) -> str:
    settings = variant.settings
    parts = [quote(variant.name, safe=""), settings.rule]
    if settings.alpha:
        parts.append(",".join(f"{name}:{value:g}" for name, value in settings.alpha.items()))
    if settings.temperature != 1.0:
        parts.append(f"t:{settings.temperature:g}")
    if settings.prior != PRIORS[0]:
        parts.append(f"prior:{settings.prior}")
    if variant.without:
        parts.append("without:" + ",".join(sorted(variant.without)))
    return ";".join(parts)


def decode(
    text: str, modalities: Sequence[str], rules: Container[str] | None = None
) -> tuple[list[Variant], list[str]]:
    """The variants of a link, at most MAX_VARIANTS, and the parts that could not be used, at 40 characters each.

    ``rules`` are those that the models offer; None allows every rule there is.
    """
    offered = registry() if rules is None else rules
    ignored: list[str] = []
    written = [part for part in text.split("|") if part]
    ignored += [part[:40] for part in written[limits.MAX_VARIANTS :]]
    return [_decode(part, modalities, offered, ignored) for part in written[: limits.MAX_VARIANTS]], ignored


def _decode(text: str, modalities: Sequence[str], rules: Container[str], ignored: list[str]) -> Variant:
    name, *parts = text.split(";")
    variant = Variant(clean_name(unquote(name)))
    for index, part in enumerate(parts):
        try:
            variant = _with_rule(variant, part, rules) if index == 0 else _with_part(variant, part, modalities)
        except ValueError:
            ignored.append(part[:40])
    return variant


def clean_name(name: str) -> str:
    """A name without control characters and not too long; a letter where nothing is left."""
    printable = "".join(character for character in name if character.isprintable()).strip()
    return printable[: limits.MAX_VARIANT_NAME_CHARACTERS] or NAMES[0]


def _with_rule(variant: Variant, rule: str, rules: Container[str]) -> Variant:
    if rule not in rules:
        raise ValueError(rule)
    return replace(variant, settings=replace(variant.settings, rule=rule))


def _with_part(variant: Variant, part: str, modalities: Sequence[str]) -> Variant:
    """The variant with one part of its text applied. Raises ValueError for an unknown part or value."""
    key, _, value = part.partition(":")
    settings = variant.settings
    if key == "t":
        return replace(
            variant,
            settings=replace(settings, temperature=_number(value, limits.MIN_TEMPERATURE, limits.MAX_TEMPERATURE)),
        )
    if key == "prior":
        if value not in PRIORS:
            raise ValueError(part)
        return replace(variant, settings=replace(settings, prior=value))
    if key == "without":
        names = value.split(",")
        if not set(names) <= set(modalities):
            raise ValueError(part)
        return replace(variant, without=frozenset(names))
    return replace(variant, settings=replace(settings, alpha=_alpha(part, modalities)))


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


# --- sets of variants ----------------------------------------------------------------------------------------------


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


def default_variants() -> list[Variant]:
    """The variants of a new comparison: the default rule, and the product of experts."""
    other = "product" if "product" in fusion_rules() else DEFAULT_RULE
    return [Variant(NAMES[0]), Variant(NAMES[1], FusionSettings(rule=other))]
