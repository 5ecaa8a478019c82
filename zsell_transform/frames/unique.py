"""One name for one thing: a second of a name gets ` (2)` behind it, a third ` (3)`."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
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


def told_apart(names: Mapping[str, str]) -> dict[str, str]:
    """Thing → its name, no two alike: the first one keeps it."""
    taken: dict[str, str] = {}
    for thing, name in names.items():
        taken[free(name, taken)] = thing
    return {thing: name for name, thing in taken.items()}
