"""A raw cell, read: what every other word takes."""

from __future__ import annotations

from typing import Final

import polars as pl

Cell = str | pl.Expr
#: The apostrophe by which Sell keeps spreadsheets from reading a cell as a formula: `'+56912345678`.
#: Cells with line breaks come without it, so that theirs was written by somebody.
GUARD: Final = r"^'[+\-=@][^\r\n]*$"


def cell(column: Cell) -> pl.Expr:
    """The column itself, whether given by name or as an expression."""
    return pl.col(column) if isinstance(column, str) else column


def text(column: Cell) -> pl.Expr:
    """The cell without outer spaces and without the spreadsheet apostrophe; blank becomes null."""
    trimmed = cell(column).str.strip_chars()
    return pl.when(trimmed.str.contains(GUARD)).then(trimmed.str.slice(1)).when(trimmed != "").then(trimmed)


def filled(column: Cell) -> pl.Expr:
    """The cell; blank becomes null."""
    return pl.when(cell(column) != "").then(cell(column))  # `replace` would hold the whole column
