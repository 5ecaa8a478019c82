"""The guard of the fast path: is this file, byte for byte, plain CSV that polars reads rightly?

polars 2.1 null-fills short rows, drops stray quotes inside quoted cells, takes lone carriage returns outside
quotes for text, and tells of none of them. So no file is handed to it before one expression has matched
*all* of it: whole records, each of the header's width, quotes only where RFC 4180 has them. The expression
runs in Rust, outside the GIL, on blocks of whole records, beside SHA-256; the same step proves UTF-8.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

import attrs
import polars as pl
from polars.exceptions import PolarsError

BOM: Final = b"\xef\xbb\xbf"
#: Above this width the expression grows too large; such a file is read carefully.
MAX_WIDTH: Final = 600
#: Without a record end in this many bytes a file is surely not plain (a cell of 2 MB is).
_MAX_RECORD: Final = 64 << 20
_BLOCK: Final = 4 << 20
_WORKERS: Final = 2
_LF: Final = 10

_BLANK_LINES: Final = re.compile(rb"(?:\r?\n)*")

#: What spreadsheets and wrong encodings leave behind; a file without any of it is not searched by cell.
SUSPICIOUS: Final = r"E\+\d\d|#(?:REF|NAME|VALUE|DIV|NUM|N/A|NULL)|Ã|â€|Â"


@attrs.frozen
class Checked:
    """What the one pass over the bytes found.

    Attributes:
        plain: polars reads this file rightly under the dialect that was asked.
        sha256: of the bytes as they are.
        blank_records: some record may hold no value (then they are filtered and counted, else not).
        suspicious: some cell may be damaged (then they are searched for, else not).
    """

    plain: bool
    sha256: str
    blank_records: bool = False
    suspicious: bool = False


def check(path: Path, delimiter: str, width: int) -> Checked:
    """One streaming pass: checksum, UTF-8 and structure of a file whose header has `width` cells."""
    import hashlib

    digest = hashlib.sha256()
    if not 1 <= width <= MAX_WIDTH:
        return Checked(False, _finished(path, 0, digest))
    legal, (blank_first, blank) = _records(delimiter, width), _blank(delimiter, width)
    waiting: deque[Future[tuple[bool, bool]]] = deque()
    plain, has_blank, suspicious, done = True, False, False, 0
    with ThreadPoolExecutor(_WORKERS) as pool:
        for block, records in _blocks(path):
            if not _BLANK_LINES.fullmatch(records):
                waiting.append(pool.submit(_judge, records, legal))
                has_blank = has_blank or bool(blank_first.match(records) or blank.search(records))
            else:  # blank lines at the end: no record, but polars makes rows of nulls of them
                has_blank = has_blank or bool(records)
            digest.update(block)
            done += len(block)
            if len(waiting) > 2 * _WORKERS:
                ok, odd = waiting.popleft().result()
                plain, suspicious = plain and ok, suspicious or odd
            if not plain:
                break
        for ok, odd in (each.result() for each in waiting):
            plain, suspicious = plain and ok, suspicious or odd
    return Checked(plain, _finished(path, done, digest), has_blank, suspicious)


def is_suspicious(path: Path) -> bool:
    """Whether anything in a UTF-8 file may be damaged (also what the end of a block cuts apart)."""
    pattern, rest = re.compile(SUSPICIOUS.encode()), b""
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            if pattern.search(rest + block):
                return True
            rest = block[-16:]
    return False


def sha256(path: Path) -> str:
    """The checksum of a file."""
    import hashlib

    return _finished(path, 0, hashlib.sha256())


def _records(delimiter: str, width: int) -> str:
    """The law of a plain file: whole records of one width, quotes and line ends only in their places.

    It is anchored at both ends and has no choice to take back, so the regex engine walks it as one table.
    """
    d = re.escape(delimiter)
    cell = rf'(?:"[^"\x00]*"(?:"[^"\x00]*")*|[^{d}"\r\n\x00]*)'
    return rf"\A(?:(?:{cell}{d}){{{width - 1}}}{cell}\r?\n)*\z"


def _blank(delimiter: str, width: int) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """A line of delimiters and quotes only, enough for a record without value: the first, and a later one.

    Two expressions, since one that begins with a literal is searched for quickly.
    """
    line = rb'["%s]{%d,}\r?\n' % (re.escape(delimiter.encode()), width - 1)
    return re.compile(line), re.compile(rb"\n" + line)


def _judge(records: bytes, legal: str) -> tuple[bool, bool]:
    """Whether a block is plain, and whether anything in it looks damaged."""
    try:
        text = pl.Series([records], dtype=pl.Binary).cast(pl.String)
    except PolarsError:
        return False, False
    return bool(text.str.contains(legal).item()), bool(text.str.contains(SUSPICIOUS).item())


def _blocks(path: Path) -> Iterator[tuple[bytes, bytes]]:
    """Each block as read, with the whole records that it completes (the last one gets its line end)."""
    with path.open("rb") as stream:
        rest, first = b"", True
        while block := stream.read(_BLOCK):
            text = rest + (block[len(BOM) :] if first and block.startswith(BOM) else block)
            first = False
            end = _record_end(text)
            # One line end belongs to the last record; further ones wait, as they may be the file's last.
            while end > 1 and text[end - 1] == text[end - 2] == _LF:
                end -= 1
            while end > 3 and text[end - 4 : end] == b"\r\n\r\n":
                end -= 2
            rest = text[end:]
            yield block, text[:end] if len(rest) < _MAX_RECORD else text
        if rest.strip(b"\r\n"):
            yield b"", rest if rest.endswith(b"\n") else rest + b"\n"
        elif rest:
            yield b"", rest


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


def _finished(path: Path, done: int, digest: object) -> str:
    """The checksum, after feeding it what was not read yet."""
    with path.open("rb") as stream:
        stream.seek(done)
        while block := stream.read(_BLOCK):
            digest.update(block)  # type: ignore[attr-defined]
    return str(digest.hexdigest())  # type: ignore[attr-defined]
