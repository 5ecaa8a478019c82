"""The few failures of structure. Whatever can be told record by record is an issue, not an error."""

from __future__ import annotations


class ZsellError(Exception):
    """Base of everything this library raises on purpose; its text is one line for a person."""


class ExportError(ZsellError):
    """What was given as a Sell or Pipedrive export cannot be read as one."""


class MappingError(ZsellError):
    """The mapping has a wrong key or value; the text names its place and the nearest right one."""


class TargetError(ZsellError):
    """The output folder cannot be written without harming something that is not ours."""
