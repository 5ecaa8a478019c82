"""The files of Pipedrive's exports: where they lie, and their cells as text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Final

import attrs
import polars as pl

from zsell_transform.errors import ExportError
from zsell_transform.machine.disk import readable
from zsell_transform.machine.paths import as_text, is_utf8, path_of
from zsell_transform.reading.source import NO_CSV, Found, below, unpacked

#: What Pipedrive exports its lists as.
CSV: Final = frozenset({".csv"})


def expect(folder: str | Path) -> None:
    """Looks whether there is anything to read: worth knowing before a Sell export has been read.

    Raises:
        ExportError: there is no such folder or file, or no CSV file in it.
    """
    place = path_of(folder, "the folder of Pipedrive's exports", ExportError)
    if not place.is_file() and not csv_files(place, place):
        raise nothing_in(place)


def nothing_in(place: Path, sells: Sequence[str] = ()) -> ExportError:
    """What is wrong with a folder in which nothing is Pipedrive's.

    Args:
        sells: names of files in it that are Sell's.
    """
    items = "organizations, people, deals, leads, activities or notes"
    said = f"{place}: no CSV file that is Pipedrive's export of {items}"
    if sells:
        return ExportError(f"{said}; {sells[0]} is Sell's")
    instead = instead_of_csv(place)
    return ExportError(f"{said}; {' is '.join(instead[0])}: export it as CSV" if instead else said)


def without_ids(place: Path, files: Sequence[str]) -> ExportError:
    """What is wrong with lists of which none has System IDs: they may be those that this library wrote."""
    if (place / "manifest.json").is_file():
        return ExportError(
            f"{place} is a folder of files for Pipedrive; give the folder with what Pipedrive exported after"
            " they were imported"
        )
    return ExportError(
        f"{place}: {files[0]} has no column ID, and neither has any other file; export the lists from"
        " Pipedrive again, with all columns, or name the column in the mapping under"
        " `columns: {pipedrive_deals: …}`"
    )


def instead_of_csv(place: Path) -> list[tuple[str, str]]:
    """Files of a folder that may hold lists and are no CSV, each with what it is."""
    files = sorted(_below(place)) if place.is_dir() else []
    return [
        (as_text(path.name), NO_CSV[path.suffix.lower()])
        for path in files
        if path.suffix.lower() in NO_CSV and path.name[0] != "~"
    ]


def is_sells(headers: Sequence[str], file: str) -> bool:
    """Whether a file is surely one of Sell's: of a full export or a dump of its API."""
    if "id" not in headers:  # Pipedrive writes `ID`
        return False
    from zsell_transform.reading.recognise import meaning
    from zsell_transform.reading.vocabulary import SMART_LIST

    found = meaning(headers, file, {})
    return found.is_carried and found.family != SMART_LIST


def csv_files(place: Path, room: Path) -> list[Found]:
    """The CSV files of a folder or zip, in order of their names, each called by its name alone.

    Args:
        place: a folder, a zip, or one CSV file.
        room: where the files of a zip are unpacked to.

    Raises:
        ExportError: there is nothing at `place`, or the zip is not safe to open.
    """
    if place.suffix.lower() == ".zip" and place.is_file():
        members = sorted(unpacked(place, room, CSV), key=lambda one: PurePosixPath(one.file))
        return [attrs.evolve(one, file=PurePosixPath(one.file).name) for one in members]
    if place.is_file():
        return [Found.at(place, place.name)]
    if not place.is_dir():
        raise ExportError(f"{place} does not exist: give the folder with Pipedrive's exports")
    files = (path for path in _below(place) if path.suffix.lower() in CSV)
    return [Found.at(path, path.name) for path in sorted(files)]


def _below(place: Path) -> list[Path]:
    """What is passed over would count as not there, and be written once more."""
    with readable(place):
        return below(place, CSV)


def read_text(path: Path) -> pl.DataFrame:
    """All cells as text, blank ones null; by the careful reader where polars gives up."""
    try:
        with readable(path):
            given = path if is_utf8(path) else path.read_bytes()
            frame = pl.read_csv(given, infer_schema=False, glob=False)
        if frame.width == 1 or _looks_misread("".join(frame.columns)):
            frame = _read_carefully(path)
    except (pl.exceptions.PolarsError, UnicodeError):
        frame = _read_carefully(path)
    text = pl.col(pl.String)
    clean = frame.with_columns(pl.when(text.str.strip_chars() != "").then(text))
    return clean.rename({name: " ".join(name.replace("\ufeff", "").split()) for name in clean.columns})


def _looks_misread(headers: str) -> bool:
    """Whether a file is in an encoding that polars took for UTF-8, as UTF-16 without quotes is."""
    return "\0" in headers or "\ufffd" in headers


def _read_carefully(path: Path) -> pl.DataFrame:
    from zsell_transform.reading import read_csv  # needed for broken files only

    frame: pl.DataFrame = read_csv(path)[0]
    return frame.drop("_file", "_row", strict=False)
