"""The output folder as a whole: may it be written, told before anything is read."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Final

from zsell_transform.errors import TargetError
from zsell_transform.machine.disk import reason
from zsell_transform.machine.litter import is_litter
from zsell_transform.machine.moves import held_file
from zsell_transform.machine.paths import beyond, expect_utf8
from zsell_transform.machine.processes import own_name
from zsell_transform.machine.system import WINDOWS
from zsell_transform.writing.appearing import recover
from zsell_transform.writing.manifest import NAME, files_in, read_manifest, weigh

SHOWN: Final = 5
#: Bytes of a name that leave room for what the folder is called while it is made (systems take 255).
_LONGEST: Final = 200

#: The longest names within a lap and a proof.
_IN_LAP: Final = "/updates/1-organizations-001.csv"
_IN_PROOF: Final = "/repair/values/1-organizations-001.csv"

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
    _expect_name(target, _IN_PROOF if sign else _IN_LAP)
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
        # What is open there would be told when all is done, as the folder cannot be renamed then.
        if WINDOWS and (held := held_file(target, list(seen))):
            raise TargetError(f"{held} is open in another program; close it, and run again")
    return seen


def _expect_name(target: Path, inside: str) -> None:
    """A folder is made beside the target, under its name and some more."""
    real = target.resolve()
    expect_utf8(real, TargetError)
    if real.parent == real:
        raise TargetError(f"{target} is a whole disk; name a folder on it for the result")
    if len(os.fsencode(real.name)) > _LONGEST:
        raise TargetError(f"{target.name[:40]}…: the name is too long for a folder of results")
    made = max(target.absolute(), real.with_name(own_name()), key=lambda place: len(str(place)))
    if said := beyond(made, len(inside)):
        raise TargetError(f"{target} cannot be written: {said}")


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
            f" ({reason(error)}); choose another folder"
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
            " (`--overwrite`)"
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
