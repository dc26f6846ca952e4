"""The gated multimodal unit (Arevalo et al. 2017): a learned gate decides, place by place, whom to listen to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from crossmodal.fusion.learned import LIMIT, Inputs, LearnedRule, Tensors
from crossmodal.types import Array


class Gmu(LearnedRule):
    """Each modality proposes a state h_i; gates g_i, which sum to 1 at each place of it, mix the proposals.

    The gates see all modalities. For two they are the paper's sigmoid and its complement; a weight w_i multiplies the
    gate's odds as well as the input, so that a modality without weight has no gate.
    """

    name = "gmu"
    order = 11
    formula = (
        r"p \propto \pi\,\mathrm{softmax}(V h),\quad h = \sum_i g_i \odot \tanh(W_i\, a_i z_i),\quad "
        r"g_i \propto a_i \exp\bigl(\textstyle\sum_j U_{ij}\, a_j z_j + c_i\bigr),\quad a_i = w_i/\max_j w_j"
    )
    width = 32

    def state(self, xp: Any, trained: Tensors, inputs: Inputs) -> Any:
        """See LearnedRule.state."""
        found = {name: xp.tanh(inputs.share[name] * (z @ trained[f"input.{name}"].T)) for name, z in inputs.z.items()}
        return sum(gate * found[name] for name, gate in self.gates(xp, trained, inputs).items())

    def gates(self, xp: Any, trained: Tensors, inputs: Inputs) -> dict[str, Any]:
        """Modality -> its gate (..., K); over the present modalities they sum to 1 at each place."""
        odds = {}
        for name, share in inputs.share.items():
            seen = [inputs.share[other] * (z @ trained[f"gate.{name}.{other}"].T) for other, z in inputs.z.items()]
            odds[name] = share * xp.exp(xp.clip(sum(seen) + trained[f"gate.{name}.bias"], -LIMIT, LIMIT))
        total = sum(odds.values())
        return {name: value / total for name, value in odds.items()}

    def shapes(self, modalities: Sequence[str], dim: int) -> Mapping[str, tuple[int, ...]]:
        """See LearnedRule.shapes."""
        found: dict[str, tuple[int, ...]] = {f"input.{name}": (self.width, dim) for name in modalities}
        found |= {f"gate.{name}.bias": (self.width,) for name in modalities}
        return found | {f"gate.{name}.{other}": (self.width, dim) for name in modalities for other in modalities}


def mean_gates(trained: Mapping[str, Array], z: Mapping[str, Array]) -> dict[str, float]:
    """How much the gates let through of each modality at equal weights, on average over the places of the state.

    ``z`` maps each present modality to its z (D,); the shares sum to 1.
    """
    inputs = Inputs({name: np.ones(1) for name in z}, z, {})
    return {name: float(gate.mean()) for name, gate in RULE.gates(np, trained, inputs).items()}


RULE = Gmu()
