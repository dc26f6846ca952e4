"""The gated multimodal unit (Arevalo et al. 2017): learned gates weigh the modalities element-wise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from crossmodal.fusion.learned import LIMIT, LearnedRule, NetworkInputs, Tensors
from crossmodal.types import Array


class Gmu(LearnedRule):
    """Each modality proposes a state h_i; gates g_i, which sum to 1 element-wise, mix the proposals.

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

    def state(self, xp: Any, trained: Tensors, inputs: NetworkInputs) -> Any:
        """See LearnedRule.state."""
        proposals = {
            name: xp.tanh(inputs.gain[name] * (z @ trained[f"input.{name}"].T)) for name, z in inputs.z.items()
        }
        return sum(gate * proposals[name] for name, gate in self.gates(xp, trained, inputs).items())

    def gates(self, xp: Any, trained: Tensors, inputs: NetworkInputs) -> dict[str, Any]:
        """Modality -> its gate (..., K); over the present modalities they sum to 1 element-wise."""
        odds = {}
        for name, gain in inputs.gain.items():
            terms = [inputs.gain[other] * (z @ trained[f"gate.{name}.{other}"].T) for other, z in inputs.z.items()]
            odds[name] = gain * xp.exp(xp.clip(sum(terms) + trained[f"gate.{name}.bias"], -LIMIT, LIMIT))
        total = sum(odds.values())
        return {name: value / total for name, value in odds.items()}

    def shapes(self, modalities: Sequence[str], dim: int) -> Mapping[str, tuple[int, ...]]:
        """See LearnedRule.shapes."""
        shapes: dict[str, tuple[int, ...]] = {f"input.{name}": (self.width, dim) for name in modalities}
        shapes |= {f"gate.{name}.bias": (self.width,) for name in modalities}
        return shapes | {f"gate.{name}.{other}": (self.width, dim) for name in modalities for other in modalities}


def mean_gates(trained: Mapping[str, Array], z: Mapping[str, Array]) -> dict[str, float]:
    """The gate of each modality at equal weights, averaged over the K elements of the state.

    ``z`` maps each present modality to its z (D,); the means sum to 1.
    """
    inputs = NetworkInputs({name: np.ones(1) for name in z}, z, {})
    return {name: float(gate.mean()) for name, gate in RULE.gates(np, trained, inputs).items()}


RULE = Gmu()
