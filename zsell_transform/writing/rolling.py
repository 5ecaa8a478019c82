"""Rows → CSV files within the limits of Pipedrive's wizard, as they come: a file that is full is closed, the
next begins.

What a file holds depends on the rows and the limits alone, never on threads: equal input gives equal bytes.
"""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import IO, Any

import attrs
import polars as pl

#: A file begins with this where the mapping asks for a byte order mark.
BOM = b"\xef\xbb\xbf"


@attrs.define
class Rolled:
    """One file as it grows."""

    path: Path
    rows: int = 0
    bytes: int = 0
    _hash: Any = attrs.field(factory=hashlib.sha256)

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
        data = _csv(frame)
        last = self.files[-1]
        if self.size is None or last.bytes + len(data) <= self.size:
            self._write(data, frame.height)
        elif frame.height > 1:
            half = frame.height // 2
            self._fit(frame.head(half))
            self._fit(frame.slice(half))
        elif last.rows:
            self._next(frame.columns)
            self._fit(frame)
        else:
            self._write(data, 1)

    def _next(self, columns: list[str]) -> None:
        self.close()
        self.files.append(Rolled(self.place / f"{self.stem}.{len(self.files)}"))
        self._open = self.files[-1].path.open("wb")
        self._write((BOM if self.bom else b"") + _csv(pl.DataFrame(schema=columns), header=True), 0)

    def _write(self, data: bytes, rows: int) -> None:
        assert self._open is not None
        self._open.write(data)
        last = self.files[-1]
        last._hash.update(data)
        last.bytes += len(data)
        last.rows += rows


def _csv(frame: pl.DataFrame, *, header: bool = False) -> bytes:
    """The one way in which a CSV file is written here: an empty text is an empty cell, not a quoted one."""
    buffer = io.BytesIO()
    text = pl.col(pl.String)
    frame.with_columns(pl.when(text != "").then(text)).write_csv(
        buffer, include_header=header, line_terminator="\n"
    )
    return buffer.getvalue()
