"""Columns without any value: most accounts have some, and they need no room.

What is one value for all rows is held once; joined, filtered or put together, it would be held for each row.
"""

from __future__ import annotations

import polars as pl


def sparse(rows: pl.DataFrame) -> pl.DataFrame:
    """The same rows, without room for columns that have no value."""
    lacking = rows.null_count().row(0, named=True)
    blank = {c: rows.schema[c] for c, count in lacking.items() if count == rows.height}
    return rows.with_columns(pl.lit(None, dtype=dtype).alias(c) for c, dtype in blank.items())


def beside(rows: pl.DataFrame, known: pl.DataFrame, key: str) -> pl.DataFrame:
    """Rows with what is known of some of them, by a key that stands once."""
    if known.height:
        return rows.join(known, on=key, how="left", maintain_order="left")
    return rows.with_columns(
        pl.lit(None, dtype=dtype).alias(c) for c, dtype in known.drop(key).schema.items()
    )
