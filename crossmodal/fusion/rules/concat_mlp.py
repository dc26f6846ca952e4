"""Early fusion by a multilayer perceptron over the weighted z_i, one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crossmodal.fusion.learned import LearnedRule, NetworkInputs, Tensors


class ConcatMlp(LearnedRule):
    """One hidden layer over the concatenated modalities, which may learn their interactions."""

    name = "concat_mlp"
    order = 10
    formula = (
        r"p \propto \pi\,\mathrm{softmax}\bigl(V \tanh(\textstyle\sum_i W_i\, a_i z_i + b)\bigr),"
        r"\quad a_i = w_i/\max_j w_j"
    )
    width = 48

    def state(self, xp: Any, trained: Tensors, inputs: NetworkInputs) -> Any:
        """See LearnedRule.state. A matrix over joined vectors is the sum of its blocks over each of them."""
        terms = [inputs.gain[name] * (z @ trained[f"input.{name}"].T) for name, z in inputs.z.items()]
        return xp.tanh(sum(terms) + trained["bias"])

    def shapes(self, modalities: Sequence[str], dim: int) -> Mapping[str, tuple[int, ...]]:
        """See LearnedRule.shapes."""
        return {f"input.{name}": (self.width, dim) for name in modalities} | {"bias": (self.width,)}


RULE = ConcatMlp()
