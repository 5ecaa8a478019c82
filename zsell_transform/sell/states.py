"""A record in several states: which of them is the latest, by `updated_at`."""

from __future__ import annotations

from collections.abc import Container
from typing import Final

import polars as pl

from zsell_transform.frames.sparse import BLANK

#: When a state of a record is from.
UPDATED: Final = "updated_at"
#: How a day begins that can be compared as text.
DAY: Final = r"^\d{4}-\d\d-\d\d"


def updated(columns: Container[str], *record: str) -> pl.Expr:
    """When each state was updated, as text that sorts; null unless all states of its record tell so alike.

    Args:
        columns: those of the table.
        record: the columns by which rows are states of one record.
    """
    return told_alike(UPDATED, columns, *record)


def told_alike(column: str, columns: Container[str], *record: str) -> pl.Expr:
    """The same of any column that tells when each state is from."""
    if column not in columns:
        return BLANK
    moment = pl.col(column).str.strip_chars().str.replace("T", " ")
    told = moment.str.contains(DAY).fill_null(value=False).all().over(*record)
    return pl.when(told).then(moment)
