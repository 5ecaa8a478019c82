"""What a system says of files that cannot be read or written, itself or through polars, in one line."""

from __future__ import annotations

import errno
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from zsell_transform.errors import ExportError
from zsell_transform.machine.paths import as_text
from zsell_transform.machine.system import WINDOWS

#: No space, no space of one's own, a file that is larger than one may be.
_FULL: Final = {
    number: os.strerror(number)
    for name in ("ENOSPC", "EDQUOT", "EFBIG")
    if (number := getattr(errno, name, None)) is not None
} | ({112: "There is not enough space on the disk"} if WINDOWS else {})
_SAID: Final = re.compile(r"\(os error (\d+)\)")
#: What polars says where the last bytes of a parquet file could not be written.
_CUT: Final = "Invalid thrift: transport error"


def full(error: BaseException | None) -> str:
    """What the system says where a disk is full, else nothing; polars has a text of its own for it."""
    if isinstance(error, OSError) and error.errno in _FULL:
        return error.strerror or _FULL[error.errno]
    text = str(error) if isinstance(error, Exception) else ""
    if _CUT in text:
        return "the disk seems to be full"
    said = _SAID.search(text)
    return _FULL.get(int(said[1]), "") if said else ""


def reason(error: OSError, *, windows: bool = WINDOWS) -> str:
    """What the system says, without its number and place.

    On Windows, a program that has a file open may deny it to all others, as Excel does.
    """
    said = error.strerror or str(error).partition(" (os error")[0]
    if windows and isinstance(error, PermissionError):
        return f"{said}; it may be open in another program, such as Excel: close it there"
    return said


@contextmanager
def readable(what: Path) -> Iterator[None]:
    """Where files of the user are read: what may not be read is told by its name.

    Raises:
        ExportError: the system says no.
    """
    try:
        yield
    except OSError as error:
        if full(error) or not (error.filename or _SAID.search(str(error))):
            raise  # it is no file's fault
        raise ExportError(f"{as_text(error.filename or what)} cannot be read: {reason(error)}") from error


@contextmanager
def temporary_files() -> Iterator[None]:
    """Where a reader keeps temporary files: a full disk is told with their place, which is not the target's.

    Raises:
        ExportError: it is full.
    """
    try:
        yield
    except Exception as error:
        if said := full(error):
            place = tempfile.gettempdir()
            raise ExportError(
                f"{place} cannot hold the temporary files ({said}); free some space, or name another folder"
                " in the environment variable TMPDIR"
            ) from error
        raise
