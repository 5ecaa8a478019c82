"""Work on several things: one alone leaves a core idle, all at once would be in memory together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Thing = TypeVar("Thing")
Made = TypeVar("Made")


def two_at_once(make: Callable[[Thing], Made], things: Iterable[Thing]) -> list[Made]:
    """What a function makes of each thing, in their order; two are under way at a time."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(make, things))


def two_by_key(make: Callable[[Thing], Made], keys: Collection[Thing]) -> dict[Thing, Made]:
    """The same under the things themselves."""
    return dict(zip(keys, two_at_once(make, keys), strict=True))
