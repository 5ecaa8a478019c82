"""The part of a file's text that the careful reader holds, and what stands further on in it."""

from __future__ import annotations

import re
from typing import Final, TextIO

#: Text that is held at once, and how far the end of one record is looked for (a cell of 2 MB must fit).
_BLOCK: Final = 4 << 20
LOOKAHEAD: Final = 8 << 20


class Window:
    """The part of a stream that is held: enough beyond `at` for the longest record that is looked for."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._ended = stream, False
        self.text, self.at = "", 0

    def fill(self) -> bool:
        """Reads on as far as needed; False at the end. The last record gets its line end, if it has none."""
        while not self._ended and len(self.text) - self.at < LOOKAHEAD:
            block = self._stream.read(_BLOCK)
            if block.endswith("\r"):
                block += self._stream.read(1)  # never part a CR from its LF
            self.text, self.at, self._ended = self.text[self.at :] + block, 0, not block
            if self._ended and self.text and self.text[-1] not in "\r\n":
                self.text += "\n"
        return self.at < len(self.text)


class Ahead:
    """The first match of a pattern at or behind a place: what one search passed over is not searched again.

    Where each record opens a quote and none closes it, each would look through all that follows.
    """

    def __init__(self, pattern: str) -> None:
        self._pattern = re.compile(pattern)
        self._text: str | None = None
        self._from = self._start = self._end = 0

    def find(self, text: str, at: int) -> tuple[int, int]:
        """Where it begins and ends; both behind the text if it stands nowhere."""
        if self._text is not text or not self._from <= at <= self._start:
            found = self._pattern.search(text, at)
            self._text, self._from = text, at
            self._start, self._end = found.span() if found else (len(text) + 1, len(text) + 1)
        return self._start, self._end
