"""Cross-attention over sequences, after the multimodal transformer (Tsai et al. 2019) in its smallest form.

Each part of one modality, a stretch of the voice or a word, asks the parts of the others. There is one head, one layer
and no sense of order; a null key, whose value is zero, lets a part find nothing worth attending to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crossmodal.fusion.learned import LIMIT, Inputs, LearnedRule, Tensors


class CrossAttention(LearnedRule):
    """The mean of a modality's own parts, and the mean of what they found in the others.

    The whole clip or sentence goes along as one part more. The bias log a_j on the keys of modality j multiplies their
    attention by a_j: without weight nothing of it is found.
    """

    name = "cross_attention"
    order = 13
    formula = (
        r"p \propto \pi\,\mathrm{softmax}(V h),\quad h = \tanh\Bigl(b + \sum_i a_i \overline{W_i s_{it} + "
        r"C_i \textstyle\sum_{j \ne i,\,u} A_{it,ju}\, V_j s_{ju}}\Bigr),\quad "
        r"A_{it,ju} \propto \exp(q_{it}^\top k_{ju} + \log a_j)"
    )
    sequential = True
    width = 32

    def state(self, xp: Any, trained: Tensors, inputs: Inputs) -> Any:
        """See LearnedRule.state."""
        parts = {name: _with_whole(xp, inputs, name) for name in inputs.z}
        seen = sum(inputs.share[name] * self._of(xp, trained, inputs, parts, name) for name in inputs.z)
        return xp.tanh(seen + trained["bias"])

    def _of(self, xp: Any, trained: Tensors, inputs: Inputs, parts: Tensors, name: str) -> Any:
        """One modality's part of the state (..., K): its own mean, and the mean of what it found."""
        own, real = parts[name], _real(parts[name])
        count = real.sum(-1)[..., None]
        mean = own.sum(-2) / count  # padding is zero
        said = mean @ trained[f"input.{name}"].T
        found = self._found(xp, trained, inputs, parts, name)
        if found is None:
            return said
        return said + ((found * real[..., None]).sum(-2) / count) @ trained[f"found.{name}"].T

    def _found(self, xp: Any, trained: Tensors, inputs: Inputs, parts: Tensors, name: str) -> Any:
        """What each part of a modality finds in the others (..., T, K); None where there is none."""
        asks = parts[name] @ trained[f"query.{name}"].T
        total, mass = None, xp.exp(xp.clip(trained[f"null.{name}"], -LIMIT, LIMIT))
        for other, keys in parts.items():
            if other == name:
                continue
            offers = keys @ trained[f"key.{other}"].T
            power = xp.exp(xp.clip(asks @ xp.swapaxes(offers, -1, -2), -LIMIT, LIMIT)) * _real(keys)[..., None, :]
            share = inputs.share[other][..., None]
            taken = share * (power @ (keys @ trained[f"value.{other}"].T))
            total = taken if total is None else total + taken
            mass = mass + share * power.sum(-1)[..., None]
        return None if total is None else total / mass

    def shapes(self, modalities: Sequence[str], dim: int) -> Mapping[str, tuple[int, ...]]:
        """See LearnedRule.shapes."""
        found: dict[str, tuple[int, ...]] = {"bias": (self.width,)}
        for name in modalities:
            found |= {f"{part}.{name}": (self.width, dim) for part in ("input", "query", "key", "value")}
            found |= {f"found.{name}": (self.width, self.width), f"null.{name}": (1,)}
        return found


def _with_whole(xp: Any, inputs: Inputs, name: str) -> Any:
    """A modality's z in front of the z of its parts, (..., 1 + S, D)."""
    parts, whole = inputs.sequences[name], inputs.z[name][..., None, :]
    return xp.concatenate([xp.broadcast_to(whole, (*parts.shape[:-2], 1, parts.shape[-1])), parts], -2)


def _real(parts: Any) -> Any:
    """1.0 for what is a part and 0.0 for padding, (..., S)."""
    return (parts != 0).any(-1) * 1.0


RULE = CrossAttention()
