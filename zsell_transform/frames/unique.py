"""One name for one thing: a second of a name gets ` (2)` behind it, a third ` (3)`."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from itertools import count


def free(name: str, taken: Container[str], key: Callable[[str], str] = str) -> str:
    """The name, or the first of `name (2)`, `name (3)` … that is not taken.

    Args:
        taken: what stands for the names that there are.
        key: what stands for a name, where different ones are alike.
    """
    if key(name) not in taken:
        return name
    return next(each for n in count(2) if key(each := f"{name} ({n})") not in taken)


class Numbering:
    """Names one by one, each once, as `free` gives them: of thousands of one name none is looked for anew."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        #: Name → the number that it got last; names are only ever added, so those below it stay taken.
        self._last: dict[str, int] = {}

    def free(self, name: str) -> str:
        """The name, or the first of `name (2)`, `name (3)` … that was not given; it counts as given now."""
        found = name
        if name in self._taken:
            numbers = count(self._last.get(name, 1) + 1)
            self._last[name] = next(n for n in numbers if f"{name} ({n})" not in self._taken)
            found = f"{name} ({self._last[name]})"
        self._taken.add(found)
        return found


def told_apart(names: Mapping[str, str]) -> dict[str, str]:
    """Thing → its name, no two alike: the first one keeps it."""
    numbering = Numbering()
    return {thing: numbering.free(name) for thing, name in names.items()}
