"""The part of a file's text that the careful reader holds."""

from __future__ import annotations

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
