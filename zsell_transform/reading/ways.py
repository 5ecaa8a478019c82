"""The ways to read one cell of a damaged record, and how unlikely each is."""

from __future__ import annotations

import re
from collections.abc import Callable
from heapq import heappop, heappush
from typing import Final

from zsell_transform.reading.window import LOOKAHEAD, Ahead

#: A cell, where it ends, and how unlikely this way to read it is (0 = legal).
Way = tuple[str, int, int]
#: Text and place → the ways to read the cell that begins there.
Ask = Callable[[str, int], list[Way]]
#: Cells that follow those of another chain.
_Chain = tuple["_Chain", list[str]] | None
#: Ways of reading one record that are tried before it is taken as it comes.
_TRIES: Final = 400


class Ways:
    """Reads cells under a delimiter, in files whose records are so wide."""

    def __init__(self, delimiter: str, width: int, whole: str) -> None:
        """Args: `whole` is the pattern of a record of legal cells, as many as the header's."""
        d = re.escape(delimiter)
        stop = rf"(?=[{d}\r\n]|\Z)"
        self._delimiter, self._width = delimiter, width
        self.quoted = re.compile(rf' *"([^"]*+(?:""[^"]*+)*+)" *{stop}')
        self.text = re.compile(rf"[^{d}\r\n]*")
        self.text_with_cr = re.compile(rf"[^{d}\r\n]*+(?:\r(?!\n|\Z)[^{d}\r\n]*+)*+")
        self._plain = re.compile(rf'(?:[^{d}"\r\n]*+{d})++')
        self._whole_line = re.compile(rf"(?m)^{whole}\r?$")
        self._next_whole_line = Ahead(self._whole_line.pattern)
        self._next_close, self._next_break = Ahead(rf'"{stop}'), Ahead(r"[\r\n]")
        self._next_close_of_line = Ahead(r'"(?=[\r\n]|\Z)')

    def plain(self, text: str, at: int) -> tuple[list[str], int]:
        """The cells from here on that have one way to be read, as nothing in them is special, and their end.

        Each ends with a delimiter; what stands behind the last one is a cell, too.
        """
        m = self._plain.match(text, at)
        return (m[0].split(self._delimiter)[:-1], m.end()) if m else ([], at)

    def legally(self, text: str, at: int) -> list[Way]:
        """The ways to read a cell whose quotes are all legal: in them, or as text, in which a CR may be."""
        m = self.quoted.match(text, at)
        return [(m[1].replace('""', '"'), m.end(), 0)] if m else self._as_plain(text, at, 0)

    def _as_plain(self, text: str, at: int, price: int) -> list[Way]:
        """The ways to read a cell as text: up to a CR, and over it."""
        found = (pattern.match(text, at) for pattern in (self.text, self.text_with_cr))
        ends = {m.end(): None for m in found if m}
        return [(text[at:end], end, price + n) for n, end in enumerate(ends)]

    def within_line(self, text: str, at: int) -> list[Way]:
        """The ways to read a cell that end on its line: quoted, with stray quotes inside, or as text."""
        ways: list[Way] = []
        legal = self.quoted.match(text, at)
        if legal and breaks(legal[1]) and ("\n" in legal[1] or self.swallows(text, *legal.span(1))):
            legal = None
        if legal:
            ways.append((legal[1].replace('""', '"'), legal.end(), 0 if text[at] == '"' else 1))
        elif (close := self._closed_loosely(text, at)) and close < self._next_break.find(text, at)[0]:
            cell = text[at + 1 : close]
            ways.append((unescaped(cell), close + 1, 4 if self._delimiter in cell else 2))
        m = self.text_with_cr.match(text, at)
        assert m is not None  # it matches the empty text
        opened = m[0].startswith('"')
        price = 8 if legal and opened else 3 if opened else 2 if '"' in m[0] else 0
        return [*ways, *self._as_plain(text, at, price)]

    def _closed_loosely(self, text: str, at: int) -> int:
        """Where a quote before a delimiter or line end closes the cell that one opens here, or 0."""
        if not text.startswith('"', at):
            return 0
        close, _ = self._next_close.find(text, at + 1)
        return close if close < min(at + LOOKAHEAD, len(text)) else 0

    def closed_at_line_end(self, text: str, at: int) -> int:
        """Where the next quote stands that ends a line, or 0."""
        close, _ = self._next_close_of_line.find(text, at)
        return close if close < min(at + LOOKAHEAD, len(text)) else 0

    def anyhow(self, text: str, at: int) -> list[Way]:
        """The same, also over line breaks, unless a whole record would be swallowed."""
        ways = self.within_line(text, at)
        m = self.quoted.match(text, at, at + LOOKAHEAD)
        if m and breaks(m[1]) and not self.swallows(text, *m.span(1)):
            ways.append((m[1].replace('""', '"'), m.end(), 0))
        close = self._closed_loosely(text, at)
        if close > self._next_break.find(text, at)[0] and not self.swallows(text, at + 1, close):
            ways.append((unescaped(text[at + 1 : close]), close + 1, 6))
        return ways

    def fitting(self, text: str, at: int, ways: Ask, ends: re.Pattern[str]) -> tuple[list[str], int] | None:
        """One record in the likeliest way that gives it its width: cheapest first, within a number of tries.

        Returns:
            Its cells, and where the next record begins; None where no way fits.
        """
        waiting: list[tuple[int, int, int, int, _Chain]] = [(0, 0, 0, at, None)]
        known: dict[int, list[Way]] = {}
        made = 0
        for _ in range(_TRIES + 4 * self._width):
            if not waiting:
                return None
            cost, missing, _, place, chain = heappop(waiting)
            count = -missing
            if count == self._width:
                end = ends.match(text, place)
                if end:
                    return _unchained(chain), end.end()
                continue
            if count:
                if not text.startswith(self._delimiter, place):
                    continue
                place += 1
            plain, place = self.plain(text, place)
            count += len(plain)
            if count >= self._width:
                continue
            if place not in known:
                known[place] = ways(text, place)
            for cell, end_of_cell, price in known[place]:
                made += 1
                heappush(waiting, (cost + price, -count - 1, made, end_of_cell, (chain, [*plain, cell])))
        return None

    def swallows(self, text: str, begin: int, end: int) -> bool:
        """Whether one of the lines after the first of a cell would be a whole record of its own."""
        first, _ = self._next_break.find(text, begin)
        if self._width == 1 or first >= end:
            return False
        start, stop = self._next_whole_line.find(text, first)
        if stop <= end:
            return True
        if start >= end:  # no line is whole, save the last one perhaps, which ends with the cell
            first = max(first, *(text.rfind(sign, first, end - 1) for sign in "\r\n"))
        return self._whole_line.search(text, first, end) is not None


def breaks(cell: str) -> bool:
    """Whether a cell goes over a line break."""
    return "\n" in cell or "\r" in cell


def unescaped(cell: str) -> str:
    """The text of a loosely quoted cell: doubled quotes, and those behind a backslash, are single ones."""
    return cell.replace('""', '"').replace('\\"', '"')


def _unchained(chain: _Chain) -> list[str]:
    parts = []
    while chain:
        chain, cells = chain
        parts.append(cells)
    return [cell for cells in reversed(parts) for cell in cells]
