"""Crossmodal: a live fusion bench for voice and words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crossmodal.errors import BusyError, InputError, ModelError
from crossmodal.types import Evidence, FusionResult, FusionSettings

if TYPE_CHECKING:
    from crossmodal.pipeline import Pipeline

__all__ = ["BusyError", "Evidence", "FusionResult", "FusionSettings", "InputError", "ModelError", "Pipeline"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Import the pipeline, and with it torch, only when it is asked for."""
    if name == "Pipeline":
        from crossmodal.pipeline import Pipeline

        return Pipeline
    raise AttributeError(name)
