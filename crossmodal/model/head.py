"""theta: the task head that all modalities share: any z -> logits of each task."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from crossmodal.model.projection import SHARED_DIM
from crossmodal.types import TASKS


class Head(nn.Module):
    """theta(z) = s W z + b for each task, with one learned scale s per task.

    z has unit length, so s bounds the sharpness of a decision; W's rows are the classes' directions in the space.
    """

    def __init__(self, dim: int = SHARED_DIM, scale: float = 10.0) -> None:
        super().__init__()
        self.linear = nn.ModuleDict({task: nn.Linear(dim, len(names)) for task, names in TASKS.items()})
        self.scale = nn.ParameterDict({task: nn.Parameter(torch.tensor(scale)) for task in TASKS})

    def forward(self, z: Tensor) -> dict[str, Tensor]:
        """Z (..., D) -> task -> logits (..., C)."""
        return {task: self.scale[task] * layer(z) for task, layer in self.linear.items()}
