"""Half-precision training on a processor: whether it pays, and the context that switches it on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


def native_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 natively."""
    return "avx512_bf16" in torch.backends.cpu.get_cpu_capability().lower() or (
        hasattr(torch.cpu, "_is_avx512_bf16_supported") and bool(torch.cpu._is_avx512_bf16_supported())
    )


@contextmanager
def precision(bfloat16: bool) -> Iterator[None]:
    """Linear layers in bfloat16 within the context, if wanted."""
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bfloat16):
        yield
