"""Low-rank tensor fusion (Liu et al. 2018): all products of the modalities' elements, through factors of low rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from crossmodal.fusion.learned import LearnedRule, NetworkInputs, Tensors, trained_modalities

RANK = 4


class LowRankTensor(LearnedRule):
    """A bilinear form of (z_1, 1) and (z_2, 1): products of both beside either alone, never built in full.

    The constant 1 behind every z keeps the terms of single modalities; a missing one contributes its constant alone.
    """

    name = "low_rank_tensor"
    order = 12
    formula = (
        r"p \propto \pi\,\mathrm{softmax}(V h),\quad h = \sum_{r} \textstyle\prod_i (W_i^{(r)} a_i z_i + c_i^{(r)}),"
        r"\quad a_i = w_i/\max_j w_j"
    )
    width = 24

    def state(self, xp: Any, trained: Tensors, inputs: NetworkInputs) -> Any:
        """See LearnedRule.state."""
        factors = [self._factor(trained, inputs, name) for name in trained_modalities(trained)]
        product = prod(factors[1:], start=factors[0])
        return product.reshape(*product.shape[:-1], RANK, self.width).sum(-2)

    def _factor(self, trained: Tensors, inputs: NetworkInputs, name: str) -> Any:
        """(..., R K), or (R K,) for a missing modality."""
        constant = trained[f"constant.{name}"]
        if name not in inputs.z:
            return constant
        return inputs.gain[name] * (inputs.z[name] @ trained[f"input.{name}"].T) + constant

    def shapes(self, modalities: Sequence[str], dim: int) -> Mapping[str, tuple[int, ...]]:
        """See LearnedRule.shapes."""
        size = RANK * self.width
        return {f"input.{name}": (size, dim) for name in modalities} | {
            f"constant.{name}": (size,) for name in modalities
        }


RULE = LowRankTensor()
