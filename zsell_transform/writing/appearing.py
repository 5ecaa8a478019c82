"""How the output folder appears: at once or not at all.

It is made beside its target under a hidden name and then takes the target's place. Where the system can
exchange two folders (Linux, macOS) that is one step; elsewhere it is two renames, in which no signal is
obeyed, and what a run that was killed between them left behind is put back by the next one (`recover`).
"""

from __future__ import annotations

import ctypes
import errno
import os
import re
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from zsell_transform.errors import TargetError
from zsell_transform.machine.moves import discard, held_file, move
from zsell_transform.machine.processes import own_name, sweep
from zsell_transform.writing.manifest import files_in

#: What an earlier folder is called between the two renames; a number more where such a one cannot be removed.
ASIDE: Final = ".old-by-zsell"


def hidden(target: Path) -> Path:
    """The place beside the target where the folder is made."""
    number = 0
    while True:
        place = target.with_name(own_name(number))
        try:
            place.mkdir()
        except FileExistsError:
            number += 1
        else:
            break
    if target.is_dir():  # who closed the earlier folder to others means this one, too
        with suppress(OSError):
            place.chmod(stat.S_IMODE(target.stat().st_mode) | stat.S_IRWXU)
    return place


def appear(made: Path, target: Path) -> Path | None:
    """The finished folder takes the place of its target; returns where the earlier folder lies now, if any.

    Raises:
        TargetError: it cannot; the earlier folder is where it was.
    """
    there = os.path.lexists(target)
    try:
        if not there:
            move(made, target)
            return None
        return made if _exchange(made, target) else _in_two_steps(made, target)
    except OSError as error:
        if there and not os.path.lexists(target):
            raise TargetError(_lost(error, target)) from error
        what = "replaced" if there else "written"
        raise TargetError(f"{target} cannot be {what}: {_why(error, target, there=there)}") from error


def _in_two_steps(made: Path, target: Path) -> Path | None:
    """For systems that cannot exchange folders: where the second step fails, the first is taken back.

    Afterwards the earlier folder lies where the new one was made, as after an exchange: what is removed only
    in part there is nobody's, while what is called `ASIDE` is whole, and may be put back.
    """
    old = _aside(target)
    try:
        move(target, old)
        move(made, target)
    except BaseException:
        if os.path.lexists(old) and not os.path.lexists(target):
            move(old, target)
        raise
    return _cast_off(old, made)


def _cast_off(old: Path, place: Path) -> Path | None:
    """Gives an earlier folder the name of what may be removed; None where a program holds it: later, then."""
    try:
        return move(old, place)
    except OSError:
        return None


def _why(error: OSError, target: Path, *, there: bool) -> str:
    """On Windows, no folder is renamed while a program has one of its files open."""
    said = error.strerror or str(error)
    if error.errno != errno.EACCES:  # what Windows says of an open file
        return said
    if not there:
        return (
            f"{said}; another program, such as a virus scanner or OneDrive, holds what was just written: run"
            " again, or choose another folder"
        )
    if held := held_file(target, files_in(target) if target.is_dir() else ()):
        return f"{held} is open in another program; close it, and run again"
    return f"{said}; close the programs that show its files or {target.parent}, and run again"


def _lost(error: OSError, target: Path) -> str:
    """Where neither step could be made again, it is said where the earlier folder is."""
    said = error.strerror or str(error)
    where = next(reversed(_asides(target).values()), target.parent)
    return (
        f"{target} cannot be replaced: {said}; the folder that was there is {where} now: close the programs"
        " that hold it, and run again, which puts it back"
    )


def clear(earlier: Path | None) -> None:
    """Removes what is not needed any more; whoever asks to stop meanwhile waits for it.

    The folder is written by then, or never will be: either way nothing may be left behind.
    """
    if earlier is None:
        return
    try:
        discard(earlier)
    except KeyboardInterrupt:
        with suppress(KeyboardInterrupt):
            discard(earlier)


def recover(target: Path) -> None:
    """Puts back, or clears away, what a run that was killed left beside the target.

    Raises:
        TargetError: an earlier folder cannot be put back.
    """
    asides = list(_asides(target).values())
    if asides and not os.path.lexists(target):
        last = asides.pop()
        try:
            move(last, target)
        except OSError as error:
            raise TargetError(_lost(error, target)) from error
    for old in asides:
        if gone := _cast_off(old, _unused(target)):
            discard(gone)
    sweep(target.parent, ".zsell-*")


def _unused(target: Path) -> Path:
    number = 0
    while os.path.lexists(place := target.with_name(own_name(number))):
        number += 1
    return place


def _asides(target: Path) -> dict[int, Path]:
    """The earlier folders that a run left beside the target, by their number, the last one last."""
    form = re.compile(re.escape(f".{target.name}{ASIDE}") + r"(?:-(\d+))?")
    found = {}
    with suppress(OSError):  # its parent is not there, or cannot be listed
        for place in target.parent.iterdir():
            if (named := form.fullmatch(place.name)) and place.is_dir() and not place.is_symlink():
                found[int(named[1] or 0)] = place
    return dict(sorted(found.items()))


def _aside(target: Path) -> Path:
    """A name behind all those that are there: the highest number is the folder that was there last."""
    name, numbers = f".{target.name}{ASIDE}", list(_asides(target))
    return target.with_name(f"{name}-{max(numbers) + 1}" if numbers else name)


def _exchange(one: Path, other: Path) -> bool:
    """Exchanges two folders in one step; False where system or file system cannot."""
    here, there = os.fsencode(one), os.fsencode(other)
    exchange = 2  # RENAME_EXCHANGE and RENAME_SWAP
    current = -100  # AT_FDCWD: paths count from the current folder
    try:
        system = ctypes.CDLL(None)
        if hasattr(system, "renameat2"):  # Linux
            return bool(system.renameat2(current, here, current, there, exchange) == 0)
        return bool(system.renamex_np(here, there, exchange) == 0)  # macOS
    except (AttributeError, OSError, TypeError):
        return False
