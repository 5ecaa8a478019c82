"""The order of Sell's ids: by their number, and what stands in for one behind them, as text."""

from __future__ import annotations

import polars as pl


def rank(text: str) -> tuple[bool, int, str]:
    """What one id is sorted by."""
    return (not text.isdigit(), int(text) if text.isdigit() else 0, text)


def ranked(column: str) -> tuple[pl.Expr, pl.Expr]:
    """What a column of ids is sorted by, nulls last."""
    return pl.col(column).cast(pl.Int64, strict=False), pl.col(column)


def whole(cell: pl.Expr) -> pl.Expr:
    """An id as Sell writes it: pandas makes decimals of whole numbers as soon as one cell is blank."""
    return cell.str.strip_chars().str.strip_suffix(".0")
