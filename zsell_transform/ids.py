"""Sell's ids: how they are written, whatever a spreadsheet or a program made of them, and their order."""

from __future__ import annotations

from typing import Final

import polars as pl

from zsell_transform.frames.sparing import where_found

#: What is left of an id that was rounded, or that a narrow column did not show: several may have become one.
RUINED: Final = r"^[+-]?\d(?:[.,]\d+)?[eE]\+?\d+$|^#{2,}$"
#: What `exact` looks at: blanks and signs around an id, and anything but digits within.
_ODD: Final = r"^[\s'=]|\s$|\d[.,\s'’]\d"
#: Thousands are parted twice at least: one comma alone may as well stand before decimals.
_GROUPED: Final = (
    r"^\d{1,3}(?:(?:,\d{3}){2,}|(?:\.\d{3}){2,}|(?:['’]\d{3}){2,}|(?:[ \u00a0\u2009\u202f]\d{3}){2,})$"
)
#: How ids begin of records that are known by their name alone; the folded name follows.
BY_NAME: Final = "name:"


def is_by_name(column: str) -> pl.Expr:
    """Whether the ids in a column stand in for none: their records are known by their name alone."""
    return pl.col(column).str.starts_with(BY_NAME)


def rank(text: str) -> tuple[bool, int, str]:
    """What one id is sorted by."""
    return (not text.isdigit(), int(text) if text.isdigit() else 0, text)


def ranked(column: str) -> tuple[pl.Expr, pl.Expr]:
    """What a column of ids is sorted by, nulls last."""
    return pl.col(column).cast(pl.Int64, strict=False), pl.col(column)


def exact(cell: pl.Expr) -> pl.Expr:
    """An id as Sell writes it, where it stands in another form that tells it exactly.

    pandas makes decimals of whole numbers as soon as one cell is blank (`98.0`), spreadsheets part thousands
    (`1,070,000,000`), show decimals (`98,00`) and mark text (`'98`, `="98"`). Blanks are none.
    """
    return where_found(cell, _ODD, _as_written, known=_are_numbers)


def _are_numbers(cells: pl.Series) -> bool:
    """Whether all are whole numbers: nearly all columns of ids are, and that is known soonest so."""
    return cells.cast(pl.Int64, strict=False).null_count() == cells.null_count()


def _as_written(cell: pl.Expr) -> pl.Expr:
    bare = cell.str.strip_chars().str.replace(r'^=?"(.*)"$', "${1}").str.strip_prefix("'").str.strip_chars()
    # `1.000` may be a thousand: three zeros are decimals only behind four digits.
    plain = bare.str.replace(r"^(\d[\d.,\s'’]*)[.,]0{1,2}$|^(\d{4,})[.,]0+$", "${1}${2}")
    digits = plain.str.replace_all(r"\D", "")
    return pl.when(plain.str.contains(_GROUPED)).then(digits).when(plain != "").then(plain)
