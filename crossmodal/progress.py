"""How long work tells how far it is: the callbacks, and the one bar of the command line that takes them."""

from __future__ import annotations

from collections.abc import Callable

from tqdm import tqdm

ProgressCallback = Callable[[int, int, str], None]
"""Called with the steps done, the steps in all and a short line about the latest."""
Tick = Callable[[], object]
"""Called after each of a known number of items."""


class ProgressBar:
    """A bar on standard error, as a context; called as a ProgressCallback, or by ``tick`` for each item."""

    def __init__(self, name: str | None = None, *, total: int | None = None, unit: str = "step") -> None:
        self._bar = tqdm(desc=name, total=total, unit=unit)

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def __call__(self, done: int, total: int, line: str) -> None:
        """Show ``done`` of ``total`` and a line behind the bar."""
        self._bar.total = total
        self._bar.set_postfix_str(line, refresh=False)
        self._bar.update(done - self._bar.n)

    def tick(self) -> None:
        """Show one item more; the bar closes with the last."""
        self._bar.update()
        if self._bar.n == self._bar.total:
            self._bar.close()
