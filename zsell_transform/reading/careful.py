"""The careful path: one damaged record costs that record's repair, never its neighbours.

What is legal CSV of the header's width is read by Python's csv module, in runs that one expression finds.
Elsewhere a record is read in the likeliest way that gives it the header's width: unwrapped, its quotes taken
for text, or honoured though they stand in wrong places. What fits in no way is padded or cut, and told.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterator
from itertools import groupby
from typing import Final, NamedTuple, TextIO

import attrs

from zsell_transform.counts import count
from zsell_transform.reading import dialect
from zsell_transform.reading.plain import MAX_WIDTH, is_blank_somewhere, laws, line_ends, searched
from zsell_transform.reading.ways import Ask, Ways, breaks, unescaped
from zsell_transform.reading.window import Window

#: A longer run is asked about in Rust, a shorter one costs less here.
_WORTH_ASKING: Final = 1 << 16
#: Records of any width that are taken at once where many are damaged, and which share of them is many.
_AT_ONCE: Final = 100
_SHARE_OF_MANY: Final = 1 / 8
#: At most this many short rows are joined.
_PIECES: Final = 100
#: A text that goes on for more lines is not looked for.
_LINES: Final = 200
#: What is, or may be, an id.
_ID: Final = re.compile(r"[^\w\n]*\d[\d.,]*[^\w\n]*")
#: What no line break goes through: an address, a number, a day, a tick.
_COMPLETE: Final = re.compile(r"\s*(?:\S+@\S+|[+\d][\d\s().,/:TZ-]*|true|false)\s*")
_NEWLINE: Final = r"(?:\r\n|\n|\r)"
#: Behind a quote, or at the end of all, a lone CR is no text: a cell with quotes in it stands in quotes.
_LF: Final = r"(?:\r?\n|(?<=\")\r(?!\n)|\r\Z)"
_LATER_LINE: Final = re.compile(r"[\r\n]+([^\r\n]+)")
_LONE_CR: Final = re.compile(r"\r(?!\n)")


class Record(NamedTuple):
    """One record: its number as a spreadsheet counts, its cells (as many as the header's), what was repaired.

    Attributes:
        code: of the issue, empty for a record that needed none.
        detail: what was found, for the message.
        surplus: cells beyond the header that are not empty.
        given: how many cells a short record has.
    """

    row: int
    cells: list[str]
    code: str = ""
    detail: str = ""
    surplus: tuple[str, ...] = ()
    given: int = 0


class Run(NamedTuple):
    """Records that need no repair, as they stand: legal CSV, each of the header's width.

    Attributes:
        row: the number of the first one.
        text: with quotes, delimiters and line ends (CR LF or LF).
        records: how many there are.
        blank: some of them may hold no value.
    """

    row: int
    text: str
    records: int
    blank: bool


@attrs.frozen
class _Reading:
    """One way to read a record: its cells, where the next one begins, whether its quotes are all legal."""

    cells: list[str]
    end: int
    is_legal: bool = False


class Reader:
    """Reads the records of one file under a delimiter and a width."""

    def __init__(self, delimiter: str, width: int) -> None:
        d = re.escape(delimiter)
        self.delimiter, self.width = delimiter, width
        self._header: list[str] = []
        self._header_lines: tuple[str, ...] = ()
        self._header_words: list[str] = []
        self._id_at: int | None = None
        blank = rf"{_spaces(delimiter)}{_NEWLINE}"
        wrapped = rf'"((?:[^"]|"")*+)"{d}*(?:{_NEWLINE}|\Z)'
        flat = rf'(?:"[^"\r\n]*+(?:""[^"\r\n]*+)*+"|[^{d}"\r\n]*+)'
        ragged = rf"(?:(?!{blank}|{wrapped})(?:{flat}{d})*+{flat}\r?\n)"
        self._ragged, self._ragged_ones = re.compile(ragged), re.compile(rf"{ragged}{{1,{_AT_ONCE}}}+")
        self._first_blank, self._later_blank = map(re.compile, laws(delimiter, max(width, 1)).blank)
        self._line = re.compile(r"[^\r\n]*+")
        self._may_be_quoted = re.compile(rf'(?:^|{d}) *"')
        self._any_end, self._lf_end = re.compile(rf"{_NEWLINE}|\Z"), re.compile(rf"{_LF}|\Z")
        self._wrapped = re.compile(wrapped)
        self._cells = Ways(delimiter, width, self._whole())
        self._learn_ends()

    def _whole(self, id_at: int | None = None) -> str:
        """A record of legal cells, as many as the header's; with an id in its place, if that is known."""
        d = re.escape(self.delimiter)
        legal = rf'(?:"[^"]*+(?:""[^"]*+)*+"|[^{d}"\r\n]*+)'
        if id_at is None:
            return rf"(?:{legal}{d}){{{self.width - 1}}}{legal}"
        has_id = rf'(?="?[^\w\r\n{d}]*\d)'
        return rf"(?:{legal}{d}){{{id_at}}}{has_id}{legal}(?:{d}{legal}){{{self.width - 1 - id_at}}}"

    def _learn_ends(self) -> None:
        """What ends a record: not a lone CR, which is text, unless a whole record follows it.

        Where lone CR end most records, they have become LF before (`dialect.ends_with_cr`); elsewhere some
        programs write them in cells without quotes.
        """
        whole, spaces = self._whole(), _spaces(self.delimiter)
        following = rf"(?:{spaces}{_NEWLINE})*(?:{self._whole(self._id_at)}(?:{_NEWLINE}|\Z)|\Z)"
        newline = rf"(?:{_LF}|\r(?!\n)(?={following}))"
        self._run = re.compile(rf"(?:{whole}{newline})++")
        self._one = re.compile(rf"{whole}{newline}")
        self._blank = re.compile(rf"{spaces}{newline}")
        self._end = re.compile(rf"{newline}|\Z")

    def read(self, stream: TextIO, first_row: int = 1) -> Iterator[Record]:
        """Every record of a stream (opened with `newline=""`); blank lines are only counted."""
        for part in self.parts(stream, first_row):
            if isinstance(part, Run):
                yield from self.each(part)
            else:
                yield part

    def each(self, run: Run) -> Iterator[Record]:
        """The records of a run, one by one."""
        return (Record(run.row + n, cells) for n, cells in enumerate(self._legal(run.text)))

    def parts(self, stream: TextIO, first_row: int = 1, alone: int = 0) -> Iterator[Record | Run]:
        """The same with runs of records that need no repair, which cost little as they stand.

        Args:
            alone: up to this row, each record comes by itself: the header, and what stands before it.
        """
        pieces: list[Record] = []
        width = 0  # of the pieces as one record
        for part in self._taken(stream, first_row, alone):
            if not isinstance(part, Record) or part.code != "short_row" or self._id_at is None:
                yield from pieces
                yield part
                pieces = []
            elif pieces and len(pieces) < _PIECES and not self._looks_whole(part):
                pieces.append(part)
                width += part.given - 1
                if width == self.width and (joined := self._joined(pieces)):
                    yield joined
                    pieces = []
            else:
                yield from pieces
                pieces, width = [part], part.given
        yield from pieces

    def _looks_whole(self, record: Record) -> bool:
        """Whether a short record has an id of its own, so that it is no piece of the one before it."""
        return self._id_at is not None and bool(_ID.fullmatch(record.cells[self._id_at]))

    def _joined(self, pieces: list[Record]) -> Record | None:
        """Short records that an unquoted line break parted, as one: if its width is right, an id in place."""
        cells = [""]
        row = pieces[0].row
        for piece in pieces:
            if piece is not pieces[0] and (not piece.cells[0].strip() or _COMPLETE.fullmatch(cells[-1])):
                return None  # no text goes on here: the cells behind it are missing
            cells[-1] += "\n" * (piece.row - row) + piece.cells[0]
            cells += piece.cells[1 : piece.given]
            row = piece.row
        if self._id_at is None or not _ID.fullmatch(cells[self._id_at]):
            return None
        return Record(pieces[0].row, cells, "record_joined", f"{len(pieces)} rows")

    def _taken(self, stream: TextIO, first_row: int, alone: int) -> Iterator[Record | Run]:
        """What the text is taken for, part by part."""
        window, row = Window(stream), first_row
        many = False  # where one record is damaged, there may be more
        while window.fill():
            text, at = window.text, window.at
            run = (self._one if row <= alone else self._run).match(text, at)
            if run and row > alone and (whole := self._as_it_stands(run[0], row)):
                window.at, row = run.end(), row + whole.records
                many = many and whole.records == 1
                yield whole
            elif not run and (blank := self._blank.match(text, at)):
                window.at, row = blank.end(), row + 1
            elif several := run or (self._ragged_ones if many else self._ragged).match(text, at):
                records = self._legal(several[0])
                yield from self._as_known(records, row, is_text=_is_text(several[0]))
                window.at, row = several.end(), row + len(records)
                many = sum(len(cells) != self.width for cells in records) > _SHARE_OF_MANY * len(records)
            else:
                record, window.at = self._repaired(text, at, row)
                row += 1
                yield record

    def below(self, header: list[str]) -> None:
        """From here on the header is known: where files were joined, it stands further down as well."""
        self._header = _without_mark(header)
        quoted = '"' + f'"{self.delimiter}"'.join(self._header) + '"'
        self._header_lines = (self.delimiter.join(self._header), quoted)
        words = {word.replace('"', '""') for word in self._header}
        self._header_words = sorted(words, key=len, reverse=True)  # the longest stand in the fewest records
        self._id_at = dialect.place_of_id(self._header)
        self._learn_ends()

    def is_header(self, cells: list[str]) -> bool:
        """Whether a record repeats the header."""
        return _without_mark(cells) == self._header

    def has_header(self, text: str) -> bool:
        """Whether the header may stand in a text."""
        return all(word in text for word in self._header_words)

    def _as_it_stands(self, text: str, row: int) -> Run | None:
        """A run, unless it has anything that polars reads in another way than the csv module."""
        if not (1 < self.width <= MAX_WIDTH and _is_text(text)):
            return None
        return Run(row, text, *self._counted(text))

    def _as_known(self, records: list[list[str]], row: int, *, is_text: bool) -> Iterator[Record | Run]:
        """Records whose cells are known; those of the header's width that follow each other come as a run."""
        for fits, some in groupby(records, key=lambda cells: len(cells) == self.width):
            together = list(some)
            if fits and is_text and together[1:] and self.width > 1:
                yield Run(row, self._written(together), len(together), not all(map(any, together)))
            else:
                yield from (self._as_wide(cells, row + n) for n, cells in enumerate(together))
            row += len(together)

    def _written(self, records: list[list[str]]) -> str:
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=self.delimiter, lineterminator="\r\n").writerows(records)
        return text.getvalue()

    def _counted(self, text: str) -> tuple[int, bool]:
        """How many records a run has, and whether one of them may be blank; short runs do without polars."""
        if len(text) > _WORTH_ASKING:
            asked = {"records": line_ends(), "blank": is_blank_somewhere(laws(self.delimiter, self.width))}
            found = searched(text, **asked)
            return found["records"], found["blank"]
        unquoted = "".join(text.split('"')[::2])
        blank = self._first_blank.match(text) or self._later_blank.search(text)
        return unquoted.count("\n"), blank is not None

    def _legal(self, text: str) -> list[list[str]]:
        csv.field_size_limit(sys.maxsize)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=self.delimiter)
        return [cells or [""] for cells in reader]

    def _repaired(self, text: str, at: int, row: int) -> tuple[Record, int]:
        """One record that is not legal CSV of the header's width, and where the next one begins."""
        if cut := self._without_header(text, at):
            return Record(row, cut.cells, "header_cut"), cut.end
        if inner := self._unwrapped(text, at):
            detail = "the whole record in one pair of quotes"
            return Record(row, inner.cells, "record_unwrapped", detail), inner.end
        if plain := self._as_text(text, at):
            return Record(row, plain.cells, "stray_quote_repaired"), plain.end
        taken = self._as_it_comes(text, at, self._lf_end)
        has_cr = _LONE_CR.search(text, at, taken.end) is not None
        if taken.is_legal and (len(taken.cells) <= self.width or not has_cr):
            return self._as_wide(taken.cells, row), taken.end  # its cells are known, however few or many
        cells = self._cells
        for ways in (cells.legally,) if taken.is_legal else (cells.within_line, cells.anyhow):
            for end in (self._end, self._any_end) if has_cr else (self._end,):
                if fitting := self._fitting(text, at, ways, end):
                    fitting = self._closed_later(text, at, fitting) or fitting
                    repaired = '"' in text[at : fitting.end] and not taken.is_legal
                    return Record(row, fitting.cells, "stray_quote_repaired" if repaired else ""), fitting.end
        taken = self._as_it_comes(text, at, self._any_end)
        return self._as_wide(taken.cells, row), taken.end

    def _closed_later(self, text: str, at: int, taken: _Reading) -> _Reading | None:
        """The same record where its last cell, opened on this line, is a text that a later line closes.

        Not over a record: neither over a line that is whole, nor over one that has an id in its place.
        """
        last = taken.cells[-1]
        begin = text.rfind(last, at, taken.end)
        if (
            self._id_at is None
            or not last.startswith('"')
            or text[begin + len(last) : taken.end].strip("\r\n")
        ):
            return None
        close = self._cells.closed_at_line_end(text, taken.end)
        end = close and self._end.match(text, close + 1)
        if not end or self._cells.swallows(text, begin, close + 1):
            return None
        for n, line in enumerate(_LATER_LINE.finditer(text, begin, close + 1)):
            cells = self._legal(line[1])[0]
            if n == _LINES or (len(cells) > self._id_at and _ID.fullmatch(cells[self._id_at])):
                return None
        return _Reading([*taken.cells[:-1], unescaped(text[begin + 1 : close])], end.end())

    def _as_wide(self, found: list[str], row: int) -> Record:
        """A record whose cells are known, as wide as the header."""
        width = self.width
        if len(found) == width:
            return Record(row, found)
        if len(found) == 2 * width - 1 and (cut := self._cut(found)):
            return Record(row, cut, "header_cut")
        surplus = tuple(filter(None, found[width:]))
        code = "short_row" if len(found) < width else "long_row" if surplus else "blank_surplus"
        cells = (found + [""] * width)[:width]
        detail = f"{count(len(found), 'cell')}, but the header has {width}"
        return Record(row, cells, code, detail, surplus, len(found) if code == "short_row" else 0)

    def _cut(self, found: list[str]) -> list[str] | None:
        """The cells of a record with a header glued to its last one: files were joined without a line end."""
        first, *others = self._header or [""]
        last = found[self.width - 1]
        if not first or found[self.width :] != others or not last.endswith(first):
            return None
        own = last.removesuffix(first).removesuffix('"')  # of `"y""id"`, the quotes of two cells
        return [*found[: self.width - 1], own.removesuffix("\ufeff")]

    def _without_header(self, text: str, at: int) -> _Reading | None:
        """The same of a record that has quotes."""
        m = self._line.match(text, at)
        end = m and self._end.match(text, m.end())
        glued = next((line for line in self._header_lines if m and m[0].endswith(line)), "")
        if not (m and end and glued):
            return None
        cells = self.single(m[0].removesuffix(glued).removesuffix("\ufeff"))
        return _Reading(cells, end.end()) if cells else None

    def _as_text(self, text: str, at: int) -> _Reading | None:
        """The cells of a line in which quotes can only be text, if they are as many as the header's."""
        line = self._line.match(text, at)
        end = line and self._end.match(text, line.end())
        if not line or not end or '"' not in line[0] or self._may_be_quoted.search(line[0]):
            return None
        cells = line[0].split(self.delimiter)
        return _Reading(cells, end.end()) if len(cells) == self.width else None

    def _unwrapped(self, text: str, at: int) -> _Reading | None:
        """The cells inside a record that was quoted as one cell, if they are as many as the header's."""
        wrapped = self._wrapped.match(text, at) if self.width > 1 else None
        if not wrapped or self.delimiter not in wrapped[1]:
            return None
        inside = wrapped[1].replace('""', '"')
        cells = self.single(inside)
        return _Reading(cells, wrapped.end()) if cells else None

    def single(self, text: str) -> list[str] | None:
        """The cells of a text that is one record of the right width, read as well as it can be; else None."""
        legal = self._run.match(text + "\n")
        if legal and legal.end() == len(text) + 1:
            rows = self._legal(text)
            return rows[0] if len(rows) == 1 else None
        fitting = self._fitting(text, 0, self._cells.anyhow, self._end)
        return fitting.cells if fitting and fitting.end >= len(text) else None

    def _fitting(self, text: str, at: int, ways: Ask, ends: re.Pattern[str]) -> _Reading | None:
        """The record in the likeliest way that gives it the header's width."""
        found = self._cells.fitting(text, at, ways, ends)
        return _Reading(*found) if found else None

    def _as_it_comes(self, text: str, at: int, ends: re.Pattern[str]) -> _Reading:
        """The record as its legal quotes part it, up to one of `ends`; legal if no quote stands elsewhere."""
        unquoted = self._cells.text_with_cr if ends is self._lf_end else self._cells.text
        cells: list[str] = []
        legal = True
        while True:
            plain, at = self._cells.plain(text, at)
            cells += plain
            m = self._cells.quoted.match(text, at)
            if m and text.startswith("\r", m.end()) and not ends.match(text, m.end()):
                m = None
            if m and (not breaks(m[1]) or not self._cells.swallows(text, *m.span(1))):
                cells.append(m[1].replace('""', '"'))
                legal = legal and text[at] == text[m.end() - 1] == '"'
            else:
                m = unquoted.match(text, at)
                assert m is not None  # it matches the empty text
                cells.append(m[0])
                legal = legal and '"' not in m[0]
            at = m.end()
            if end := ends.match(text, at):
                return _Reading(cells, end.end(), legal)
            at += 1  # over the delimiter


def _is_text(text: str) -> bool:
    """Whether polars reads a legal text as the csv module does: no NUL, lone CR or bytes that are no text."""
    if "\0" in text or text.count("\r") != text.count("\r\n"):
        return False
    try:
        text.encode()
    except UnicodeEncodeError:  # (`encoding.mended`)
        return False
    return True


def _without_mark(cells: list[str]) -> list[str]:
    """The cells of a header without the byte order mark that may stand before it."""
    if not cells[0].startswith("\ufeff"):
        return cells
    return [cells[0].removeprefix("\ufeff").strip('"'), *cells[1:]]  # behind a mark, quotes seem to be text


def _spaces(delimiter: str) -> str:
    return " *" if delimiter == "\t" else r"[ \t]*"
