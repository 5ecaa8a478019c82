"""Which record is the oldest of all that a key finds: soon answered, however many there are."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from heapq import heappop, heappush
from typing import Generic, TypeVar

import attrs

Key = TypeVar("Key", bound=Hashable)


@attrs.frozen
class Oldest(Generic[Key]):
    """Key → the records that it finds, by their numbers.

    Nobody takes a record out: whom a key no longer finds is passed over once it would be the oldest.

    Attributes:
        still: whether a key finds a record as it is now.
    """

    still: Callable[[int, Key], bool]
    _found: dict[Key, list[int]] = attrs.Factory(dict)

    def add(self, key: Key, code: int) -> None:
        """From now on the key finds this record, too."""
        heappush(self._found.setdefault(key, []), code)

    def of(self, key: Key) -> int | None:
        """The oldest record that the key finds; None if there is none."""
        codes = self._found.get(key, [])
        while codes and not self.still(codes[0], key):
            heappop(codes)
        return codes[0] if codes else None
