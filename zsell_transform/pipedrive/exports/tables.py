"""The files of one of Pipedrive's lists → one table.

Two exports of a list may lie in a folder, one with all columns and one with few. What a file does not show is
not what the record does not have: an id of ours that is passed over means that the record is written again.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from zsell_transform.frames.positions import firsts, positions
from zsell_transform.pipedrive.exports.headers import guessed_ids


def one_column(frame: pl.DataFrame, twins: Sequence[str]) -> pl.DataFrame:
    """Twins of a column of our ids as the first of them, with what any of them holds (`123, 456`)."""
    every = pl.concat_list(twins).list.drop_nulls().list.unique(maintain_order=True).list.join(", ")
    return frame.with_columns(pl.when(every != "").then(every).alias(twins[0])).drop(twins[1:])


def with_guessed_ids(item: str, frames: Sequence[pl.DataFrame]) -> list[pl.DataFrame]:
    """The files of a list; a column that surely has our ids under another name gets theirs."""
    columns = list(dict.fromkeys(column for frame in frames for column in frame.columns))
    filled = [column for column in columns if any(_has_values(frame, column) for frame in frames)]
    guessed = guessed_ids(item, columns, filled)
    return [frame.rename(guessed, strict=False) for frame in frames]


def _has_values(frame: pl.DataFrame, column: str) -> bool:
    return column in frame.columns and frame[column].null_count() < frame.height


def without_id(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The records that do not show their System ID: nobody can link to one, or know it again."""
    blank = (frame.filter(pl.col("ID").is_null()) for frame in frames)
    whole = pl.concat(blank, how="diagonal")
    return whole.filter(~pl.all_horizontal(pl.all().is_null()))


def united(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """One row for each `ID`; a record of several files has what the first one shows that has the column."""
    table = firsts(pl.concat(frames, how="diagonal"), "ID")
    if table.height == sum(frame.height for frame in frames):
        return table
    for column in table.columns:
        having = [frame for frame in frames if column in frame.columns]
        if len(having) < len(frames):
            shown = firsts(pl.concat(frame.select("ID", column) for frame in having), "ID")
            table = table.with_columns(shown[column].gather(positions(table["ID"], shown["ID"])))
    return table


def all_shown(table: pl.DataFrame, frames: Sequence[pl.DataFrame], column: str | None) -> bool:
    """Whether each record of the table stands in a file that has a column, its value blank or not."""
    having = [frame for frame in frames if column in frame.columns]
    if len(having) == len(frames) or not table.height:
        return True
    return bool(having) and bool(table["ID"].is_in(pl.concat(f["ID"] for f in having).implode()).all())
