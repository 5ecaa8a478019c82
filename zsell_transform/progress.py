"""How far a run has come: a bar in a terminal or notebook, or a callable; silent for short runs."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final

#: `stage, done, total`, in whatever the stage counts; `done == total` ends it.
Tell = Callable[[str, int, int], object]

#: Seconds before a bar appears unasked: what is over sooner needs none.
PATIENCE: Final = 1.5


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
        self._shown = wish is True or (wish is None and _someone_looks())
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
            self._bar.reset(total=total)
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def rows(self, stage: str, total: int) -> Callable[[int], None]:
        """A callable for one number, `done`, where the stage and its total are known beforehand."""
        return lambda done: self(stage, min(done, total), total)

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _someone_looks() -> bool:
    """Whether standard error is a terminal, or this is a notebook."""
    return bool(sys.stderr and sys.stderr.isatty()) or "ipykernel" in sys.modules


def _bar() -> Any:
    """tqdm's bar where it is installed; else plain lines."""
    try:
        from tqdm import tqdm
    except ImportError:
        return _Lines()
    return tqdm(leave=False, dynamic_ncols=True, file=sys.stderr, unit_scale=True, mininterval=0.2)


class _Lines:
    """The little of tqdm's bar that is used here: a line on standard error whenever a stage begins."""

    def __init__(self) -> None:
        self.n, self.total, self._name = 0, 0, ""

    def set_description_str(self, name: str, refresh: bool = True) -> None:
        self._name = name

    def reset(self, total: int) -> None:
        self.n = 0
        sys.stderr.write(f"{self._name} …\n")

    def update(self, more: int) -> None:
        self.n += more

    def close(self) -> None:
        """Lines stay where they are."""
