"""Renaming and removing what is ours, also where another program holds it for a moment.

On Windows a virus scanner, an indexer or OneDrive opens what was just written; nothing can be renamed or
removed meanwhile. So each is tried again for a second or two, as git and pip do.
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

#: Seconds between tries.
_PAUSES: Final = (0.05, 0.1, 0.2, 0.4, 0.8)
_SHORT_PAUSES: Final = (0.05, 0.2)


def move(what: Path, to: Path, pauses: Sequence[float] = _PAUSES) -> Path:
    """Renames a file or folder; where that is denied, it is tried again.

    Raises:
        OSError: it is denied each time, or fails otherwise.
    """
    for pause in pauses:
        try:
            return what.rename(to)
        except PermissionError:
            time.sleep(pause)
    return what.rename(to)


def discard(folder: Path, pauses: Sequence[float] = _SHORT_PAUSES) -> None:
    """Removes a folder of our own making, whatever is in it; what cannot be removed is left."""
    handler = "onexc" if sys.version_info >= (3, 12) else "onerror"
    named: dict[str, Any] = {handler: _once_more}
    for pause in (*pauses, None):
        shutil.rmtree(folder, **named)
        if pause is None or not os.path.lexists(folder):
            return
        time.sleep(pause)


def _once_more(how: Callable[..., Any], place: str, _: object) -> None:
    """On Windows, a file that may only be read cannot be removed either: its mark is taken away first."""
    if how not in (os.unlink, os.remove, os.rmdir) or Path(place).is_symlink():
        return
    with suppress(OSError):
        Path(place).chmod(stat.S_IRWXU)
        how(place)


def held_file(folder: Path, files: Sequence[str]) -> Path | None:
    """The first file that another program holds, so that its folder cannot be renamed on Windows."""
    for file in files:
        try:
            os.rename(folder / file, folder / file)  # noqa: PTH104 - it asks, and changes nothing
        except OSError:
            return folder / file
    return None
