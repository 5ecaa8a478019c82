"""Rows → CSV files within the limits of Pipedrive's wizard, as they come: a file that is full is closed, the
next begins.

What a file holds depends on the rows and the limits alone, never on threads: equal input gives equal bytes.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import attrs
import polars as pl

#: A file begins with this where the mapping asks for a byte order mark.
BOM = b"\xef\xbb\xbf"
#: So many rows are written at once, and can be read again without the others.
BLOCK = 4_096

#: Number of the first row and place of the first byte of each block.
Blocks = list[tuple[int, int]]


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
    blocks: Blocks = attrs.field(factory=list)
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
            larger
            than a file may be keeps a file of its own.
    """

    place: Path
    stem: str
    rows: int | None = None
    size: int | None = None
    bom: bool = False
    files: list[Rolled] = attrs.field(factory=list)
    _open: IO[bytes] | None = None

    def add(self, frame: pl.DataFrame) -> None:
        """Appends rows: text columns, in their final order; empty texts count as empty cells."""
        while frame.height:
            room = (
                frame.height
                if self.rows is None
                else self.rows - (self.files[-1].rows if self.files else self.rows)
            )
            if room <= 0:
                self._next(frame.columns)
                continue
            self._fit(frame.head(room))
            frame = frame.slice(room)

    def close(self) -> list[Rolled]:
        """The files in order; none is empty."""
        if self._open is not None:
            self._open.close()
            self._open = None
        return self.files

    def _fit(self, frame: pl.DataFrame) -> None:
        """Writes rows into the open file, or, where they would be too many bytes, half by half."""
        if not self.files:
            self._next(frame.columns)
        data, blocks = _csv(frame)
        last = self.files[-1]
        if self.size is None or last.bytes + len(data) <= self.size:
            self._write(data, frame.height, blocks)
        elif frame.height > 1:
            half = frame.height // 2
            self._fit(frame.head(half))
            self._fit(frame.slice(half))
        elif last.rows:
            self._next(frame.columns)
            self._fit(frame)
        else:
            self._write(data, 1, blocks)

    def _next(self, columns: list[str]) -> None:
        self.close()
        self.files.append(Rolled(self.place / f"{self.stem}.{len(self.files)}", tuple(columns)))
        self._open = self.files[-1].path.open("wb")
        header = pl.DataFrame(schema=columns).write_csv(line_terminator="\n").encode()
        self._write((BOM if self.bom else b"") + header, 0, [])

    def _write(self, data: bytes, rows: int, blocks: Blocks) -> None:
        assert self._open is not None
        self._open.write(data)
        last = self.files[-1]
        last._hash.update(data)
        last.blocks += [(last.rows + row, last.bytes + begin) for row, begin in blocks]
        last.bytes += len(data)
        last.rows += rows


def _csv(frame: pl.DataFrame) -> tuple[bytes, Blocks]:
    """The one way in which rows are written here: an empty text is an empty cell, not a quoted one."""
    buffer, blocks, text = io.BytesIO(), [], pl.col(pl.String)
    blank = frame.with_columns(pl.when(text != "").then(text))
    for row in range(0, frame.height, BLOCK):
        blocks.append((row, buffer.tell()))
        blank[row : row + BLOCK].write_csv(
            buffer, include_header=False, line_terminator="\n", batch_size=BLOCK
        )
    return buffer.getvalue(), blocks


def _rows(block: bytes, columns: Sequence[str], at: list[int]) -> pl.DataFrame:
    return pl.read_csv(block, has_header=False, new_columns=columns, infer_schema=False, n_rows=max(at) + 1)[
        at
    ]
