"""One CSV file → one lazy table of text, whatever its state: fast where that is proven right, else careful.

Both paths give the same frame: `_row` as a spreadsheet numbers it, one text column a header, missing and `""`
both null.
"""

from __future__ import annotations

import csv
import shutil
from codecs import BOM_UTF8, BOM_UTF16
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TextIO

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.errors import ExportError
from zsell_transform.frames.unique import Numbering
from zsell_transform.machine.disk import readable, temporary_files
from zsell_transform.machine.encodings import ENCODING, known_encodings, known_name
from zsell_transform.machine.given import nearest, repr_of
from zsell_transform.machine.paths import is_utf8, path_of
from zsell_transform.machine.processes import own_prefix
from zsell_transform.progress import At, unwatched
from zsell_transform.reading import careful, damage, dialect, encoding, plain
from zsell_transform.reading.source import Found

#: By which delimiter and header are found; longer than the widest header and the longest preamble met.
_OPENING: Final = 1 << 19
#: By which a file of another ending is known: longer than the widest header met.
_GLANCE: Final = 1 << 16
#: Parts of a file between two words about its progress.
_PARTS: Final = 500
#: Of the words that were mended in one record, so much is told.
_LETTERS_SHOWN: Final = 120


@attrs.frozen
class Table:
    """One file that was read: what is in it, and how.

    Attributes:
        file: its name as people know it.
        frame: `_row` (UInt32) and a String column for each of `names`.
        names: its headers, cleaned and made unique, in order.
        encoding, delimiter: how its bytes were read.
        rows: records with any value.
        sha256: of its bytes.
        issues: what was found, in the travelling schema, without an entity.
        suspicious: some cell may be damaged (`damage.cells` then finds which).
        odd_ids: some id may be ruined (`damage.without_ruined_ids` then finds which).
    """

    file: str
    frame: pl.LazyFrame
    names: tuple[str, ...]
    encoding: str
    delimiter: str
    rows: int
    sha256: str
    issues: pl.DataFrame
    suspicious: bool = False
    odd_ids: bool = False


def read_csv(path: str | Path, *, encoding: str | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Any CSV file, whatever its state, as text: nothing is inferred, nothing is lost.

    Returns:
        The frame (a String column for each header, missing and `""` both null, records without any value left
        out), and the issues: how the encoding was guessed, and each record or cell that was repaired or is
        damaged.

    Raises:
        ExportError: the file is missing, empty, of another kind (a spreadsheet, an archive, an image), or not
            in the encoding that is named; or there is no such encoding.
    """
    path = path_of(path, "the path of a CSV file", ExportError)
    if encoding and not known_name(encoding):
        hint = nearest(str(encoding), known_encodings())
        raise ExportError(f"encoding must be {ENCODING}, not {repr_of(encoding)}{hint}")
    with readable(path), temporary_files(), TemporaryDirectory(prefix=own_prefix()) as temporary:
        if not path.is_file():
            raise ExportError(f"{path} does not exist or is not a file: give a CSV file")
        table = read(Found.at(path, path.name), Path(temporary), judge=lambda _: 0, asked=encoding)
        frame = table.frame.collect(engine="streaming")
        found = [table.issues, *([damage.cells(table.frame, table.file)] if table.suspicious else [])]
    return frame.drop("_row"), issues.render(issues.gather(found))


def read(
    found: Found,
    temporary: Path,
    judge: dialect.Judge,
    asked: str | None = None,
    at: At = unwatched,
    beside: Sequence[Path] = (),
) -> Table:
    """One file as a lazy table; what needs repair is written to `temporary`, clean, and scanned from there.

    Args:
        found: the file.
        temporary: a folder for the clean copy.
        judge: a record → how many of its cells are known headers.
        asked: the encoding that the user's mapping names.
        at: is told how many of its bytes have been read.
        beside: the other files of the source, for a guess of the encoding.

    Raises:
        ExportError: the file is empty or no text.
    """
    with found.path.open("rb") as stream:
        head = stream.read(_OPENING)
    if not head.strip(b"\r\n\t \0" + BOM_UTF8 + BOM_UTF16):
        raise ExportError(f"{found.file} is empty")
    encoding.refuse_binary(head, found.file)
    text = encoding.opening(head, asked)
    if cr := dialect.ends_with_cr(text):
        text = dialect.with_lf(text)
    whole = len(head) == found.size
    layout = dialect.of(text if whole else text[: text.rfind("\n") + 1] or text, judge)
    sha256 = ""
    if layout.is_plain_header and not cr and _may_be_plain(asked) and b"\0" not in head:
        line = text.removeprefix("\ufeff").partition("\n")[0].removesuffix("\r")
        checked = plain.check(found.path, layout.delimiter, layout.width, line, at)
        if checked.plain:
            as_text = attrs.evolve(found, path=_named_as_text(found.path, temporary))
            return _plain_table(as_text, layout, text, checked)
        sha256 = checked.sha256
    read_as = encoding.of(found.path, asked, beside)
    sha256 = sha256 or plain.sha256(found.path)
    return _careful_table(found, temporary, layout, read_as, sha256, None if cr else "", at)


def _named_as_text(path: Path, temporary: Path) -> Path:
    """The same file under a name that polars takes, where its own is no UTF-8."""
    if is_utf8(path):
        return path
    temporary.mkdir(parents=True, exist_ok=True)
    named = temporary / "named.csv"
    try:
        named.symlink_to(path.absolute())
    except OSError:  # Windows lets few people make links
        shutil.copyfile(path, named)
    return named


def first_record(found: Found, judge: dialect.Judge) -> tuple[str, ...]:
    """The cells of a file's first record, as headers; none where it is no text."""
    with found.path.open("rb") as stream:
        head = stream.read(_GLANCE)
    try:
        encoding.refuse_binary(head, found.file)
    except ExportError:
        return ()
    text = encoding.opening(head).removeprefix("\ufeff")
    text = dialect.with_lf(text) if dialect.ends_with_cr(text) else text
    layout = dialect.of(text, judge)
    rows = dialect.records(text, layout.delimiter)[layout.header_row - 1 :]
    is_table = len(rows) > 1 and len(rows[0]) == len(rows[1])  # and no sentence that speaks of columns
    return headers(rows[0], found.file, 1)[0] if is_table else ()


def _may_be_plain(asked: str | None) -> bool:
    return asked is None or asked.lower().replace("_", "-") in ("utf-8", "utf8", "utf-8-sig")


def _plain_table(found: Found, layout: dialect.Dialect, text: str, checked: plain.Checked) -> Table:
    """polars reads the file itself, lazily."""
    header = dialect.records(text.removeprefix("\ufeff"), layout.delimiter)[0]
    names, notes = headers(header, found.file, 1)
    frame = pl.scan_csv(
        found.path,
        separator=layout.delimiter,
        infer_schema=False,
        null_values=[""],
        new_columns=list(names),
        row_index_name="_row",
        row_index_offset=2,
        glob=False,
    ).with_columns(pl.col("_row").cast(pl.UInt32))
    if checked.blank_records:
        frame = frame.filter(pl.any_horizontal(pl.col(names).is_not_null()))
    if checked.repeated:
        frame, told = _without_headers(frame, header, names, found.file)
        notes = issues.gather([notes, told])
    rows = int(frame.select(pl.len()).collect(engine="streaming").item())
    return Table(
        file=found.file,
        frame=frame,
        names=names,
        encoding="utf-8",
        delimiter=layout.delimiter,
        rows=rows,
        sha256=checked.sha256,
        issues=notes,
        suspicious=checked.suspicious,
        odd_ids=checked.odd_ids,
    )


def _without_headers(
    frame: pl.LazyFrame, header: Sequence[str], names: Sequence[str], file: str
) -> tuple[pl.LazyFrame, pl.DataFrame]:
    """The table without records that repeat its header, as they do where files were joined; an issue each."""
    cells = (pl.col(name).str.strip_prefix("\ufeff") for name in names)
    alike = (cell.eq_missing(pl.lit(text or None)) for cell, text in zip(cells, header, strict=True))
    repeats = pl.all_horizontal(alike)
    told = frame.filter(repeats).select("_row", pl.lit(file).alias("_file"))
    return frame.filter(~repeats), issues.found(told, "header_repeated", entity=None).collect()


def _careful_table(
    found: Found,
    temporary: Path,
    layout: dialect.Dialect,
    read_as: encoding.Encoding,
    sha256: str,
    newline: str | None = "",
    at: At = unwatched,
) -> Table:
    """What is legal is copied as it stands, what is not is repaired; polars scans the clean copy.

    Args:
        newline: as `open` takes it; None where lone carriage returns end the records.
    """
    temporary.mkdir(parents=True, exist_ok=True)
    clean = temporary / "clean.csv"
    copy = _Copy(found.file, careful.Reader(layout.delimiter, layout.width))
    with (
        found.path.open(encoding=read_as.name, errors=read_as.errors, newline=newline) as source,
        clean.open("w", encoding="utf-8", newline="") as target,
    ):
        copy.write(source, layout.header_row, target, at)
    if not copy.names:
        raise ExportError(
            f"{found.file} holds no header: open it in a text editor and look at its first lines"
        )
    frame = pl.scan_csv(
        clean,
        separator=layout.delimiter,
        infer_schema=False,
        null_values=[""],
        new_columns=list(copy.names),
        row_index_name="_row",
        glob=False,
    ).with_columns(copy.numbered(pl.col("_row")))
    rows, (suspicious, odd_ids) = copy.rows, plain.oddities(clean)
    if copy.has_blank:
        frame = frame.filter(pl.any_horizontal(pl.col(copy.names).is_not_null()))
        rows = int(frame.select(pl.len()).collect(engine="streaming").item())
    return Table(
        file=found.file,
        frame=frame,
        names=copy.names,
        encoding=read_as.name,
        delimiter=layout.delimiter,
        rows=rows,
        sha256=sha256,
        issues=issues.gather([_guess(found.file, read_as), copy.issues(rows)]),
        suspicious=suspicious,
        odd_ids=odd_ids,
    )


class _Copy:
    """The clean copy of one file: UTF-8, every record as wide as the header; it knows where each stood."""

    def __init__(self, file: str, reader: careful.Reader) -> None:
        self.file, self.rows, self.has_blank = file, 0, False
        self.names: tuple[str, ...] = ()
        self._reader = reader
        self._header_notes = issues.empty()
        self._told: list[tuple[str, int, str, str]] = []
        #: Places in the copy from which on a record's number is its place there and so much more.
        self._shifts: dict[int, int] = {}

    def write(self, source: TextIO, header_row: int, target: TextIO, at: At) -> None:
        writer = csv.writer(target, delimiter=self._reader.delimiter, lineterminator="\r\n")
        for n, part in enumerate(self._reader.parts(source, alone=header_row)):
            if isinstance(part, careful.Record):
                self._add(part, header_row, writer)
            elif self.names and not self._reader.has_header(part.text):
                self._place(part.row)
                target.write(part.text)
                self.rows += part.records
                self.has_blank = self.has_blank or part.blank
            else:
                for record in self._reader.each(part):
                    self._add(record, header_row, writer)
            if n % _PARTS == 0:
                at(source.buffer.tell())
        at(source.buffer.tell())

    def _add(self, record: careful.Record, header_row: int, writer: Any) -> None:
        whole = "".join(record.cells)
        cells = self._without_nul(record) if "\0" in whole else record.cells
        cells = cells if whole.isascii() else self._mended(cells, record.row)
        if record.row < header_row:
            self._told.append(("preamble_skipped", record.row, " ".join(filter(None, cells)), ""))
            return
        if self.names and self._reader.is_header(cells):
            self._told.append(("header_repeated", record.row, "", ""))
            return
        if record.code:
            self._told.append((record.code, record.row, " | ".join(record.surplus), record.detail))
        if not self.names:
            self.names, self._header_notes = headers(cells, self.file, record.row)
            self._reader.below(cells)
            writer.writerow([f"c{n}" for n in range(len(self.names))])
        elif any(cells):
            self._place(record.row)
            self.rows += 1
            writer.writerow(cells)

    def _place(self, row: int) -> None:
        shift = row - self.rows
        if not self._shifts or self._shifts[next(reversed(self._shifts))] != shift:
            self._shifts[self.rows] = shift

    def numbered(self, place: pl.Expr) -> pl.Expr:
        """The number of each record as a spreadsheet counts, from its place in the copy."""
        places, shifts = (
            pl.Series(part, dtype=pl.Int64) for part in (list(self._shifts), self._shifts.values())
        )

        def number(at: pl.Series) -> pl.Series:
            from_here = places.search_sorted(at.cast(pl.Int64), side="right") - 1
            return (at + shifts.gather(from_here)).cast(pl.UInt32)

        return place.map_batches(number, return_dtype=pl.UInt32, is_elementwise=True)

    def _without_nul(self, record: careful.Record) -> list[str]:
        self._told.append(("nul_removed", record.row, str("".join(record.cells).count("\0")), ""))
        return [cell.replace("\0", "") for cell in record.cells]

    def _mended(self, cells: list[str], row: int) -> list[str]:
        """The cells as text: bytes that are none under the file's encoding stand in very few."""
        words = encoding.bad_words(self._reader.delimiter.join(cells))
        if not words:
            return cells
        sample = " ".join(word or "…" for word in words)[:_LETTERS_SHOWN]
        self._told.append(("bytes_mended", row, sample, f"{len(words)} {'words' if words[1:] else 'word'}"))
        return [encoding.mended(cell) for cell in cells]

    def issues(self, rows: int) -> pl.DataFrame:
        """What was skipped and repaired, by record; delimiters behind most records are a habit, no issue."""
        habit = sum(code == "blank_surplus" for code, *_ in self._told) > rows // 2
        told = [
            (code, None, self.file, row, None, None, value or None, detail or None)
            for code, row, value, detail in self._told
            if not (habit and code == "blank_surplus")
        ]
        return issues.gather([self._header_notes, pl.DataFrame(told, schema=issues.RAW, orient="row")])


def headers(cells: Sequence[str], file: str, row: int) -> tuple[tuple[str, ...], pl.DataFrame]:
    """Headers as the library names them: without BOM, NBSP and outer spaces, blank and repeated ones apart.

    Returns:
        The names, unique and in order, and an issue for each blank or repeated one.
    """
    numbering = Numbering(("_row",))  # the record's number, beside the columns
    names: list[str] = []
    told: list[tuple[str, None, str, int, None, str, str, None]] = []
    for n, cell in enumerate(cells, start=1):
        plain_name = cell.replace("\ufeff", "").replace("\xa0", " ").strip()
        name = numbering.free(plain_name or f"column {n}")
        if not plain_name:
            told.append(("blank_header", None, file, row, None, name, str(n), None))
        elif name != plain_name:
            told.append(("duplicate_header", None, file, row, None, name, plain_name, None))
        names.append(name)
    return tuple(names), pl.DataFrame(told, schema=issues.RAW, orient="row")


def _guess(file: str, read_as: encoding.Encoding) -> pl.DataFrame:
    if not read_as.is_guess:
        return issues.empty()
    sure = f"{read_as.confidence:.0%} sure" if read_as.confidence else "a guess from few words"
    detail = f"{sure}; reads: {read_as.sample}"
    return issues.issue("encoding_guessed", file=file, value=read_as.name, detail=detail)
