"""Labels and tags."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as MappingOf

import polars as pl

from zsell_transform.cleaning.cells import Cell, cell, filled
from zsell_transform.cleaning.texts import name


def word(column: Cell) -> pl.Expr:
    """Text that can stand in a list of labels: commas, which would split it, become spaces."""
    return name(column).str.replace_all(r"\s*,\s*", " ")


def tags(*columns: Cell) -> pl.Expr:
    """List of the tags in comma-joined cells, in order, trimmed; null where there is none."""
    whole = pl.concat_str([cell(column) for column in columns], separator=",", ignore_nulls=True)
    return filled(whole.str.replace_all(r"\s*,[\s,]*", ",").str.strip_chars(", ")).str.split(",")


def one_label(label: str) -> str:
    """A label's name as labels may be called: commas part them, so that it has none. For Python values."""
    return " ".join(label.replace(",", " ").split())


def labels(listed: pl.Expr, renamed: MappingOf[str, str | None]) -> pl.Expr:
    """A list of tags → labels joined `, `: renamed or, where the new name is null, dropped; each once."""
    if renamed:
        new = [None if label is None else one_label(label) for label in renamed.values()]
        changed = pl.element().replace(
            pl.Series(list(renamed), dtype=pl.String), pl.Series(new, dtype=pl.String)
        )
        listed = listed.list.eval(changed.drop_nulls())
    return filled(listed.list.unique(maintain_order=True).list.join(", "))


def has_any(listed: pl.Expr, wanted: Iterable[str]) -> pl.Expr:
    """Boolean: does a list of tags hold any of the wanted ones?"""
    return listed.list.eval(pl.element().is_in(list(wanted))).list.any().fill_null(value=False)
