"""How far a run has come: a bar in a terminal or notebook, or a callable; silent for short runs."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from types import TracebackType
from typing import Any, Final

#: `stage, done, total`, in whatever the stage counts; `done == total` ends it.
Tell = Callable[[str, int, int], object]

#: How far one of several parts has come, in what its stage counts.
At = Callable[[int], object]

#: Stages in the order of a run → what each counts.
STAGES: Final = {
    "checking": "B",  # every byte of the export
    "storing": "rows",
    "surveying": "rows",
    "drafting": "rows",
    "linking": "rows",
    "planning": "rows",
    "writing": "rows",
    "rehearsing": "B",  # of the files of the lap
    "comparing": "rows",
}
#: Seconds before a bar appears unasked: what is over sooner needs none.
PATIENCE: Final = 1.5
#: Seconds between two looks of the bar.
INTERVAL: Final = 0.2


class Progress:
    """Takes `(stage, done, total)` and shows it, or passes it on.

    `with Progress(wish) as tell:` gives something to call, from any thread; at the end the bar is put away.
    """

    def __init__(self, wish: bool | Tell | None = None) -> None:
        """What the user wishes.

        Args:
            wish: None = a bar when it takes long and someone looks, True = at once, False = never; or a
                callable, which gets everything.
        """
        self._passed = wish if callable(wish) else None
        self._shown = sys.stderr is not None and (wish is True or (wish is None and _someone_looks()))
        self._from = time.monotonic() + (0 if wish is True else PATIENCE)
        self._bar: Any = None
        self._stage = ""

    def __call__(self, stage: str, done: int, total: int) -> None:
        if self._passed is not None:
            self._passed(stage, done, total)
        elif self._shown and time.monotonic() >= self._from:
            self._show(stage, done, total)

    def _show(self, stage: str, done: int, total: int) -> None:
        if self._bar is None:
            self._bar = _bar()
        if stage != self._stage:
            self._stage = stage
            self._bar.set_description_str(stage, refresh=False)
            self._bar.unit = STAGES.get(stage, "rows")
            self._bar.reset(total=total)
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


class Stage:
    """One stage of a run: what is done adds up, from any thread, and never goes back or above the total.

    `with Stage(tell, "storing", rows) as stage:` tells of its beginning and, unless it fails, of its end.
    """

    def __init__(self, tell: Tell, name: str, total: int) -> None:
        self._tell, self._name, self._total = tell, name, total
        self._done, self._turn = 0, Lock()
        tell(name, 0, total)

    def add(self, more: int) -> None:
        """So much more is done."""
        with self._turn:  # so that what is told first was less
            done = min(self._done + more, self._total)
            if done != self._done:
                self._done = done
                self._tell(self._name, done, self._total)

    @contextmanager
    def share(self, size: int) -> Iterator[At]:
        """A part of the work, which tells how far it has come; at its end it is done, whatever it told."""
        come = 0

        def at(place: int) -> None:
            nonlocal come
            further = min(place, size) - come
            if further > 0:
                come += further
                self.add(further)

        try:
            yield at
        finally:
            at(size)

    def __enter__(self) -> Stage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.add(self._total)


def silent(stage: str, done: int, total: int) -> None:
    """`Tell`, for a run that nobody watches."""


def unwatched(place: int) -> None:
    """`At`, for a part that nobody watches."""


def _someone_looks() -> bool:
    """Whether standard error is a terminal, or this is a notebook."""
    return bool(sys.stderr and sys.stderr.isatty()) or "ipykernel" in sys.modules


def _bar() -> Any:
    """tqdm's bar where it is installed; else plain lines."""
    try:
        from tqdm import tqdm  # an extra
    except ImportError:
        return _Lines()
    # By time alone: tqdm's own guess of how many make a step is one of bytes, where rows come next.
    return tqdm(
        leave=False, dynamic_ncols=True, file=sys.stderr, unit_scale=True, mininterval=INTERVAL, miniters=1
    )


class _Lines:
    """The little of tqdm's bar that is used here: a line on standard error whenever a stage begins."""

    def __init__(self) -> None:
        self.n, self.total, self.unit, self._name = 0, 0, "", ""

    def set_description_str(self, name: str, refresh: bool = True) -> None:
        self._name = name

    def reset(self, total: int) -> None:
        self.n = 0
        sys.stderr.write(f"{self._name} …\n")

    def update(self, more: int) -> None:
        self.n += more

    def close(self) -> None:
        """Lines stay where they are."""
