"""Wide tables as tall ones, one row a cell: whatever the columns are called.

polars' own `unpivot` fails where a column has the name that it gives to names or values.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

_APART: Final = "cell:"


def tall(
    rows: pl.LazyFrame, columns: Sequence[str], index: Sequence[str], names: str, values: str
) -> pl.LazyFrame:
    """`index`, `names` and `values`: one row for each cell of the columns, column by column.

    What stands under `names` is to be read by `name_of`: after counting, that is a matter of few rows.
    """
    apart = [pl.col(column).alias(_APART + column) for column in columns]
    return rows.select(*index, *apart).unpivot(
        [_APART + column for column in columns],
        index=list(index) or None,
        variable_name=names,
        value_name=values,
    )


def name_of(names: str) -> pl.Expr:
    """The names of the columns that `tall` has put under a name."""
    return pl.col(names).str.strip_prefix(_APART)
