"""The shared-space sum: fuse the embeddings, then read the fused point with the one head: theta(sum_i w_i z_i)."""

from crossmodal.fusion.base import FusionInputs, FusionRule
from crossmodal.numerics import unit_length
from crossmodal.types import Array


class SharedSpace(FusionRule):
    """The weighted mean of the z_i, brought back to unit length, is read as if it were one modality."""

    name = "shared_space"
    order = 4
    formula = r"p = \theta\!\left(\frac{\sum_i w_i z_i}{\lVert \sum_i w_i z_i \rVert}\right)"

    def pool(self, problem: FusionInputs) -> Array:
        """See FusionRule.pool. Embeddings that cancel out leave the zero vector, which the head reads as it is."""
        mean = (problem.alpha[..., None, :] @ problem.embeddings)[..., 0, :]
        return problem.head(unit_length(mean), problem.alpha)


RULE = SharedSpace()
