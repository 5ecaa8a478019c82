"""The few failures of structure. Whatever can be told record by record is an issue, not an error."""

from __future__ import annotations

import re
from typing import Final

#: Signs of control, and others at which a line ends.
_BREAKING: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def one_line(text: str) -> str:
    """Text on one line: signs that would break it, or command a terminal, are written out (`\\x1b`)."""
    return _BREAKING.sub(lambda found: repr(found[0])[1:-1], text)


class ZsellError(Exception):
    """Base of everything this library raises on purpose; its text is one line for a person.

    Names of files, columns and paths may hold anything: what would break the line is shown as Python writes
    it.
    """

    def __str__(self) -> str:
        return one_line(super().__str__())


class ExportError(ZsellError):
    """What was given as a Sell or Pipedrive export cannot be read as one."""


class MappingError(ZsellError):
    """The mapping has a wrong key or value; the text names its place and the nearest right one."""


class TargetError(ZsellError):
    """The output folder cannot be written without harming something that is not ours."""
