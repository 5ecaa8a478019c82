"""Values that live with files of theirs: there is one of each, and only in the process that made it."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn, Self


class Single:
    """A copy of it is itself; what another process needs is on the disk.

    Attributes:
        _ELSEWHERE: how to have it in another process.
        _OURS: names that a user has no need of, which a notebook does not offer.
    """

    __slots__ = ()
    _ELSEWHERE: ClassVar[str]
    _OURS: ClassVar[frozenset[str]] = frozenset()

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if name not in self._OURS]

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """`pickle`, and whoever sends values to other processes by it.

        Raises:
            TypeError: as Python's own, in words that help.
        """
        raise TypeError(f"{type(self).__name__} cannot be pickled: {self._ELSEWHERE}")
