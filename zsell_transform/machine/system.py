"""Where Windows differs from other systems. Who asks takes the answer as an argument: tests give either."""

from __future__ import annotations

import ctypes
import os
import re
import shlex
from functools import cache
from typing import Any, Final

WINDOWS: Final = os.name == "nt"
#: Characters of a path on Windows, unless long ones are switched on; those of a folder leave room for a file.
_SHORT: Final = 259
#: What neither cmd.exe nor PowerShell takes for more than it is, in any place of a word.
_PLAIN: Final = re.compile(r"[\w\\/:.+-][\w\\/:.+~-]*")


@cache
def longest_path(*, windows: bool = WINDOWS, system: Any = None) -> int | None:
    """How many characters a path may have as a whole; None where only its names are limited.

    Args:
        windows: whether this is Windows.
        system: its library; None is the real one.
    """
    if not windows:
        return None
    try:
        told = (system or ctypes.WinDLL("ntdll")).RtlAreLongPathsEnabled  # type: ignore[attr-defined,unused-ignore]
        told.restype = ctypes.c_ubyte
        return None if told() else _SHORT
    except (AttributeError, OSError):  # a Windows before long paths
        return _SHORT


def shell(value: str, *, windows: bool = WINDOWS) -> str:
    """A value as one word of a command that a person copies into a terminal.

    cmd.exe knows no single quotes; double ones it shares with PowerShell, and a backslash needs none.
    """
    if not windows:
        return shlex.quote(value)
    if _PLAIN.fullmatch(value):
        return value
    # A backslash before the closing quote would make it a part of the word.
    ends = len(value) - len(value.rstrip("\\"))
    return f'"{value}{chr(92) * ends}"'
