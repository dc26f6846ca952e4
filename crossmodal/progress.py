"""How long work tells how far it is: the callbacks, and the one bar of the command line that takes them.

That of a run's named stages is ``crossmodal.timing.StageCallback``, in a module that needs no tqdm.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

ProgressCallback = Callable[[int, int, str], None]
"""Called with the steps done, the steps in all and a short line about the latest."""
ItemCallback = Callable[[], object]
"""Called once for each of a known number of items."""

Item = TypeVar("Item")


class ProgressBar:
    """A bar on standard error, as a context; called as a ProgressCallback, or by ``tick`` for each item.

    With ``terminal_only`` nothing is written where standard error is no terminal, so that logs and pipes stay clean.
    """

    def __init__(
        self, name: str | None = None, *, total: int | None = None, unit: str = "step", terminal_only: bool = False
    ) -> None:
        hidden = terminal_only and not sys.stderr.isatty()
        self._bar = tqdm(desc=name, total=total, unit=unit, disable=hidden, file=sys.stderr)

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def __call__(self, done: int, total: int, line: str) -> None:
        """Show ``done`` of ``total`` and a line behind the bar."""
        self._bar.set_postfix_str(line, refresh=False)
        self.move_to(done, total)

    def move_to(self, done: int, total: float | None) -> None:
        """Show ``done`` of ``total``; None leaves the total as it is."""
        self._bar.total = total or self._bar.total
        self._bar.update(done - self._bar.n)

    def tick(self) -> None:
        """Show one item more; the bar closes with the last."""
        self._bar.update()
        if self._bar.n == self._bar.total:
            self._bar.close()


def tracked(items: Iterable[Item], total: int, unit: str = "input") -> Iterator[Item]:
    """The items, with a bar on a terminal where there are several."""
    if total < 2:
        yield from items
        return
    with ProgressBar(total=total, unit=unit, terminal_only=True) as bar:
        for item in items:
            yield item
            bar.tick()
