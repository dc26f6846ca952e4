"""The shared-space sum: fuse the embeddings, then apply the head to the fused point: theta(sum_i w_i z_i)."""

from crossmodal.fusion.base import FusionInputs, FusionRule
from crossmodal.numerics import unit_length
from crossmodal.types import Array


class SharedSpace(FusionRule):
    """The weighted mean of the z_i, scaled to unit length, is classified as if it were one modality."""

    name = "shared_space"
    order = 4
    formula = r"p = \theta\!\left(\frac{\sum_i w_i z_i}{\lVert \sum_i w_i z_i \rVert}\right)"

    def pool(self, inputs: FusionInputs) -> Array:
        """See FusionRule.pool. Embeddings that cancel out give the zero vector, which the head takes as it is."""
        mean = (inputs.alpha[..., None, :] @ inputs.embeddings)[..., 0, :]
        return inputs.head(unit_length(mean), inputs.alpha)


RULE = SharedSpace()
