"""Expressions that look before they work: the same result as the plain ones, for less.

Most cells of a CRM repeat, need no repair, or are filled at once. These ask that first, on each chunk.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import polars as pl

Reading = Callable[[pl.Expr], pl.Expr]

#: So few cells are read at once: to look first would take longer.
_READ_AT_ONCE: Final = 500


def once_each(column: pl.Expr, read: Reading, kind: type[pl.DataType] = pl.String) -> pl.Expr:
    """What is dear to read, read once for each different cell: owners, tags and days repeat."""

    def known(cells: pl.Series) -> pl.Series:
        if cells.null_count() == cells.len():
            return pl.repeat(None, cells.len(), dtype=kind, eager=True).alias(cells.name)
        if cells.len() <= _READ_AT_ONCE:
            return _read(cells, read)
        different = cells.unique()
        if 2 * different.len() > cells.len():  # nothing repeats: looking each cell up would be dearer
            return _read(cells, read)
        return cells.replace_strict(different, _read(different, read), return_dtype=kind)

    return column.map_batches(known, return_dtype=kind, is_elementwise=True)


def where_found(
    column: pl.Expr, pattern: str, read: Reading, known: Callable[[pl.Series], bool] = lambda _: False
) -> pl.Expr:
    """The column; the cells that the pattern finds are read: it must find every one that reading changes.

    Args:
        known: whether the cells are all of a form in which nothing is found, where that is known sooner.
    """
    return _partly(column, lambda cell: cell.str.contains(pattern), read, known)


def unless_found(column: pl.Expr, pattern: str, read: Reading) -> pl.Expr:
    """The column; all cells but those that the pattern finds are read: none of them may change."""
    return _partly(column, lambda cell: ~cell.str.contains(pattern), read)


def by_form(column: pl.Expr, fits: Callable[[pl.Series], bool], cut: Reading, read: Reading) -> pl.Expr:
    """Text that is cut out of cells which are all of one simple form; other columns are read."""

    def done(cells: pl.Series) -> pl.Series:
        return _read(cells, cut if fits(cells) else read)

    return column.map_batches(done, return_dtype=pl.String, is_elementwise=True)


def either(first: pl.Expr, *others: pl.Expr) -> pl.Expr:
    """Text: the first of several that is filled; each is looked at only where those before it are blank."""
    roots = list(dict.fromkeys(name for other in others for name in other.meta.root_names()))

    def filled(rows: pl.Series) -> pl.Series:
        frame = rows.struct.unnest()
        cells = frame["_first"].cast(pl.String)
        for other in others:
            if not (blanks := cells.null_count()):
                break
            if blanks == cells.len():
                cells = frame.select(_first=other.cast(pl.String)).to_series()
                continue
            blank = cells.is_null().arg_true()
            spare = frame.select(pl.col(roots).gather(blank)).select(_spare=other.cast(pl.String))
            cells = cells.clone().scatter(blank, spare["_spare"])
        return cells

    together = pl.struct(first.alias("_first"), *roots)
    return together.map_batches(filled, return_dtype=pl.String, is_elementwise=True)


def first_found(column: pl.Expr, *reads: Reading) -> pl.Expr:
    """Text: what the first of several readings finds in a cell; each is asked where those before did not."""

    def found(cells: pl.Series) -> pl.Series:
        answer = _read(cells, reads[0])
        at = answer.is_null().arg_true()
        for read in reads[1:]:
            if at.is_empty():
                break
            more = _read(cells.gather(at), read)
            answer = answer.scatter(at, more)
            at = at.filter(more.is_null())
        return answer

    return column.map_batches(found, return_dtype=pl.String, is_elementwise=True)


def _partly(
    column: pl.Expr, which: Reading, read: Reading, known: Callable[[pl.Series], bool] = lambda _: False
) -> pl.Expr:
    def changed(cells: pl.Series) -> pl.Series:
        cells = cells.cast(pl.String)  # a column without any value may have no type
        if known(cells):
            return cells
        found = _read(cells, which)
        if not found.any():
            return cells
        hits = found.arg_true()
        if 2 * hits.len() > cells.len():
            return _read(cells, read)
        return cells.clone().scatter(hits, _read(cells.gather(hits), read))

    return column.map_batches(changed, return_dtype=pl.String, is_elementwise=True)


def _read(cells: pl.Series, read: Reading) -> pl.Series:
    # By way of a frame: a method of a series costs three times as much, and few cells are read most often.
    return cells.to_frame("cell").select(read(pl.col("cell")).alias(cells.name)).to_series()
