"""How records can be linked to, and how what is known of them is read beside the rows that lead there."""

from __future__ import annotations

from typing import Final

import attrs
import polars as pl

from zsell_transform.frames.sparse import has

#: Stands for the row of an organization that is none of Sell's.
ELSEWHERE: Final = 2**32 - 1


@attrs.frozen
class Targets:
    """How each record of one kind can be linked to: id, form, system_id, name and the cells of its key.

    The rows are those of the kind's frame in the graph, and are referred to by their position.

    Attributes:
        one: of each row, at which row stands what it is one with: itself, unless records were merged.
    """

    frame: pl.DataFrame
    one: pl.Series | None = None

    def on(self, rows: pl.DataFrame, at: str, prefix: str) -> pl.DataFrame:
        """The rows with this target's columns, each under a prefix, of the record at the row in `at`."""
        return read_at(rows, self.frame.drop("id"), at, prefix)

    def standing(self, rows: pl.DataFrame, at: str) -> pl.DataFrame:
        """The rows with those in `at` that were merged replaced by what they are one with."""
        return rows if self.one is None else rows.with_columns(self.one.gather(rows[at]).alias(at))


def read_at(rows: pl.DataFrame, of: pl.DataFrame, at: str, prefix: str) -> pl.DataFrame:
    """The rows with the columns of another frame, each under a prefix, read at its row in `at`."""
    blank = [column for column in of.columns if not has(of, column)]
    read = of.select(pl.all().exclude(blank).gather(rows[at]).name.prefix(prefix))
    nothing = [pl.lit(None, dtype=of.schema[column]).alias(f"{prefix}{column}") for column in blank]
    return rows.with_columns(*read.get_columns(), *nothing)
