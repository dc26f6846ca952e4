"""What the process holds on to beside the sessions: module globals, class attributes, caches of functions."""

import gc
import sys
from collections import deque
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

OURS = ("crossmodal", "helpers")
CONTAINERS = (dict, list, tuple, set, frozenset, deque, MappingProxyType)


def held(*roots: Any) -> Iterator[Any]:
    """Everything that the modules of the package and the roots lead to, by containers, our own objects and caches."""
    waiting: list[Any] = [vars(module) for name, module in [*sys.modules.items()] if name.split(".")[0] == OURS[0]]
    waiting += roots
    seen = set()
    while waiting:
        value = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        yield value
        if isinstance(value, type):
            waiting += vars(value).values() if value.__module__.split(".")[0] in OURS else ()
        elif isinstance(value, CONTAINERS) or type(value).__module__.split(".")[0] in (*OURS, "functools"):
            waiting += gc.get_referents(value)
