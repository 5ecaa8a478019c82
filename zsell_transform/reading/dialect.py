"""Which delimiter, and which record is the header: the headers that Sell is known to write are the judge.

Free text in CRM files fools general sniffers (facts page on reading CSV), so only `, ; tab |` are
candidates, and a candidate under which known headers appear always wins. Without any, the most regular one
does.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import attrs

DELIMITERS: Final = (",", ";", "\t", "|")
#: Records in which the header is looked for, and by which regularity is judged.
_TOP: Final = 30
_RECORDS_JUDGED: Final = 100
#: Excel's first line that names the delimiter.
_SEP_LINE: Final = re.compile(r'\A"?sep=(.)"?(?:\r\n|\r|\n)', re.IGNORECASE)
#: What that line may name: neither polars nor newer Pythons read another character as a delimiter.
_MAY_PART: Final = re.compile(r"[\t!#-~]")
#: What stands in quotes, where a line end ends no record.
_IN_QUOTES: Final = re.compile(r'"[^"]*(?:"|\Z)')
_LINE_END: Final = re.compile(r"\r\n|\n|\r")
#: So many known headers in one record make it the header, whatever stands around it.
_HEADERS_ENOUGH: Final = 2

Judge = Callable[[Sequence[str]], int]


@attrs.frozen
class Dialect:
    """How a file is laid out.

    Attributes:
        delimiter: one of `DELIMITERS`, or what a `sep=` line names.
        width: how many cells the header has.
        header_row: its number as a spreadsheet counts, 1 where nothing stands above it.
        is_plain_header: it stands in the first line, legally quoted, so that the fast path may be tried.
    """

    delimiter: str
    width: int
    header_row: int
    is_plain_header: bool


def of(text: str, judge: Judge) -> Dialect:
    """The dialect of a file from its opening.

    Args:
        text: the opening, ending at a line end unless it is the whole file.
        judge: a record → how many of its cells are headers that Sell is known to write.
    """
    text = text.removeprefix("\ufeff")
    if named := _SEP_LINE.match(text):
        inner = _best(text[named.end() :], named[1] if _MAY_PART.match(named[1]) else DELIMITERS, judge)
        return attrs.evolve(inner, header_row=inner.header_row + 1, is_plain_header=False)
    return _best(text, DELIMITERS, judge)


def _best(text: str, delimiters: Iterable[str], judge: Judge) -> Dialect:
    """The dialect under the delimiter with the most merit; of equal ones the first."""
    return max((_candidate(text, one, judge) for one in delimiters), key=lambda one: one.merit).dialect


def ends_with_cr(text: str) -> bool:
    """Whether a lone carriage return is what ends the records of a file, as old Macs wrote it.

    Elsewhere it is text: so it is where a line feed ends the first record, or more of them than it does.
    """
    if text.count("\r") == text.count("\r\n"):
        return False
    ends = _LINE_END.findall(_IN_QUOTES.sub("", text))
    return bool(ends) and ends[0] == "\r" and ends.count("\r") > len(ends) // 2


def with_lf(text: str) -> str:
    """The text with a line feed for each line end."""
    return _LINE_END.sub("\n", text)


def place_of_id(header: list[str]) -> int | None:
    """Where the records have their own id: under `id`, or in the second column, where lists have it."""
    words = [re.findall(r"\w+", cell.casefold()) for cell in header]
    if ["id"] in words:
        return words.index(["id"])
    return 1 if len(words) > 1 and "id" in words[1] else None


@attrs.frozen
class _Candidate:
    dialect: Dialect
    merit: tuple[int, float, bool]


def _candidate(text: str, delimiter: str, judge: Judge) -> _Candidate:
    rows = _top(text, delimiter)
    wide = len(unwrapped(rows[0], delimiter)) if rows else 0
    as_wide = [_as_wide(row, wide, delimiter) for row in rows]
    widths = Counter(len(row) for row in as_wide if any(row))
    usual, times = max(widths.items(), key=lambda item: (item[1], item[0])) if widths else (1, 0)
    scores = [judge(unwrapped(row, delimiter)) for row in rows[:_TOP]]
    best = max(scores, default=0)
    at = scores.index(best) if best >= _HEADERS_ENOUGH else _first_full(rows[:_TOP], usual, delimiter)
    header = unwrapped(rows[at], delimiter) if rows else []
    # An unknown header that is narrower than most records has lost a delimiter, or a stray quote took one.
    whole = best >= _HEADERS_ENOUGH and not any('"' in cell for cell in header)
    width = len(header) if whole else max(len(header), usual)
    regular = times / max(sum(widths.values()), 1) if usual > 1 else 0.0
    # What parts no record into two values only ends some cells, unless it ends every one.
    parts = regular if any(map(_is_full, as_wide)) else 0.0
    plain = at == 0 and len(header) == width and bool(rows) and len(rows[0]) == width
    return _Candidate(Dialect(delimiter, width, at + 1, plain), (best, parts, regular == 1.0))


def records(text: str, delimiter: str) -> list[list[str]]:
    """The first records of a text, as Python's csv module reads them; blank lines are empty records."""
    csv.field_size_limit(sys.maxsize)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    return [row for _, row in zip(range(_RECORDS_JUDGED), reader, strict=False)]


def _top(text: str, delimiter: str) -> list[list[str]]:
    """The first records; a quote that the header's line leaves open is stray, unless the next is as wide."""
    rows = records(text, delimiter)
    line, _, rest = text.partition("\n")
    if line.count('"') % 2 == 0 or (len(rows) > 1 and len(rows[0]) == len(rows[1])):
        return rows
    return [line.rstrip("\r").split(delimiter), *records(rest, delimiter)]


def unwrapped(row: list[str], delimiter: str) -> list[str]:
    """A record that a spreadsheet wrapped in quotes as one cell, as the cells inside; any other as it is."""
    if len(row) == 1 and delimiter in row[0]:
        inner = records(row[0], delimiter)
        return inner[0] if len(inner) == 1 else row
    return row


def _as_wide(row: list[str], wide: int, delimiter: str) -> list[str]:
    """A record unwrapped, or without blank cells beyond the header, where that makes it as wide as it."""
    inner = unwrapped(row, delimiter)
    if len(inner) == wide:
        return inner
    return row[:wide] if len(row) > wide > 1 and not any(row[wide:]) else row


def _is_full(row: list[str]) -> bool:
    return sum(map(bool, row)) > 1


def _first_full(rows: list[list[str]], usual: int, delimiter: str) -> int:
    """The first record that may be a header: with more than a title in it, where there are such records."""
    inside = (unwrapped(row, delimiter) for row in rows)
    looks = (map(any, rows),) if usual == 1 else (map(_is_full, rows), map(_is_full, inside), map(any, rows))
    return next((n for look in looks for n, fits in enumerate(look) if fits), 0)
