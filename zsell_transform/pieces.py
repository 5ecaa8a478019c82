"""Large frames: what is made of them is made slice by slice, and what is held of them stands in one piece."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

#: Rows of a slice: what is made on the way to a column is held of so many rows only.
SLICE: Final = 1_000_000


def in_slices(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The frame in slices; an empty one is one slice."""
    yield from frame.iter_slices(SLICE) if frame.height else [frame]


def in_one_piece(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with each column in one piece, which empties the given one.

    Of columns in pieces that differ, many an operation makes a copy first. They are put together one after
    the other, so that the room for only one is taken twice.
    """
    return pl.DataFrame([frame.drop_in_place(name).rechunk() for name in frame.columns])
