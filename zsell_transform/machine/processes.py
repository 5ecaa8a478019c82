"""Which process a folder is of, by its name: what a run that was killed left can be told from one at work."""

from __future__ import annotations

import ctypes
import os
import re
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

from zsell_transform.machine.moves import discard
from zsell_transform.machine.system import WINDOWS

#: `.zsell-1a2b-k3f`: short, as the whole path counts on Windows. A third part tells several of one process.
_NAME: Final = re.compile(r"\.?zsell-([0-9a-z]{4})-([0-9a-z]{1,8})(?:-\w+)?")
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
#: Seconds after which nobody works on a folder any more, where its process cannot be asked for.
_DAY: Final = 86_400


def own_name(number: int = 0) -> str:
    """A name by which a folder is known as this process's own."""
    return f".zsell-{table()}-{_short(os.getpid())}{f'-{number}' if number else ''}"


def own_prefix() -> str:
    """How the names of this process's folders of temporary files begin."""
    return f"{own_name()[1:]}-"


def sweep(folder: Path, names: str, after: float | None = _DAY) -> None:
    """Removes what processes that were killed left in a folder under such names."""
    if folder.is_dir():
        for left in folder.glob(names):
            with suppress(OSError):  # another run may sweep as well
                if is_abandoned(left, after=after):
                    discard(left, pauses=())


def is_abandoned(
    folder: Path, is_alive: Callable[[int], bool | None] | None = None, *, after: float | None = _DAY
) -> bool:
    """Whether a folder has such a name, and its process is gone.

    Args:
        folder: may have any name.
        is_alive: whether a process of a number runs; None is what the system says.
        after: seconds without a change that stand for an answer where the system has none; None: none do.
    """
    named = _NAME.fullmatch(folder.name)
    if not named or not folder.is_dir() or folder.is_symlink():
        return False
    alive = (is_alive or is_running)(int(named[2], 36)) if named[1] == table() else None
    if alive is None:
        return after is not None and time.time() - folder.stat().st_mtime > after
    return not alive


def is_running(number: int, *, windows: bool = WINDOWS, system: Any = None) -> bool | None:
    """Whether a process of this number runs; None where the system does not say.

    Args:
        number: of the process.
        windows: whether this is Windows.
        system: its library; None is the real one.
    """
    try:
        return _on_windows(number, system) if windows else _on_posix(number)
    except (AttributeError, OSError, OverflowError):
        return None


def _on_posix(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _on_windows(number: int, system: Any) -> bool | None:
    """Signal 0 would end the process there instead of asking for it."""
    ask_little, gone, denied, at_work = 0x1000, 87, 5, 259
    library = system or ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined,unused-ignore]
    library.OpenProcess.restype = ctypes.c_void_p
    handle = library.OpenProcess(ask_little, False, number)
    if not handle:
        said = ctypes.get_last_error() if system is None else library.GetLastError()  # type: ignore[attr-defined,unused-ignore]
        return {gone: False, denied: True}.get(said)
    try:
        code = ctypes.c_ulong()
        known = library.GetExitCodeProcess(ctypes.c_void_p(handle), ctypes.byref(code))
        return code.value == at_work if known else None
    finally:
        library.CloseHandle(ctypes.c_void_p(handle))


@cache
def table() -> str:
    """Which table of processes ours is in: that of a machine since it was started, or of a container."""
    import hashlib
    import platform

    said = [platform.node()]
    with suppress(OSError):  # Linux
        said.append(Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii"))
        said.append(str(Path("/proc/self/ns/pid").readlink()))
    return hashlib.sha256("\n".join(said).encode(errors="replace")).hexdigest()[:4]


def _short(number: int) -> str:
    """A number in as few letters as can be."""
    text = ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        text = _DIGITS[digit] + text
    return text or "0"
