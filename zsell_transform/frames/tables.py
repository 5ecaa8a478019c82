"""Tables by name that are made when they are asked for: those of an export, and those of a lap."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NoReturn, final

import polars as pl

from zsell_transform.machine.origins import made_of, origins


class Named(dict[str, pl.DataFrame]):
    """Name → table, all of them small and there; a name that is none is told with those that are."""

    def __missing__(self, name: object) -> NoReturn:
        raise _none(name, self)


def _none(name: object, names: Iterable[str]) -> KeyError:
    return KeyError(f"{name!r} is none of {', '.join(names) or 'no tables'}")


@final
class Tables(Mapping[str, pl.DataFrame]):
    """Name → table, collected each time it is asked for.

    None is kept: a table may be larger than all that a run holds, so it lasts as long as whoever asked for it
    holds it, a closed or changed source is noticed, and nobody sees what another did to a frame in place.
    """

    def __init__(self, names: tuple[str, ...], scan: Callable[[str], pl.LazyFrame]) -> None:
        self._names, self._scan = names, scan

    def __getitem__(self, name: str) -> pl.DataFrame:
        if name not in self._names:
            raise _none(name, self._names)
        whole = self._scan(name)
        return made_of(whole.collect(engine="streaming"), origins(whole))

    def __contains__(self, name: object) -> bool:
        """Without `Mapping`'s way of finding out, which is to make the table."""
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return f"<tables: {', '.join(self._names)}>"
