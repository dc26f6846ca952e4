"""The formula of a fusion rule with the present numbers, as LaTeX."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from crossmodal.ui.numbers import number

Weights = Sequence[tuple[int, float]]
"""The index i of each present modality with the weight in use."""


def alpha(index: int) -> str:
    """The symbol of a weight in plain text: a Greek alpha with its index below."""
    return "\u03b1" + subscript(index)


def subscript(index: int) -> str:
    """An index as small digits below the line."""
    return "".join(chr(0x2080 + int(digit)) for digit in str(index))


def _sum(symbol: str, weights: Weights) -> str:
    return " + ".join(_times(number(w)) + symbol.format(i=i) for i, w in weights)


def _times(factor: str) -> str:
    return "" if factor == "1" else rf"{factor}\,"


def _power(exponent: str) -> str:
    return "" if exponent == "1" else f"^{{{exponent}}}"


def _product(weights: Weights) -> str:
    return r"\;".join(f"f_{i}(x_{i})" + _power(number(w)) for i, w in weights)


def _linear(weights: Weights) -> str:
    return "= " + _sum("f_{i}(x_{i})", weights)


def _log_pool(weights: Weights) -> str:
    return r"\propto " + _product(weights)


def _experts(weights: Weights) -> str:
    highest = max(w for _, w in weights)
    powers = [(i, w / highest) for i, w in weights]
    rest = 1 - sum(power for _, power in powers)
    prior = rf"\pi^{{{number(rest)}}}\;" if abs(rest) >= 0.005 else ""
    return r"\propto " + prior + _product(powers)


def _shared_space(weights: Weights) -> str:
    return r"= \theta\bigl(\overline{" + _sum("z_{i}", weights) + r"}\,\bigr)"


_WRITTEN: Mapping[str, Callable[[Weights], str]] = {
    "linear": _linear,
    "confidence": _linear,
    "log_pool": _log_pool,
    "product": _experts,
    "shared_space": _shared_space,
}


def written(rule: str, general: str, weights: Weights, temperature: float) -> str:
    """Fusion(x) under a rule with its numbers; a rule unknown here shows its general formula and the weights."""
    if rule in _WRITTEN:
        body = r"\mathrm{Fusion}(x) " + _WRITTEN[rule](weights)
    else:
        body = general + r",\quad " + r",\;".join(f"w_{i} = {number(w)}" for i, w in weights)
    return body if temperature == 1 else rf"{body},\quad T = {temperature:g}"
