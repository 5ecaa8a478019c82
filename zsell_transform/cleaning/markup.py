"""Texts as HTML, in which notes are written."""

from __future__ import annotations

import re
from html import escape
from typing import Final

import polars as pl

from zsell_transform.cleaning.cells import Cell, cell
from zsell_transform.cleaning.texts import joined
from zsell_transform.frames.sparing import where_found

BREAK: Final = "<br>"


def escaped(text: pl.Expr) -> pl.Expr:
    """Text with `& < >` as HTML has them."""
    return text.str.replace_many(["&", "<", ">"], ["&amp;", "&lt;", "&gt;"])


def html(column: Cell) -> pl.Expr:
    """Plain text as HTML: `& < >` escaped; `\\r\\n`, `\\n` and a lone `\\r` become `<br>`."""

    def written(text: pl.Expr) -> pl.Expr:
        return escaped(text).str.replace_all(r"\r\n?|\n", BREAK)

    return where_found(cell(column), r"[&<>\r\n]", written)


def said(label: str, column: Cell) -> pl.Expr:
    """A line of HTML that names what it tells: `Reminder: 2014-09-04 08:15`."""
    words = re.sub(r"\r\n?|\n", BREAK, escape(f"{label}: ", quote=False))
    return pl.concat_str(pl.lit(words), html(column))


def lines(*parts: Cell) -> pl.Expr:
    """HTML lines one below the other."""
    return joined(*parts, by=BREAK)
