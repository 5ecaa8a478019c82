"""Columns without any value: most accounts have some, and they need no room.

What is one value for all rows is held once; joined, filtered or put together, it would be held for each row.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Final

import polars as pl

#: Text without any value.
BLANK: Final = pl.lit(None, dtype=pl.String)


def column_or_blank(there: Container[str], name: str) -> pl.Expr:
    """A column of text, or blank text under its name where it is not among those that are there."""
    return pl.col(name) if name in there else BLANK.alias(name)


def unless_blank(cell: pl.Expr) -> pl.Expr:
    """Text as it stands; null where it has nothing but blanks."""
    return pl.when(cell.str.contains(r"\S")).then(cell)


def sparse(rows: pl.DataFrame) -> pl.DataFrame:
    """The same rows, without room for columns that have no value."""
    lacking = rows.null_count().row(0, named=True)
    blank = {c: rows.schema[c] for c, count in lacking.items() if count == rows.height}
    return rows.with_columns(pl.lit(None, dtype=dtype).alias(c) for c, dtype in blank.items())


def has(rows: pl.DataFrame, column: str) -> bool:
    """Whether a column has any value, asked without making room for one that has none."""
    return bool(rows.select(pl.col(column).count()).item())


def beside(rows: pl.DataFrame, known: pl.DataFrame, key: str) -> pl.DataFrame:
    """Rows with what is known of some of them, by a key that stands once."""
    if known.height:
        return rows.join(known, on=key, how="left", maintain_order="left")
    return rows.with_columns(
        pl.lit(None, dtype=dtype).alias(c) for c, dtype in known.drop(key).schema.items()
    )


def below(rows: pl.DataFrame, more: pl.DataFrame) -> pl.DataFrame:
    """Rows with more of them behind; columns that only one of both has are null in the other."""
    if more.height:
        return pl.concat([rows, more], how="diagonal_relaxed")
    lacking = {name: dtype for name, dtype in more.schema.items() if name not in rows.columns}
    return rows.with_columns(pl.lit(None, dtype=dtype).alias(name) for name, dtype in lacking.items())


def filled_first(rows: pl.DataFrame, first: str, other: str) -> pl.Expr:
    """A column, and where it has no value the other one; that one itself where it has none at all."""
    return pl.coalesce(first, other) if has(rows, first) else pl.col(other)


def one_of(column: str, few: pl.Series) -> pl.Expr:
    """Whether a column has one of few values, where most often there are none to ask for."""
    return pl.col(column).is_in(few.implode()) if few.len() else pl.lit(value=False)
