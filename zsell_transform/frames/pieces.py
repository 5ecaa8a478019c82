"""Large frames: what is made of them is made slice by slice, and what is held of them stands in one piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import polars as pl

from zsell_transform.frames.parallel import two_at_once
from zsell_transform.frames.sparse import sparse

#: Rows of a slice: intermediate columns are computed this many rows at a time.
SLICE: Final = 1_000_000

#: Cells of a frame that are read at once.
_CELLS: Final = 20_000_000


def in_slices(frame: pl.DataFrame, rows: int | None = None) -> Iterator[pl.DataFrame]:
    """The frame in slices of so many rows (`SLICE`); an empty one is one slice."""
    yield from frame.iter_slices(rows or SLICE) if frame.height else [frame]


def by_slices(
    make: Callable[[pl.DataFrame], pl.DataFrame], frame: pl.DataFrame, rows: int | None = None
) -> pl.DataFrame:
    """What a function makes of each slice (`in_slices`), one below the other; two are made at a time."""
    return pl.concat(two_at_once(make, in_slices(frame, rows)))


def gathered(frames: Mapping[str, pl.LazyFrame], rows: Mapping[str, int]) -> dict[str, pl.DataFrame]:
    """Frames by name, collected: columns without any value take no room, the others stand in one piece each.

    Of columns in pieces that differ, many an operation makes a copy first. Of a large account few columns are
    read at once (two of ten million rows), since they take their room twice until they are put together.

    Args:
        rows: about how many rows the frames have.
    """
    wide = max(1, _CELLS // max(1, *rows.values()))
    left = {name: frame.collect_schema().names() for name, frame in frames.items()}
    columns: dict[str, list[pl.Series]] = {name: [] for name in frames}
    while asked := [name for name in left if left[name]]:
        some = [frames[name].select(left[name][:wide]) for name in asked]
        for name, part in zip(asked, pl.collect_all(some, engine="streaming"), strict=True):
            columns[name] += [part.drop_in_place(column).rechunk() for column in part.columns]
            del left[name][:wide]
    return {name: sparse(pl.DataFrame(series)) for name, series in columns.items()}
