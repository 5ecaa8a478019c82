"""Lazy tables → CSV files within the limits of Pipedrive's wizard; only this module knows how polars splits.

`pl.PartitionBy` is marked unstable in polars. Everything it does for us is in `_split_while_writing`; where
it is missing or has changed, the table is written as one file, then cut like any file that became too large.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import attrs
import polars as pl

#: Called with the number of rows that have been written so far; perhaps from another thread.
Told = Callable[[int], None]


@attrs.define
class Written:
    """A file as polars writes it, opened only for each of its few large writes: no descriptor stays open."""

    path: Path
    size: int = 0
    failure: OSError | None = None
    _hash: Any = attrs.field(factory=hashlib.sha256)

    def write(self, data: bytes) -> int:
        """Appends, counts and hashes; a failure is kept, since polars turns it into an error of its own."""
        try:
            with self.path.open("ab", buffering=0) as file:
                file.write(data)
        except OSError as error:
            self.failure = error
            raise
        self._hash.update(data)
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing waits; polars asks for it all the same."""

    @property
    def sha256(self) -> str:
        return str(self._hash.hexdigest())


@attrs.define
class CsvSink:
    """The files of one table while they are written: planned (`lazily`), and once collected, cut and counted.

    Attributes:
        place: an empty folder for the files; their names here mean nothing.
        rows, size: the most records and bytes that a file may have; None is no limit.
        bom: whether each file begins with a byte order mark.
    """

    place: Path
    rows: int | None = None
    size: int | None = None
    bom: bool = False
    told: Told | None = None
    _files: list[Written] = attrs.field(factory=list)
    _parts: list[dict[int, Written]] = attrs.field(factory=list)

    def lazily(self, parts: Iterable[pl.LazyFrame]) -> list[pl.LazyFrame]:
        """The parts as sinks for one `pl.collect_all(…, engine="streaming")`; rows keep their order."""
        return [self._lazily(part) for part in parts]

    def _lazily(self, part: pl.LazyFrame) -> pl.LazyFrame:
        number, files = len(self._parts), dict[int, Written]()
        self._parts.append(files)

        def file(index: int) -> Written:
            if self.told and self.rows and index:
                self.told(index * self.rows)
            files[index] = Written(self.place / f"{number}.{index}")
            return files[index]

        into = _split_while_writing(self.place, self.rows, file) if self.rows else None
        return _sunk(part, file(0) if into is None else into, self.bom)

    def settle(self) -> list[tuple[Written, int]]:
        """The collected files and their numbers of records, in order and within the limits; none is empty.

        A single record larger than the limit keeps a file of its own.
        """
        self._files = [files[index] for files in self._parts for index in sorted(files)]
        counted = _counted(self._files)
        while cuts := {file.path: cut for file, rows in counted if (cut := self._cut(file, rows)) < rows}:
            counted = self._cut_all(counted, cuts)
        for file, rows in counted:
            if not rows:
                file.path.unlink()
        return [(file, rows) for file, rows in counted if rows]

    def _cut(self, file: Written, rows: int) -> int:
        """How many records the pieces of a file may have: as few pieces as its average record allows."""
        most = min(rows, self.rows or rows)
        pieces = -(-file.size // self.size) if self.size else 1
        return max(1, min(most, -(-rows // pieces))) if rows else 0

    def _cut_all(
        self, counted: list[tuple[Written, int]], cuts: dict[Path, int]
    ) -> list[tuple[Written, int]]:
        pieces: dict[Path, list[Written]] = {}
        sinks: list[pl.LazyFrame] = []
        for file, rows in counted:
            step = cuts.get(file.path)
            pieces[file.path] = [file]
            if step:
                starts = range(0, rows, step)
                pieces[file.path] = [Written(file.path.with_name(f"{file.path.name}.{at}")) for at in starts]
                table = _scan(file.path)
                for at, piece in zip(starts, pieces[file.path], strict=True):
                    sinks.append(_sunk(table.slice(at, step), piece, self.bom))
        self._files += [piece for several in pieces.values() for piece in several]
        pl.collect_all(sinks, engine="streaming")
        for path in cuts:
            path.unlink()
        known = {file.path: rows for file, rows in counted}
        return [
            (piece, known[path])
            if piece.path == path
            else (piece, min(cuts[path], known[path] - n * cuts[path]))
            for path, several in pieces.items()
            for n, piece in enumerate(several)
        ]

    @property
    def failure(self) -> OSError | None:
        """What the system said, if a file could not be written."""
        written = [*self._files, *(file for files in self._parts for file in files.values())]
        return next((file.failure for file in written if file.failure), None)


def _split_while_writing(place: Path, rows: int, file: Callable[[int], Written]) -> Any:
    """polars' target for files of so many rows, each made by `file`; None where polars has no such thing."""

    def provide(asked: Any) -> Any:
        return file(asked.index_in_partition)

    try:
        return pl.PartitionBy(place, max_rows_per_file=rows, file_path_provider=provide)
    except (AttributeError, TypeError):
        return None


def _sunk(table: pl.LazyFrame, into: Any, bom: bool) -> pl.LazyFrame:
    """The one way in which a CSV file is written here: an empty text is an empty cell, not a quoted one."""
    text = pl.col(pl.String)
    bare = table.with_columns(pl.when(text != "").then(text))
    return bare.sink_csv(into, include_bom=bom, line_terminator="\n", lazy=True)


def _scan(path: Path) -> pl.LazyFrame:
    return pl.scan_csv(path, infer_schema=False, null_values="")


def _counted(files: list[Written]) -> list[tuple[Written, int]]:
    """Each file with its records as a reader finds them: proof of what was written, for little."""
    counts = pl.collect_all([_scan(file.path).select(pl.len()) for file in files], engine="streaming")
    return [(file, count.item()) for file, count in zip(files, counts, strict=True)]
