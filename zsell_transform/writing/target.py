"""The output folder as a whole: may it be written, and how it appears, at once or not at all.

A folder is made beside its target under a hidden name and then takes the target's place. Where the system can
exchange two folders (Linux, macOS) that is one step; elsewhere it is two renames, and what a run that was
killed between them left behind is put back by the next one (`recover`).
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Final

from zsell_transform.errors import TargetError
from zsell_transform.writing.manifest import NAME, files_in, read_manifest, weigh

#: What file managers, notebooks and office programs leave in a folder that was only looked at.
LITTER: Final = re.compile(
    r"(?:^|/)(?:\.DS_Store|Thumbs\.db|desktop\.ini|\.~lock\.[^/]*#|~\$[^/]*|\.ipynb_checkpoints(?:/.*)?)$"
)
SHOWN: Final = 5

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
    keep_apart(target, sources)
    if Path.cwd().resolve().is_relative_to(target.resolve()):
        raise TargetError(f"{target} is the folder that you are in, or holds it; name another for the result")
    recover(target.resolve())
    if not os.path.lexists(target):
        return {}
    if not target.is_dir():
        raise TargetError(f"{target} is a file; the result is a folder")
    seen = look(target)
    # A folder with nothing but a notebook's copies is not ours: they may be all that is left of it.
    files = list(seen) or [file for file in files_in(target) if ".ipynb_checkpoints/" in file]
    if files:
        with _readable(target):
            _ours(target, files, overwrite, sign)
    return seen


def look(folder: Path) -> Sight:
    """What a folder holds, seen from outside: enough to notice a change, without reading the files again.

    Raises:
        TargetError: a part of it cannot be listed, and may be anybody's.
    """
    found = {}
    with _readable(folder):
        for file in files_in(folder):
            if not LITTER.search(file):
                stat = (folder / file).lstat()
                found[file] = (0, 0) if file[-1] == "/" else (stat.st_size, stat.st_mtime_ns)
    return found


@contextmanager
def _readable(target: Path) -> Iterator[None]:
    """What cannot be looked into is never replaced."""
    try:
        yield
    except OSError as error:
        raise TargetError(
            f"{target} cannot be replaced, since {error.filename or target} in it cannot be looked into"
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
            raise TargetError(f"{target} is also what is read; choose another folder for the result")
        if any(is_same(here, place) for place in there.parents):
            raise TargetError(f"{target} holds {source}, which is read; choose another folder for the result")
        if mutually and any(is_same(there, place) for place in here.parents):
            raise TargetError(f"{target} is inside {source}, which is read; choose another folder")


def is_same(one: Path, other: Path) -> bool:
    """Whether two names lead to one place: by letter case or a mount, the names may differ."""
    try:
        return one == other or one.samefile(other)
    except OSError:  # one of them is not there
        return False


def _ours(target: Path, files: list[str], overwrite: bool, sign: str | None) -> None:
    manifest = read_manifest(target)
    if manifest is None:
        raise TargetError(
            f"{target} has files that this library did not write ({_some(files)}); choose another folder"
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


# --- appearing --------------------------------------------------------------------------------------------


def hidden(target: Path) -> Path:
    """The place beside the target where the folder is made, with the number of this process in its name."""
    number = 0
    while True:
        place = target.with_name(f".{target.name}.part-{os.getpid()}-{number}")
        try:
            place.mkdir()
        except FileExistsError:
            number += 1
        else:
            return place


def appear(made: Path, target: Path) -> None:
    """The finished folder takes the place of its target, and the earlier folder is gone."""
    if not os.path.lexists(target):
        made.rename(target)
    elif _exchange(made, target):
        discard(made)
    else:
        old = _aside(target)
        target.rename(old)
        made.rename(target)
        discard(old)


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
    import glob

    return glob.escape(name)


def _abandoned(left: Path) -> bool:
    """Whether the process that made this folder is gone; where that cannot be asked, a day must pass."""
    number = left.name.rsplit(".part-", 1)[1].split("-")[0]
    if not number.isdecimal() or not left.is_dir():
        return False
    if os.name != "posix":  # elsewhere signal 0 would end the process instead of asking for it
        return time.time() - left.stat().st_mtime > 86_400
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False


def _exchange(one: Path, other: Path) -> bool:
    """Exchanges two folders in one step; False where system or file system cannot."""
    import ctypes

    here, there, exchange = (
        os.fsencode(one),
        os.fsencode(other),
        2,
    )  # RENAME_EXCHANGE, RENAME_SWAP: both are 2
    current = -100  # AT_FDCWD: paths count from the current folder
    try:
        system = ctypes.CDLL(None)
        if hasattr(system, "renameat2"):  # Linux
            return bool(system.renameat2(current, here, current, there, exchange) == 0)
        return bool(system.renamex_np(here, there, exchange) == 0)  # macOS
    except (AttributeError, OSError, TypeError):
        return False
