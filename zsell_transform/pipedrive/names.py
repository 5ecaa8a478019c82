"""Names of their own for records that the wizard would take for one another."""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import chain, count

import polars as pl

from zsell_transform.folding import fold


def suffix(distinct: str, name: str) -> pl.Expr:
    """What stands behind a name that was made distinct, both read from their columns."""
    return pl.col(distinct).str.strip_prefix(pl.col(name).str.strip_chars_end())


class Names:
    """The names that are taken: what a distinguished record may not be called."""

    def __init__(self, pool: pl.DataFrame) -> None:
        # Only names in brackets can be hit by a suffix, so only these are held.
        columns = [c for c in ("name", "printed") if c in pool.columns]
        bracketed = [
            pool[c].drop_nulls().to_frame("x").filter(pl.col("x").str.ends_with(")"))["x"] for c in columns
        ]
        self._taken = {fold(name) for series in bracketed for name in series.to_list()}
        #: Folded name → the first number that may be free behind it; many records may have one name.
        self._next: dict[str, int] = {}

    def distinct(
        self,
        name: str,
        city: str | None,
        own: Callable[[str], object] = lambda _: None,
        numbers: Collection[int] = (),
    ) -> str:
        """The name with ` (City)`, else ` (2)`, ` (3)` … behind it, and from now on taken.

        Args:
            own: what is the record's already of a folded name that is taken; None for nothing.
            numbers: behind which names `own` may say something: of the taken ones, only these are asked.
        """
        base = fold(name)
        start = self._next.get(base, 2)
        if city and city.strip() and self._may_be(town := f"{name} ({city.strip()})", own):
            self._taken.add(fold(town))
            return town
        asked = chain(sorted(n for n in numbers if n < start), count(start))
        number = next(n for n in asked if self._may_be(f"{name} ({n})", own))
        self._next[base] = max(start, number + 1)
        self._taken.add(fold(f"{name} ({number})"))
        return f"{name} ({number})"

    def _may_be(self, name: str, own: Callable[[str], object]) -> bool:
        return fold(name) not in self._taken or own(fold(name)) is not None
