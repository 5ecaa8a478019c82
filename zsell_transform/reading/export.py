"""What was read: one canonical table an entity, lazily, with everything that is to be told about it."""

from __future__ import annotations

import weakref
from collections.abc import Mapping as MappingOf
from html import escape
from types import TracebackType
from typing import TYPE_CHECKING, Final

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.counts import count
from zsell_transform.errors import ExportError
from zsell_transform.frames.tables import Tables
from zsell_transform.machine.origins import made_of, origins
from zsell_transform.machine.single import Single
from zsell_transform.reading.source import Found, unchanged
from zsell_transform.sell.columns import Headers
from zsell_transform.sell.entities import ENTITIES

if TYPE_CHECKING:
    from tempfile import TemporaryDirectory


#: What is told of a file that may hold records of the account, and of which none was read.
_UNREAD: Final = ("file_unreadable", "list_not_csv", "list_packed")


@attrs.frozen
class InputFile:
    """One file that was read, for the manifest.

    Attributes:
        file: its name within the source.
        entity: what it holds (`contacts` also where people and companies share it); empty for a stranger.
        family: `full_export`, `smart_list` or `api`; empty for a stranger.
        encoding, delimiter: how its bytes were read.
        rows: records with any value.
        sha256: of its bytes; empty for a frame.
    """

    file: str
    entity: str
    family: str
    encoding: str
    delimiter: str
    rows: int
    sha256: str


class Export(Single):
    """A Sell export that was read: canonical tables, lazily. Owns its temporary files until it is closed.

    Attributes:
        files: every table of the source, an `InputFile` each.
        entities: the Sell entities that some file may hold, in the ledger's order.
        tables: entity → DataFrame, collected whenever asked for: canonical columns as text, `_file`, `_row`.
        unknown: file → DataFrame, for tables that are not recognised or have no place in Pipedrive.
        issues: what was found, in the columns of `issues.csv`; `raw_issues`: in the travelling schema.
        merged: entity → input records that went into another record of the same id.
        dictionaries: dumps that name ids (`users`, `stages` …).
        headers: entity → the headers of its files, as they spell them, and the columns that each means;
            people and companies share theirs.
        read_by: what the mapping said of reading (`Mapping.of_reading`).
    """

    _OURS = frozenset({"raw_issues", "expect_unchanged", "merged", "headers", "read_by", "unread"})
    _ELSEWHERE = "it reads its files when it is asked; give the other process their path, and read them there"

    def __init__(
        self,
        parts: dict[str, tuple[pl.LazyFrame, ...]],
        files: tuple[InputFile, ...],
        raw_issues: pl.DataFrame,
        *,
        unknown: dict[str, pl.LazyFrame] | None = None,
        merged: dict[str, int] | None = None,
        dictionaries: dict[str, pl.DataFrame] | None = None,
        headers: MappingOf[str, Headers] | None = None,
        origins: tuple[Found, ...] = (),
        read_by: MappingOf[str, str] | None = None,
        temporary: TemporaryDirectory[str] | None = None,
    ) -> None:
        self._parts, self._origins, self._temporary = parts, origins, temporary
        self._closed = False
        if temporary:  # a collected export tidies up in silence: `TemporaryDirectory` alone would warn
            weakref.finalize(self, temporary.cleanup)
        self.files, self.raw_issues = files, raw_issues
        self.merged, self.headers = merged or {}, headers or {}
        self.dictionaries, self.read_by = dictionaries or {}, read_by or {}
        self.entities = tuple(entity for entity in ENTITIES if entity in parts)
        self.tables = Tables(self.entities, self.scan)
        others = unknown or {}
        self.unknown = Tables(tuple(others), lambda file: self._guarded(others[file]))

    @property
    def issues(self) -> pl.DataFrame:
        return issues.render(self.raw_issues)

    @property
    def unread(self) -> pl.DataFrame:
        """file, reason: files that may hold records of the account, none of which could be read.

        While there is one, nobody can say that all is there.
        """
        told = issues.render(self.raw_issues.filter(pl.col("code").is_in(_UNREAD)))
        return told.select("file", reason="message")

    def scan(self, entity: str) -> pl.LazyFrame:
        """One entity's records in input order: `_file`, `_row`, canonical columns as text, blank = null.

        With a labelled Smart List also `_smart_list`: labels, joined by `, `. What no file holds is empty.

        Raises:
            ExportError: a file has changed since it was read, or the export is closed.
            KeyError: there is no such entity.
        """
        if entity not in ENTITIES:
            raise KeyError(f"{entity!r} is not one of {', '.join(ENTITIES)}")
        parts = self._parts.get(entity)
        if not parts:
            return pl.LazyFrame(schema={"_file": pl.String, "_row": pl.UInt32, "id": pl.String})
        return self._guarded(parts[0] if len(parts) == 1 else pl.concat(parts, how="diagonal"))

    def _guarded(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        if self._closed:
            raise ExportError("this export is closed: read it again")
        for one in self._origins:
            if not one.is_unchanged():
                raise ExportError(f"{one.file} has changed since it was read: read the export again")
        return made_of(frame, origins(self))

    def expect_unchanged(self) -> None:
        """Looks at its files once more, after the last of them was read.

        Raises:
            ExportError: one has changed meanwhile.
        """
        unchanged(self._origins)

    def close(self) -> None:
        """Removes the temporary files; frames that were not collected cannot be read any more."""
        self._closed = True
        if self._temporary:
            self._temporary.cleanup()

    def __enter__(self) -> Export:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        """The files, and how many records those of each entity hold; people and companies share theirs."""
        rows: dict[str, int] = {}
        for one in self.files:
            if one.entity in ENTITIES:
                rows[one.entity] = rows.get(one.entity, 0) + one.rows
        held = ", ".join(f"{entity} {rows[entity]:,}" for entity in ENTITIES if entity in rows)
        return f"<Export of {count(len(self.files), 'file')}: {held or 'nothing'}>"

    def _repr_html_(self) -> str:
        shown = ("file", "entity", "family", "rows")
        files = pl.DataFrame(
            [[getattr(one, name) for name in shown] for one in self.files], shown, orient="row"
        )
        with pl.Config(tbl_rows=-1):
            return f"<p>{escape(repr(self))}</p>{files._repr_html_()}"
