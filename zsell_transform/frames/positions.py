"""Where a text stands in a column: what a join on text gives, as numbers, for half the time.

Rooms that link records do so by position, since a column is read at given positions ten times as fast as it
is joined.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import polars as pl

from zsell_transform.frames.parallel import two_at_once

#: About how many numbers are sorted in one go; two goes are under way at a time.
_SORTED: Final = 2_000_000


def positions(asked: pl.Series, known: pl.Series) -> pl.Series:
    """Of each asked text, at which row of `known` it stands; null where it does not, and for null.

    Hashes are looked up, and the texts found compared; of a text that stands twice, the first row counts.
    """
    if not known.len() or asked.null_count() == asked.len():
        return pl.repeat(None, asked.len(), dtype=pl.UInt32, eager=True)
    rows = pl.int_range(known.len(), dtype=pl.UInt32, eager=True).alias("at")
    table = pl.DataFrame([known.hash().alias("key"), rows])
    found = asked.hash().to_frame("key").join(table, on="key", how="left", maintain_order="left")
    if found.height != asked.len():  # several rows of one hash: of one text, or of two that share it
        table = pl.DataFrame([known.alias("key"), rows]).unique("key", keep="first", maintain_order=True)
        found = asked.to_frame("key").join(table, on="key", how="left", maintain_order="left")
    at = found["at"]
    return at.to_frame().select(pl.when(known.gather(at) == asked).then("at")).to_series()


def firsts(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    """The first row of each value of a column, of the rows that have one; most often that is each of them."""
    rows = rows.filter(pl.col(column).is_not_null())
    if not crowded(rows[column]).any():
        return rows
    return rows.unique(column, keep="first", maintain_order=True)


def crowded(values: pl.Series) -> pl.Series:
    """Of each value, whether its hash stands more than once: so it is for all that stand twice themselves."""
    hashes = values.hash()
    return hashes.is_in(repeated(hashes).implode())


def stands_twice(values: pl.Series) -> bool:
    """Whether anything stands more than once, null included; only what shares a hash is compared."""
    return bool(values.filter(crowded(values)).is_duplicated().any())


def shared(values: pl.Series, owners: pl.Series) -> pl.Series:
    """The numbers that stand at more than one owner, each once: a record may well have one of them twice."""
    often = values.is_in(repeated(values).implode())
    ordered = pl.DataFrame([values.filter(often).alias("value"), owners.filter(often).alias("owner")])
    value, owner = pl.col("value"), pl.col("owner")
    met = ordered.sort("value", "owner").filter((value == value.shift(1)) & (owner != owner.shift(1)))
    return met["value"].unique()


def repeated(values: pl.Series) -> pl.Series:
    """The numbers that stand more than once, each once: by sorting, for a third of what grouping costs.

    Hashes spread evenly, so they are sorted range by range, two ranges at a time: room is not taken for all.
    """
    ranges = max(1, values.len() // _SORTED)
    if ranges == 1:
        return _repeated(values)
    first = [2**64 * nth // ranges for nth in range(ranges + 1)]

    def between(bounds: tuple[int, int]) -> pl.Series:
        low, above = bounds
        return _repeated(values.filter(values.is_between(low, above - 1)))

    return pl.concat(two_at_once(between, pairwise(first)))


def _repeated(values: pl.Series) -> pl.Series:
    ordered = values.drop_nulls().sort()
    return ordered.filter(ordered == ordered.shift(1)).unique()
