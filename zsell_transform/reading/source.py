"""What was given → the files to read: a folder, a zip, one file or a list of paths, in natural order.

Nothing is decided here by the names of files, save what is surely no table (pictures, macOS litter, hidden
files).
"""

from __future__ import annotations

import re
import stat
import zlib
from collections.abc import Collection, Iterable, Iterator
from collections.abc import Mapping as MappingOf
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

import attrs

from zsell_transform.errors import ExportError
from zsell_transform.machine.disk import full, readable
from zsell_transform.machine.given import FROM_PANDAS, is_frame, is_path, kind_of, library_of
from zsell_transform.machine.litter import is_hidden
from zsell_transform.machine.paths import as_text, beyond, path_of, walked

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

#: What surely is a table. Other files are looked into: they are read where their header is one of Sell's.
TABLE_SUFFIXES: Final = frozenset({".csv", ".tsv", ".tab"})
#: What may hold lists that are not read → what it is.
NO_CSV: Final = {
    ".xlsx": "an Excel workbook", ".xlsm": "an Excel workbook", ".xls": "an Excel workbook",
    ".ods": "an OpenDocument spreadsheet", ".numbers": "a Numbers document", ".zip": "a zip archive",
    ".gz": "packed", ".tgz": "packed", ".bz2": "packed", ".xz": "packed", ".zst": "packed", ".z": "packed",
    ".7z": "packed", ".rar": "packed", ".tar": "packed",
}  # fmt: skip
#: A zip, or a member of one, above both is a bomb: CSV text seldom shrinks more than thirtyfold.
_ABSURD_RATIO: Final = 500
_ABSURD_BYTES: Final = 20_000_000
_ENCRYPTED: Final = 0x1
_BLOCK: Final = 1 << 20


@attrs.frozen
class Found:
    """One file of the source: its name for people, where its bytes are, its state when it was seen."""

    file: str
    path: Path
    size: int
    changed: int

    @classmethod
    def at(cls, path: Path, file: str) -> Found:
        state = path.stat()
        return cls(as_text(file), path.absolute(), state.st_size, state.st_mtime_ns)

    @property
    def is_instead(self) -> str:
        """What the file is where it may hold lists and is no CSV; else blank."""
        return NO_CSV.get(self.path.suffix.lower(), "")

    @property
    def is_archive(self) -> bool:
        return self.path.suffix.lower() == ".zip"

    @property
    def is_packed(self) -> bool:
        """Whether it has to be unpacked: an archive of any kind."""
        return self.is_archive or self.is_instead == "packed"

    @property
    def is_packed_table(self) -> bool:
        """Whether it is one table that was packed (`deals.0.csv.gz`)."""
        return self.is_packed and Path(self.path.stem).suffix.lower() in TABLE_SUFFIXES

    @property
    def is_table(self) -> bool:
        return self.path.suffix.lower() in TABLE_SUFFIXES

    @property
    def copied(self) -> str:
        """The name of the file of which this one is a copy by its own (`deals.csv.bak`, `deals.csv~`)."""
        return self.file.removesuffix("~" if self.file.endswith("~") else self.path.suffix)

    @property
    def copies(self) -> tuple[str, ...]:
        """The names of files of which this one is a copy by its own, or another form (`deals.xlsx`)."""
        forms = sorted(TABLE_SUFFIXES) if self.is_instead else ()
        return (self.copied, *(self.copied + suffix for suffix in forms))

    def is_unchanged(self) -> bool:
        """Whether size and time are still those of the first look."""
        try:
            state = self.path.stat()
        except OSError:
            return False
        return (state.st_size, state.st_mtime_ns) == (self.size, self.changed)


def natural(name: str) -> tuple[list[tuple[int, int, str]], str]:
    """Sort key by which `contacts.2.csv` comes before `contacts.10.csv`, whatever the case.

    No two names are alike to it: else the order in which a folder lists them would decide.
    """
    parts = re.split(r"(\d+)", name.casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts], name


def unchanged(found: Iterable[Found]) -> None:
    """Looks at the files once more: what was read of them belongs together.

    Raises:
        ExportError: one is not as it was at the first look.
    """
    for one in found:
        if not one.is_unchanged():
            raise ExportError(f"{one.file} has changed while it was read; run it again")


def files_of(source: object, temporary: Path) -> list[Found]:
    """The files of a folder, zip, path or list of paths, in natural order; a zip is unpacked to `temporary`.

    A folder is read without its subfolders, unless it holds no table itself: so an output folder or
    Pipedrive's own exports beside a Sell export do not mix with it.

    Raises:
        ExportError: nothing is there, the source is of another kind, or an archive is not safe to open.
    """
    if is_path(source):
        return _files_at(path_of(source, "the path of the Sell export", ExportError), temporary)
    if not _is_several(source):
        advice = _instead(source) or "give a folder, a zip or CSV files"
        raise ExportError(f"cannot read an export from {kind_of(source)}: {advice}")
    paths = list(_paths(source, "source"))
    if not paths:
        raise ExportError("the list of files is empty: give the CSV files of a Sell export")
    found = [one for n, path in enumerate(paths) for one in _files_at(path, temporary / str(n))]
    return sorted(_named_apart(found), key=lambda one: natural(one.file))


def _is_several(given: object) -> bool:
    """Whether it may be a list of paths: frames and dicts are gone through by their names, files by lines."""
    return (
        isinstance(given, Iterable)
        and not isinstance(given, str | bytes | bytearray | MappingOf)
        and not is_frame(given)
        and not _is_open(given)
    )


def _is_open(given: object) -> bool:
    """Whether it is an open file, or what is read like one."""
    return callable(getattr(given, "read", None))


def _paths(given: Any, place: str) -> Iterator[Path]:
    """The paths of a list, and of the lists in it; nothing in it is passed over.

    Raises:
        ExportError: something in it is no path; it names the place, as Python writes it.
    """
    for n, one in enumerate(sorted(given, key=str) if isinstance(given, set | frozenset) else given):
        where = f"{place}[{n}]"
        if is_path(one):
            yield path_of(one, f"{where}, a path of the Sell export,", ExportError)
        elif _is_several(one):
            yield from _paths(one, where)
        else:
            advice = _instead(one) or "leave it out, or give its path as text or a Path"
            raise ExportError(
                f"{where} is {kind_of(one)}: a list takes paths of files, folders and zips; {advice}"
            )


def _instead(given: object) -> str:
    """What to give instead of a value that is known; blank for any other."""
    if is_frame(given):
        frame = FROM_PANDAS if library_of(given) == "pandas" else "frame"
        return (
            f'give a dict of Sell entity → polars frame, such as `{{"deals": {frame}}}`;'
            f' beside files `{{**zt.read_export(paths).tables, "deals": {frame}}}`'
        )
    if _is_open(given):
        return "give the path of the file, as text or a Path"
    name = type(given).__name__
    return {
        "Export": "give the export alone, or its tables with others as a dict, `{**export.tables, …}`",
        "dict": "give the dict alone",
        "Migration": "give the Sell export that it was made of",
    }.get(name, "")


def _files_at(path: Path, temporary: Path) -> list[Found]:
    with readable(path):
        if not path.exists():
            raise ExportError(f"{path} does not exist: give the folder or zip of a Sell export")
        if path.is_dir():
            return _files_in(path, temporary)
        if path.suffix.lower() == ".zip" and path.is_file():
            return _unpacked(path, temporary)
        expect_file(path)
        return [Found.at(path, path.name)]


def expect_file(path: Path) -> None:
    """Refuses what cannot be read as often as needed, or not at all.

    Raises:
        ExportError: it is a pipe or device, or a link to nothing, or too deep for Windows.
    """
    if said := beyond(path):
        raise ExportError(f"{as_text(path)}: {said}")
    if not path.exists():
        raise ExportError(f"{as_text(path)} is a link to a file that is not there")
    if not path.is_file():
        raise ExportError(f"{as_text(path)} is no ordinary file (a pipe or device); save it as a file first")


def below(folder: Path, suffixes: Collection[str], *, deep: bool = True) -> list[Path]:
    """The files of a folder and of those in it, without litter and what is hidden.

    Args:
        suffixes: of the files that surely are lists: none of them is passed over.
        deep: look into its folders, too.

    Raises:
        ExportError: one of these is no file that can be read.
        OSError: a folder cannot be listed.
    """
    found = []
    for where, folders, names in walked(folder):
        for path in (Path(where, name) for name in names if not is_hidden([name])):
            if path.suffix.lower() in suffixes or beyond(path):  # else it would be passed over
                expect_file(path)
            if path.is_file():
                found.append(path)
        odd = [name for name in folders if Path(name).suffix.lower() in suffixes]
        if not deep and odd and any(path.suffix.lower() in suffixes for path in found):
            raise ExportError(f"{as_text(Path(where, odd[0]))} is a folder, and no file; rename it")
        folders[:] = [name for name in folders if deep and not is_hidden([name])]
    return found


def _files_in(folder: Path, temporary: Path) -> list[Found]:
    """The files of a folder; those of its subfolders only where it holds no table itself.

    A folder in which nothing but one zip may hold lists is that zip.
    """
    here = [Found.at(path, path.name) for path in below(folder, TABLE_SUFFIXES, deep=False)]
    lists = [one for one in here if one.is_table or one.is_instead]
    if len(lists) == 1 and lists[0].is_archive:
        return _unpacked(lists[0].path, temporary)
    if not any(one.is_table for one in here):
        here = [Found.at(path, path.relative_to(folder).as_posix()) for path in below(folder, TABLE_SUFFIXES)]
    if not here:
        raise ExportError(f"{folder} is empty: give the folder with the CSV files of a Sell export")
    return sorted(here, key=lambda one: natural(one.file))


def _named_apart(found: list[Found]) -> list[Found]:
    """Files of one name from different folders, told apart by their folder."""
    names = [one.file for one in found]
    return [
        attrs.evolve(one, file=f"{one.path.parent.name}/{one.file}") if names.count(one.file) > 1 else one
        for one in found
    ]


def _unpacked(path: Path, temporary: Path) -> list[Found]:
    if found := unpacked(path, temporary):
        return found
    raise ExportError(f"{path.name} holds no file: give the zip of a Sell export")


def unpacked(path: Path, temporary: Path, suffixes: frozenset[str] | None = None) -> list[Found]:
    """A zip's files, unpacked under names of our own; refused as a whole when one member is not safe.

    Args:
        suffixes: of the files to unpack; None is all. Litter is left.

    Raises:
        ExportError: naming the archive and the member.
    """
    from zipfile import ZipFile  # most sources are folders

    with _opened(f"{path.name} is not a zip that can be opened"), ZipFile(path) as archive:
        members = [one for one in archive.infolist() if not one.is_dir()]
        wanted = [one for one in members if _is_wanted(PurePosixPath(_name(one)), suffixes)]
        for member in members:
            _refuse_unsafe(path, member)
        _refuse_absurd(path, sum(one.file_size for one in wanted))
        return sorted(
            (_extracted(path, archive, one, temporary / str(n)) for n, one in enumerate(wanted)),
            key=lambda one: natural(one.file),
        )


@contextmanager
def _opened(told: str) -> Iterator[None]:
    """Whatever is wrong with a zip, or a member of it, is one line; a full disk is not its fault."""
    import lzma  # most sources are folders
    from zipfile import BadZipFile

    try:
        yield
    except (BadZipFile, NotImplementedError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise ExportError(f"{told} ({error})") from error
    except (OSError, RuntimeError, ValueError, OverflowError) as error:
        if full(error) or isinstance(error, PermissionError):
            raise
        raise ExportError(f"{told} ({error})") from error


def _refuse_absurd(path: Path, whole: int) -> None:
    """Many members may be what one must not: each a little below the limit."""
    growth = whole // max(path.stat().st_size, 1)
    if whole > _ABSURD_BYTES and growth > _ABSURD_RATIO:
        raise ExportError(f"{path.name} is not safe to open: it would grow {growth}-fold")


def _is_wanted(name: PurePosixPath, suffixes: frozenset[str] | None) -> bool:
    return not is_hidden(name.parts) and (suffixes is None or name.suffix.lower() in suffixes)


def _name(member: ZipInfo) -> str:
    return member.filename.replace("\\", "/")


def _refuse_unsafe(path: Path, member: ZipInfo) -> None:
    name = _name(member)
    where = PurePosixPath(name)
    if re.match(r"[A-Za-z]:", name):
        raise ExportError(
            f"{path.name} is not safe to open: its member {name!r} has a drive or a colon in its name, which"
            " Windows takes for a place outside the archive; unpack it and rename that file"
        )
    if where.is_absolute() or ".." in where.parts:
        raise ExportError(f"{path.name} is not safe to open: its member {name!r} points outside the archive")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise ExportError(f"{path.name} is not safe to open: its member {name!r} is a link")
    if member.flag_bits & _ENCRYPTED:
        raise ExportError(f"{path.name} is encrypted ({name!r}): unpack it with its password first")
    growth = member.file_size // max(member.compress_size, 1)
    if member.file_size > _ABSURD_BYTES and growth > _ABSURD_RATIO:
        raise ExportError(f"{path.name} is not safe to open: {name!r} would grow {growth}-fold")


def _extracted(path: Path, archive: ZipFile, member: ZipInfo, folder: Path) -> Found:
    """One member, written out; never more bytes than the archive declares."""
    name = _name(member)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / re.sub(r"[^\w.-]", "_", PurePosixPath(name).name)[-100:]
    left = member.file_size
    with (
        _opened(f"{path.name}: its member {name!r} cannot be unpacked"),
        archive.open(member) as packed,
        target.open("wb") as plain,
    ):
        while block := packed.read(_BLOCK):
            left -= len(block)
            if left < 0:
                raise ExportError(f"{path.name} is not safe to open: {name!r} is larger than it declares")
            plain.write(block)
    return Found.at(target, name)
