"""Names of their own for records that the wizard would take for one another."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain, count

import polars as pl

from zsell_transform.folding import fold


class Names:
    """The names that are taken: what a distinguished record may not be called."""

    def __init__(self, pool: pl.DataFrame) -> None:
        # Only names in brackets can be hit by a suffix, so only these are held.
        columns = [c for c in ("name", "printed") if c in pool.columns]
        bracketed = [
            pool[c].drop_nulls().to_frame("x").filter(pl.col("x").str.ends_with(")"))["x"] for c in columns
        ]
        self._taken = {fold(name) for series in bracketed for name in series.to_list()}

    def distinct(self, name: str, city: str | None, own: Callable[[str], object] | None = None) -> str:
        """The name with ` (City)`, else ` (2)`, ` (3)` … behind it, and from now on taken.

        Args:
            own: what is the record's already of a folded name that is taken; None for nothing.
        """
        town = [f"{name} ({city.strip()})"] if city and city.strip() else []
        numbered = (f"{name} ({n})" for n in count(2))
        chosen = next(
            c
            for c in chain(town, numbered)
            if fold(c) not in self._taken or (own and own(fold(c)) is not None)
        )
        self._taken.add(fold(chosen))
        return chosen
