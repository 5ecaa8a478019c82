"""The output folder as a whole: may it be written, and how it appears, at once or not at all.

A folder is made beside its target under a hidden name and then takes the target's place. Where the system can
exchange two folders (Linux, macOS) that is one step; elsewhere it is two renames, and what a run that was
killed between them left behind is put back by the next one (`recover`).
"""

from __future__ import annotations

import ctypes
import errno
import glob
import os
import re
import shutil
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Final

from zsell_transform.errors import TargetError
from zsell_transform.machine.litter import is_litter
from zsell_transform.machine.paths import expect_utf8
from zsell_transform.writing.manifest import NAME, files_in, read_manifest, weigh

SHOWN: Final = 5
#: Bytes of a name that leave room for what the folder is called while it is made (systems take 255).
_LONGEST: Final = 200
#: Seconds after which nobody works on a folder any more, where its process cannot be asked for.
_DAY: Final = 86_400

#: A folder as it was seen: file → size and time of its last change.
Sight = dict[str, tuple[int, int]]


def check_target(
    target: Path, sources: Iterable[Path] = (), *, overwrite: bool = False, sign: str | None = None
) -> Sight:
    """Whether the folder may be written, before anything is read; returns what is there now.

    Args:
        target: the folder; it need not exist, nor need its parents.
        sources: whatever the run reads: exports, mapping, an earlier run.
        overwrite: replace a folder of ours also where its files were changed or others were added.
        sign: the file by which folders of this kind are known: one of ours without it is never replaced.

    Raises:
        TargetError: naming what would be harmed.
    """
    _expect_name(target)
    keep_apart(target, sources)
    if _here().is_relative_to(target.resolve()):
        raise TargetError(f"{target} is the current folder, or contains it; name another one for the result")
    recover(target.resolve())
    _refuse_what_cannot_be_replaced(target)
    if not os.path.lexists(target):
        return {}
    if not target.is_dir():
        what = "a link to a place that is not there" if not target.exists() else "a file"
        raise TargetError(f"{target} is {what}, but the result is a folder")
    seen = look(target)
    # A folder with nothing but a notebook's copies is not ours: they may be all that is left of it.
    files = list(seen) or [file for file in files_in(target) if ".ipynb_checkpoints/" in file]
    if files:
        with _readable(target):
            _ours(target, files, overwrite, sign)
    return seen


def _expect_name(target: Path) -> None:
    """A folder is made beside the target, under its name and some more."""
    real = target.resolve()
    expect_utf8(real, TargetError)
    if real.parent == real:
        raise TargetError(f"{target} is a whole disk; name a folder on it for the result")
    if len(os.fsencode(real.name)) > _LONGEST:
        raise TargetError(f"{target.name[:40]}…: the name is too long for a folder of results")


def _here() -> Path:
    """The folder that one is in; the root where it is gone."""
    try:
        return Path.cwd().resolve()
    except OSError:
        return Path("/")


def look(folder: Path) -> Sight:
    """What a folder holds, seen from outside: enough to notice a change, without reading the files again.

    Raises:
        TargetError: a part of it cannot be listed, and may be anybody's.
    """
    found = {}
    with _readable(folder):
        for file in files_in(folder):
            if not is_litter(file.split("/")):
                state = (folder / file).lstat()
                found[file] = (0, 0) if file[-1] == "/" else (state.st_size, state.st_mtime_ns)
    return found


@contextmanager
def _readable(target: Path) -> Iterator[None]:
    """What cannot be looked into is never replaced."""
    try:
        yield
    except OSError as error:
        raise TargetError(
            f"{target} cannot be replaced, since {error.filename or target} cannot be looked into"
            f" ({error.strerror or error}); choose another folder"
        ) from error


def keep_apart(target: Path, sources: Iterable[Path], *, mutually: bool = False) -> None:
    """A target may lie inside a source (it is not read), but must neither be nor hold one.

    Args:
        mutually: the target must not lie inside a source, either.

    Raises:
        TargetError: naming what would be harmed.
    """
    here = target.resolve()
    for source in sources:
        there = source.resolve()
        if is_same(here, there):
            raise TargetError(f"{target} is also an input; choose another folder for the result")
        if any(is_same(here, place) for place in there.parents):
            raise TargetError(f"{target} contains the input {source}; choose another folder for the result")
        if mutually and any(is_same(there, place) for place in here.parents):
            raise TargetError(f"{target} is inside the input {source}; choose another folder")


def is_same(one: Path, other: Path) -> bool:
    """Whether two names lead to one place: by letter case or a mount, the names may differ."""
    try:
        return one == other or one.samefile(other)
    except OSError:  # one of them is not there
        return False


def _ours(target: Path, files: list[str], overwrite: bool, sign: str | None) -> None:
    manifest = read_manifest(target)
    if manifest is None:
        why = f", and a {NAME} that is damaged or another program's" if NAME in files else ""
        raise TargetError(
            f"{target} has files that this library did not write ({_some(files)}){why}; choose another folder"
        )
    known = {one.file: (one.bytes, one.sha256) for one in manifest["outputs"]}
    if sign and sign not in known:
        raise TargetError(f"{target} is a folder of another kind (it has no {sign}); choose another folder")
    if overwrite:
        return
    ours = {f"{place}/" for file in known for place in map(str, PurePosixPath(file).parents)}
    added = [file for file in files if file != NAME and file not in known and file not in ours]
    kept = [file for file in files if file in known and not (target / file).is_symlink()]
    now = {one.file: (one.bytes, one.sha256) for one in weigh(target, kept)}
    changed = [file for file in files if file in known and now.get(file) != known[file]]
    if changed or added:
        told = " and ".join(
            f"{what} ({_some(names)})"
            for what, names in (("changed files", changed), ("added files", added))
            if names
        )
        raise TargetError(
            f"{target} has {told} since it was written; choose another folder, or use `overwrite`"
        )


def _some(files: list[str]) -> str:
    more = f" and {len(files) - SHOWN} more" if len(files) > SHOWN else ""
    return ", ".join(files[:SHOWN]) + more


def _refuse_what_cannot_be_replaced(target: Path) -> None:
    """A folder appears by taking the target's place in its parent: whoever may not do that is told at once.

    It is not written in place instead: who looks into it, or a run that is killed, would find half of it.
    """
    real = target.resolve()
    there, parent = os.path.lexists(real), real.parent
    inside = f"; name a folder in it, such as {target / 'lap_1'}" if real.is_dir() else ""
    if there and _is_mount(real):
        raise TargetError(
            f"{target} is a mount point (a disk, or a volume of a container), which cannot be replaced as a"
            f" whole{inside}"
        )
    while not os.path.lexists(parent) and parent != parent.parent:
        parent = parent.parent
    if not parent.is_dir():
        raise TargetError(f"{target} cannot be written: {parent} is a file")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise TargetError(
            f"{target} cannot be written: the result takes its place in {parent}, where you may not write"
            f"{inside}"
        )
    if there and _is_another_s(real):
        raise TargetError(
            f"{target} cannot be replaced: it is another user's, and in {parent} each may replace their own"
            f" folders only; choose another folder{inside.replace('; name', ', or')}"
        )


def _is_mount(folder: Path) -> bool:
    """Whether something is mounted here, also a folder of the same disk, as containers have them."""
    if os.path.ismount(folder):
        return True
    try:
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:  # no Linux
        return False
    places = (line.split(" ")[4] for line in mounts.splitlines())
    plain = (re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), place) for place in places)
    return str(folder) in plain


def _is_another_s(folder: Path) -> bool:
    """Whether this is another user's folder in one where only owners may rename (`/tmp`, shared folders)."""
    if os.name != "posix":
        return False
    above, user = folder.parent.stat(), os.geteuid()
    return bool(above.st_mode & stat.S_ISVTX) and user not in (0, above.st_uid, folder.lstat().st_uid)


# --- appearing --------------------------------------------------------------------------------------------


def hidden(target: Path) -> Path:
    """The place beside the target where the folder is made, with the number of this process in its name."""
    number = 0
    while True:
        place = target.with_name(f".{target.name}.part-{_table()}-{os.getpid()}-{number}")
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
    try:
        if not os.path.lexists(target):
            made.rename(target)
            return None
        return made if _exchange(made, target) else _in_two_steps(made, target)
    except OSError as error:
        raise TargetError(f"{target} cannot be replaced: {_why(error, target)}") from error


def _in_two_steps(made: Path, target: Path) -> Path:
    """For systems that cannot exchange folders: where the second step fails, the first is taken back."""
    old = _aside(target)
    target.rename(old)
    try:
        made.rename(target)
    except BaseException:
        old.rename(target)
        raise
    return old


def _why(error: OSError, target: Path) -> str:
    """On Windows, no folder is renamed while a program has one of its files open."""
    said = error.strerror or str(error)
    if error.errno != errno.EACCES:  # what Windows says of an open file
        return said
    for file in files_in(target) if target.is_dir() else ():
        try:
            os.rename(target / file, target / file)  # noqa: PTH104 - it asks, and changes nothing
        except OSError:
            return f"{target / file} is open in another program; close it, and run again"
    return f"{said}; close the programs that show its files or {target.parent}, and run again"


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
    """Puts back, or clears away, what a run that was killed left beside the target."""
    old = _aside(target)
    if old.is_dir():
        if os.path.lexists(target):
            discard(old)
        else:
            old.rename(target)
    if target.parent.is_dir():
        for left in target.parent.glob(f".{_literal(target.name)}.part-*"):
            if _abandoned(left):
                discard(left)


def discard(folder: Path) -> None:
    """Removes a folder of our own making, whatever is in it; what cannot be removed is left."""
    shutil.rmtree(folder, ignore_errors=True)


def _aside(target: Path) -> Path:
    return target.with_name(f".{target.name}.old-by-zsell")


def _literal(name: str) -> str:
    return glob.escape(name)


def _abandoned(left: Path) -> bool:
    """Whether the process that made this folder is gone; where that cannot be asked, a day must pass."""
    table, _, number = left.name.rsplit(".part-", 1)[1].rpartition("-")[0].rpartition("-")
    if not number.isdecimal() or not left.is_dir():
        return False
    # Elsewhere signal 0 would end the process instead of asking for it.
    if os.name != "posix" or table != _table():
        return time.time() - left.stat().st_mtime > _DAY
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False


@cache
def _table() -> str:
    """Which table of processes ours is in: that of a machine since it was started, or of a container."""
    import hashlib
    import platform

    said = [platform.node()]
    with suppress(OSError):  # Linux
        said.append(Path("/proc/sys/kernel/random/boot_id").read_text())
        said.append(str(Path("/proc/self/ns/pid").readlink()))
    return hashlib.sha256("\n".join(said).encode(errors="replace")).hexdigest()[:8]


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
