"""The guard of the fast path: is this file, byte for byte, plain CSV that polars reads rightly?

polars 2.1 null-fills short rows, drops stray quotes inside quoted cells, takes lone carriage returns outside
quotes for text, and tells of none of them. So no file is handed to it before one expression has matched
*all* of it: whole records, each of the header's width, quotes only where RFC 4180 has them. The expression
runs in Rust, outside the GIL, on blocks of whole records, beside SHA-256; the same step proves UTF-8.
"""

from __future__ import annotations

import hashlib
import re
from codecs import BOM_UTF8
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, Protocol

import attrs
import polars as pl
from polars.exceptions import PolarsError

from zsell_transform.progress import At, unwatched

#: Above this width the expression grows too large; such a file is read carefully.
MAX_WIDTH: Final = 600
#: Without a record end in this many bytes a file is surely not plain (a cell of 2 MB is).
_MAX_RECORD: Final = 64 << 20
_BLOCK: Final = 4 << 20
_WORKERS: Final = 2
_LF: Final = 10

_BLANK_LINES: Final = re.compile(rb"(?:\r?\n)*")

#: What spreadsheets and wrong encodings leave behind; a file without any of it is not searched by cell.
SUSPICIOUS: Final = r"E\+\d\d|#(?:REF|NAME|VALUE|DIV|NUM|N/A|NULL|##[^\w# ])|Ã|â€|Â"
#: Ends of cells that ids may have become (`ids.RUINED`): it begins with literals, which are found quickly.
ODD_IDS: Final = rf"(?:{'|'.join(f'{n}[eE]' for n in range(10))})\+?\d{{1,3}}[^\w.]|##[^\w#]"


@attrs.frozen
class Checked:
    """What the one pass over the bytes found.

    Attributes:
        plain: polars reads this file rightly under the dialect that was asked.
        sha256: of the bytes as they are.
        blank_records: some record may hold no value (then they are filtered and counted, else not).
        suspicious: some cell may be damaged (then they are searched for, else not).
        odd_ids: some id may be ruined (then the columns of ids are searched, else not).
        repeated: the header's line stands in it once more (then it is searched for, else not).
    """

    plain: bool
    sha256: str
    blank_records: bool = False
    suspicious: bool = False
    odd_ids: bool = False
    repeated: bool = False

    def beside(self, other: Checked) -> Checked:
        """What two blocks of one file say together."""
        return Checked(
            self.plain and other.plain,
            self.sha256,
            self.blank_records or other.blank_records,
            self.suspicious or other.suspicious,
            self.odd_ids or other.odd_ids,
            self.repeated or other.repeated,
        )


def check(path: Path, delimiter: str, width: int, header: str, at: At = unwatched) -> Checked:
    """One streaming pass: checksum, UTF-8 and structure of a file whose header has `width` cells.

    Args:
        header: its first line.
        at: is told how many bytes have been read.
    """
    digest = hashlib.sha256()
    if not 1 <= width <= MAX_WIDTH:
        return Checked(False, _finished(path, 0, digest))
    law, times = laws(delimiter, width), 1
    waiting: deque[Future[Checked]] = deque()
    done = _bom_length(path)
    digest.update(BOM_UTF8[:done])
    seen = Checked(plain=True, sha256="")
    with ThreadPoolExecutor(_WORKERS) as pool:
        for text, end in _blocks(path, done):
            digest.update(memoryview(text)[:end])
            done += end
            at(done)
            waiting.append(pool.submit(_judge, text, end, law, header, times))
            times = 0
            if len(waiting) > 2 * _WORKERS:
                seen = seen.beside(waiting.popleft().result())
            if not seen.plain:
                break
        for judged in waiting:
            seen = seen.beside(judged.result())
    return attrs.evolve(seen, sha256=_finished(path, done, digest))


def oddities(path: Path) -> tuple[bool, bool]:
    """Whether a UTF-8 file may have damaged cells, and ruined ids (also what the end of a block cuts)."""
    rest, suspicious, odd_ids = "", False, False
    with path.open(encoding="utf-8", newline="") as stream:
        while not (suspicious and odd_ids) and (block := stream.read(_BLOCK)):
            text = pl.col("text")
            seen = searched(rest + block, cells=text.str.contains(SUSPICIOUS), ids=text.str.contains(ODD_IDS))
            suspicious, odd_ids = suspicious or seen["cells"], odd_ids or seen["ids"]
            rest = block[-16:]
    return suspicious, odd_ids


def sha256(path: Path) -> str:
    """The checksum of a file."""
    return _finished(path, 0, hashlib.sha256())


@attrs.frozen
class Laws:
    """Expressions over text: one whole record with its line end, and a record that may hold no value.

    None has a choice to take back, so the regex engine walks them as tables. A blank record has two: one at
    the beginning, and one that begins with a literal, which is searched for quickly.
    """

    record: str
    blank: tuple[str, str]


def laws(delimiter: str, width: int) -> Laws:
    """Quotes and line ends in their places, as many cells as the header; a line of delimiters and quotes."""
    d = re.escape(delimiter)
    cell = rf'(?:"[^"\x00]*"(?:"[^"\x00]*")*|[^{d}"\r\n\x00]*)'
    blank = rf'["{d}]{{{width - 1},}}\r?\n'
    return Laws(rf"(?:{cell}{d}){{{width - 1}}}{cell}\r?\n", (rf"\A{blank}", rf"\n{blank}"))


def searched(text: str | bytes, **asked: pl.Expr) -> dict[str, Any]:
    """What some expressions over a column `text` say of one long text.

    Raises:
        PolarsError: it is no UTF-8.
    """
    kind = pl.String if isinstance(text, str) else pl.Binary
    # A second, empty cell: polars copies a column of one value again and again.
    cells = pl.Series("text", [text, text[:0]], dtype=kind, strict=False).cast(pl.String)
    return cells.to_frame().select(**asked).row(0, named=True)


def line_ends() -> pl.Expr:
    """How many records legal text has: its line ends outside quotes.

    To count matches of `Laws.record` is slower, and wrong: up to polars 1.43, the regex engine may begin a
    match too late where the pattern begins with no literal (rust-lang/regex, pull request 1364).
    """
    return pl.col("text").str.replace_all(r'"[^"]*"', "").str.count_matches("\n", literal=True)


def is_blank_somewhere(law: Laws) -> pl.Expr:
    """Whether a text may have a record without any value."""
    first, later = (pl.col("text").str.contains(pattern) for pattern in law.blank)
    return first | later


def _judge(text: bytes, end: int, law: Laws, header: str, times: int) -> Checked:
    """What the first `end` bytes of a text say: whole records, the last of which may lack its line end.

    Args:
        header: a line that stands in it so many `times` at least.
    """
    if _BLANK_LINES.fullmatch(text, 0, end):  # blank lines: no record, but polars makes rows of nulls of them
        return Checked(plain=True, sha256="", blank_records=True)
    whole = text[:end] if text[end - 1] == _LF else text[:end] + b"\n"
    try:
        found = searched(
            whole,
            plain=pl.col("text").str.contains(rf"\A(?:{law.record})*\z"),
            blank_records=is_blank_somewhere(law),
            suspicious=pl.col("text").str.contains(SUSPICIOUS),
            odd_ids=pl.col("text").str.contains(ODD_IDS),
            repeated=pl.col("text").str.count_matches(header, literal=True) > times,
        )
    except PolarsError:
        return Checked(plain=False, sha256="")
    return Checked(sha256="", **found)


def _bom_length(path: Path) -> int:
    """How many bytes the byte order mark takes."""
    with path.open("rb") as stream:
        return len(BOM_UTF8) if stream.read(len(BOM_UTF8)) == BOM_UTF8 else 0


def _blocks(path: Path, start: int) -> Iterator[tuple[bytes, int]]:
    """Texts that begin with a record, and where the whole records in each end: there the next one begins."""
    size = _BLOCK
    with path.open("rb", buffering=0) as stream:
        while True:
            stream.seek(start)
            text = stream.read(size)
            end = _record_end(text)
            # One line end belongs to the last record; further ones wait, as they may be the file's last.
            while end > 1 and text[end - 1] == text[end - 2] == _LF:
                end -= 1
            while end > 3 and text[end - 4 : end] == b"\r\n\r\n":
                end -= 2
            if len(text) < size:
                break
            if not end and size < _MAX_RECORD:
                size *= 2
                continue
            yield text, end or len(text)
            start, size = start + (end or len(text)), _BLOCK
        if end:
            yield text, end
        if text[end:]:
            yield text[end:], len(text) - end


def _record_end(text: bytes) -> int:
    """Where the last whole record of a text that begins with one ends: the last line end outside quotes.

    Counting quotes suffices: where they are not in their places the block is found not to be plain anyway.
    """
    end = text.rfind(b"\n") + 1
    odd = text.count(b'"', 0, end) % 2
    while odd and end:
        before = text.rfind(b"\n", 0, end - 1) + 1
        odd ^= text.count(b'"', before, end) % 2
        end = before
    return end


class _Digest(Protocol):
    """A checksum that grows; hashlib has no public name for it."""

    def update(self, data: bytes, /) -> None: ...

    def hexdigest(self) -> str: ...


def _finished(path: Path, done: int, digest: _Digest) -> str:
    """The checksum, after feeding it what was not read yet."""
    with path.open("rb") as stream:
        stream.seek(done)
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
