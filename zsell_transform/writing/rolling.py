"""Rows → CSV files within the limits of Pipedrive's wizard: a full one is closed, and the next begins.

What a file holds depends on the rows and the limits alone, never on threads: equal input gives equal bytes.
"""

from __future__ import annotations

import hashlib
import io
from codecs import BOM_UTF8
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Final

import attrs
import polars as pl

#: What no file may pass where the mapping does not say otherwise: Pipedrive's wizard takes no more.
ROWS: Final = 50_000
MEGABYTES: Final = 50.0
#: So many rows are written at once, and can be read again without the others.
BLOCK: Final = 4_096


@attrs.frozen(eq=False)
class Block:
    """Some rows with their text in a file: made in any thread, and written in their turn."""

    rows: pl.DataFrame
    text: bytes


def blocks_of(rows: pl.DataFrame) -> list[Block]:
    """Rows in the one way in which they are written here: an empty text is an empty cell, not a quoted one.

    Args:
        rows: text columns, in their final order.
    """
    text = pl.col(pl.String)
    blank = rows.with_columns(pl.when(text != "").then(text))
    parts = (blank[row : row + BLOCK] for row in range(0, rows.height, BLOCK))
    return [Block(part, _text(part)) for part in parts]


def _text(rows: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    rows.write_csv(buffer, include_header=False, line_terminator="\n", batch_size=BLOCK)
    return buffer.getvalue()


@attrs.define
class Rolled:
    """One file as it grows.

    Attributes:
        blocks: number of the first row and where in the file it begins, every `BLOCK` rows or fewer.
    """

    path: Path
    columns: tuple[str, ...]
    rows: int = 0
    bytes: int = 0
    blocks: list[tuple[int, int]] = attrs.field(factory=list)
    _hash: Any = attrs.field(factory=hashlib.sha256)

    def read(self, at: Sequence[int]) -> pl.DataFrame:
        """These rows, by their numbers from 0 in rising order, all text; only their blocks are read."""
        ends = [*self.blocks[1:], (self.rows, self.bytes)]
        parts = [pl.DataFrame(schema=dict.fromkeys(self.columns, pl.String))]
        with self.path.open("rb") as file:
            for (first, begin), (after, end) in zip(self.blocks, ends, strict=True):
                if here := [number - first for number in at if first <= number < after]:
                    file.seek(begin)
                    parts.append(_rows(file.read(end - begin), self.columns, here))
        return pl.concat(parts)

    @property
    def sha256(self) -> str:
        return str(self._hash.hexdigest())


@attrs.define
class Rolling:
    """The files of one part of a table; all its rows have the same columns.

    Attributes:
        place: an existing folder; files are numbered there from `<stem>.0`.
        rows, size: the most records and bytes that a file may have; None is no limit. A single record that is
            larger than a file may be keeps a file of its own.
    """

    place: Path
    stem: str
    rows: int | None = None
    size: int | None = None
    bom: bool = False
    files: list[Rolled] = attrs.field(factory=list)
    _open: IO[bytes] | None = None

    def add(self, rows: pl.DataFrame | Sequence[Block]) -> None:
        """Appends rows, given as they are or as `blocks_of` them."""
        for block in blocks_of(rows) if isinstance(rows, pl.DataFrame) else rows:
            self._put(block)

    def close(self) -> list[Rolled]:
        """The files in order; none is empty."""
        if self._open is not None:
            opened, self._open = self._open, None
            opened.close()
        return self.files

    def _put(self, block: Block) -> None:
        """Writes a block into the open file; where that has not enough room, half by half."""
        if not self.files or self.files[-1].rows == self.rows:
            self._next(block.rows.columns)
        last, height = self.files[-1], block.rows.height
        too_many = self.rows is not None and last.rows + height > self.rows
        too_large = self.size is not None and last.bytes + len(block.text) > self.size
        if height > 1 and (too_many or too_large):
            for half in (block.rows.head(height // 2), block.rows.slice(height // 2)):
                self._put(Block(half, _text(half)))
        elif too_large and last.rows:
            self._next(block.rows.columns)
            self._write(block.text, height)
        else:
            self._write(block.text, height)

    def _next(self, columns: list[str]) -> None:
        self.close()
        self.files.append(Rolled(self.place / f"{self.stem}.{len(self.files)}", tuple(columns)))
        self._open = self.files[-1].path.open("wb")
        header = pl.DataFrame(schema=columns).write_csv(line_terminator="\n").encode()
        self._write((BOM_UTF8 if self.bom else b"") + header, 0)

    def _write(self, data: bytes, rows: int) -> None:
        assert self._open is not None
        self._open.write(data)
        last = self.files[-1]
        last._hash.update(data)
        if rows:
            last.blocks.append((last.rows, last.bytes))
        last.bytes += len(data)
        last.rows += rows


def _rows(block: bytes, columns: Sequence[str], at: list[int]) -> pl.DataFrame:
    rows = pl.read_csv(
        block, has_header=False, new_columns=columns, infer_schema=False, n_rows=max(at) + 1, glob=False
    )
    return rows[at]
