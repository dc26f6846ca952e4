"""psi(z_1..z_n; alpha): the fusion rules. One rule, one file; every module in ``rules`` registers itself.

Some rules are pools, arithmetic without trained weights; others are learned and need theirs in the models folder.

A rule is written for n modalities and for whole batches: leading dimensions of its inputs broadcast, so one slider
tick and a hundred alphas over thousands of pairs are the same code.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Container, Mapping, Sequence
from functools import cache

from crossmodal.errors import InputError
from crossmodal.fusion import rules as rule_modules
from crossmodal.fusion.base import FusionInputs, FusionRule, correct_prior, normalize_alpha, scale_temperature

__all__ = [
    "DEFAULT_RULE",
    "FusionInputs",
    "FusionRule",
    "correct_prior",
    "find_rule",
    "fusion_rules",
    "normalize_alpha",
    "registry",
    "scale_temperature",
]

DEFAULT_RULE = "linear"


@cache
def registry() -> Mapping[str, FusionRule]:
    """Name -> rule, in the order in which they are shown."""
    modules = [
        importlib.import_module(f"{rule_modules.__name__}.{info.name}")
        for info in pkgutil.iter_modules(rule_modules.__path__)
    ]
    rules: Sequence[FusionRule] = sorted(
        (module.RULE for module in modules if hasattr(module, "RULE")),
        key=lambda rule: (rule.order, rule.name),
    )
    return {rule.name: rule for rule in rules}


def fusion_rules(trained: Container[str] = ()) -> Mapping[str, FusionRule]:
    """The usable rules: every pool, and the learned ones that are named in ``trained``."""
    return {name: rule for name, rule in registry().items() if name in trained or not rule.learned}


def find_rule(name: str) -> FusionRule:
    """The rule of that name, learned or not. Raises InputError ``unknown_rule``, which names those that exist."""
    rules = registry()
    if name not in rules:
        raise InputError("unknown_rule", rule=name[:40], allowed=", ".join(rules))
    return rules[name]
