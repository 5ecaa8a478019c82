"""Paths as people write them: `~` is their home, and no path at all is not the folder they are in; and what
lies below one.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from zsell_transform.errors import ZsellError
from zsell_transform.machine.given import is_path, kind_of
from zsell_transform.machine.system import longest_path

#: So much of a name that is too long is shown.
_LONG: Final = 80


def path_of(given: str | os.PathLike[str], what: str = "", error: type[ZsellError] = ZsellError) -> Path:
    """A path that a user gave; only a shell knows `~` by itself, and not between quotes.

    Args:
        what: what the path is for; where it is said, a blank path is refused.
        error: how it is refused.

    Raises:
        ZsellError: `error`, where the path is blank.
    """
    if not is_path(given):
        raise error(f"{what or 'a path'} must be text or a Path, not {kind_of(given)}")
    if what and not os.fspath(given).strip():
        raise error(f"{what} is blank: give a path")
    try:
        path = Path(given).expanduser()
    except RuntimeError:  # nobody of that name has a home here: then it is a name like any other
        path = Path(given)
    if reason := _impossible(path):
        raise error(f"{as_text(path)[:_LONG]}: {reason}")
    return path


def _impossible(path: Path) -> str:
    """Why there can be nothing at a path, on any day; blank where there can."""
    try:
        if not path.is_absolute():
            Path.cwd()
    except OSError:
        return "the folder that you are in is gone; change to another one"
    if reason := beyond(path):
        return reason
    try:
        path.stat()
    except ValueError:
        return "a path cannot hold a NUL character"
    except OSError as error:
        if error.errno in (errno.ENAMETOOLONG, errno.ELOOP):
            return "the name is too long" if error.errno == errno.ENAMETOOLONG else "the link leads to itself"
    return ""


def beyond(path: Path, inside: int = 0) -> str:
    """Why a path is longer than Windows takes one; blank where it is not.

    Args:
        path: of a file or folder.
        inside: the most characters that are to stand behind it.
    """
    if (most := longest_path()) is None:
        return ""
    whole = str(path.absolute())
    length = len(whole) + inside
    if length <= most or whole.startswith("\\\\?\\"):  # by which Windows takes any length
        return ""
    what = "the longest path in it" if inside else "its path"
    return (
        f"{what} is too long for Windows ({length} characters, where {most} are taken): use a folder whose"
        f" path is shorter by {length - most} or more, or switch on long paths in Windows"
    )


def as_text(path: str | Path) -> str:
    """A path as text for people and files: bytes of a name that are no UTF-8 as `\\xe9`."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def is_utf8(path: Path) -> bool:
    """Whether a path is text; polars takes no other."""
    return as_text(path) == str(path)


def expect_utf8(path: Path, error: type[ZsellError]) -> None:
    """Refuses a path that is no text, where polars has to find it."""
    if not is_utf8(path):
        raise error(f"{as_text(path)}: the path has bytes that are no text (UTF-8); rename it")


def walked(folder: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """As `os.walk`, which passes over what it cannot list.

    Raises:
        OSError: a folder cannot be listed.
    """

    def refused(error: OSError) -> None:
        raise error

    return os.walk(folder, onerror=refused)


def slashed(name: str) -> str:
    """The name of a file below a folder, as it is written on every system."""
    return name.replace("\\", "/")


def as_given(name: str | None) -> str | None:
    """A path as it was given, if it counts from where the user is; of one from the root the name alone."""
    if not name:
        return None
    path = Path(as_text(name))
    return path.name if path.is_absolute() else path.as_posix()
