"""Cross-attention over sequences, after the multimodal transformer (Tsai et al. 2019) in its smallest form.

Each segment of one modality, a window of speech or a token, attends to the segments of the others. There is one head,
one layer and no positional encoding; a null key, whose value is zero, lets a segment attend to none of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crossmodal.fusion.learned import LIMIT, LearnedRule, NetworkInputs, Tensors


class CrossAttention(LearnedRule):
    """The mean of a modality's segments, plus the mean of the context that they attend to in the other modalities.

    The z of the whole clip or sentence is one more segment. The bias log a_j on the keys of modality j multiplies
    their attention by a_j: at zero weight the modality is not attended to.
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

    def state(self, xp: Any, trained: Tensors, inputs: NetworkInputs) -> Any:
        """See LearnedRule.state."""
        segments = {name: _with_whole(xp, inputs, name) for name in inputs.z}
        total = sum(inputs.gain[name] * self._state_of(xp, trained, inputs, segments, name) for name in inputs.z)
        return xp.tanh(total + trained["bias"])

    def _state_of(self, xp: Any, trained: Tensors, inputs: NetworkInputs, segments: Tensors, name: str) -> Any:
        """The summand of one modality in the state (..., K): its mean segment, and the mean of its context."""
        mask = _mask(segments[name])
        count = mask.sum(-1)[..., None]
        mean = segments[name].sum(-2) / count  # padding is zero
        alone = mean @ trained[f"input.{name}"].T
        context = self._context(xp, trained, inputs, segments, name)
        if context is None:
            return alone
        return alone + ((context * mask[..., None]).sum(-2) / count) @ trained[f"found.{name}"].T

    def _context(self, xp: Any, trained: Tensors, inputs: NetworkInputs, segments: Tensors, name: str) -> Any:
        """What each segment of a modality attends to in the others (..., T, K); None where there is no other."""
        queries = segments[name] @ trained[f"query.{name}"].T
        total, mass = None, xp.exp(xp.clip(trained[f"null.{name}"], -LIMIT, LIMIT))
        for other, sequence in segments.items():
            if other == name:
                continue
            keys = sequence @ trained[f"key.{other}"].T
            power = xp.exp(xp.clip(queries @ xp.swapaxes(keys, -1, -2), -LIMIT, LIMIT)) * _mask(sequence)[..., None, :]
            gain = inputs.gain[other][..., None]
            attended = gain * (power @ (sequence @ trained[f"value.{other}"].T))
            total = attended if total is None else total + attended
            mass = mass + gain * power.sum(-1)[..., None]
        return None if total is None else total / mass

    def shapes(self, modalities: Sequence[str], dim: int) -> Mapping[str, tuple[int, ...]]:
        """See LearnedRule.shapes."""
        shapes: dict[str, tuple[int, ...]] = {"bias": (self.width,)}
        for name in modalities:
            shapes |= {f"{kind}.{name}": (self.width, dim) for kind in ("input", "query", "key", "value")}
            shapes |= {f"found.{name}": (self.width, self.width), f"null.{name}": (1,)}
        return shapes


def _with_whole(xp: Any, inputs: NetworkInputs, name: str) -> Any:
    """A modality's z in front of its segment embeddings, (..., 1 + S, D)."""
    sequence, whole = inputs.sequences[name], inputs.z[name][..., None, :]
    return xp.concatenate([xp.broadcast_to(whole, (*sequence.shape[:-2], 1, sequence.shape[-1])), sequence], -2)


def _mask(sequence: Any) -> Any:
    """1.0 for a segment and 0.0 for padding, (..., S)."""
    return (sequence != 0).any(-1) * 1.0


RULE = CrossAttention()
