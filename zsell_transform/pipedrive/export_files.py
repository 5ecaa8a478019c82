"""The files of Pipedrive's exports: where they lie, and their cells as text."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from zsell_transform.errors import ExportError


def expect(folder: str | Path) -> None:
    """Looks whether there is anything to read: worth knowing before a Sell export has been read.

    Raises:
        ExportError: there is no such folder or file, or no CSV file in it.
    """
    place = Path(folder)
    if not place.is_file() and not csv_files(place, place):
        raise nothing_in(place)


def nothing_in(place: Path) -> ExportError:
    items = "organizations, people, deals, leads, activities or notes"
    return ExportError(f"{place}: no CSV file that is Pipedrive's export of {items}")


def csv_files(place: Path, room: Path) -> list[Path]:
    """The CSV files of a folder or zip, in order of their names."""
    if place.suffix.lower() == ".zip" and place.is_file():
        import zipfile

        try:
            with zipfile.ZipFile(place) as archive:
                names = [name for name in archive.namelist() if name.lower().endswith(".csv")]
                members = [Path(archive.extract(name, room)) for name in names]
        except zipfile.BadZipFile as error:
            raise ExportError(f"{place}: not a zip file that can be read") from error
        return sorted(path for path in members if not path.name.startswith("."))
    if place.is_file():
        return [place]
    if not place.is_dir():
        raise ExportError(f"{place}: no such folder with Pipedrive's exports")
    return sorted(path for path in place.rglob("*") if path.suffix.lower() == ".csv" and path.name[0] != ".")


def read_text(path: Path) -> pl.DataFrame:
    """All cells as text, blank ones null; by the careful reader where polars gives up."""
    try:
        frame = pl.read_csv(path, infer_schema=False)
        if frame.width == 1:
            frame = _read_carefully(path)
    except (pl.exceptions.PolarsError, UnicodeError):
        frame = _read_carefully(path)
    text = pl.col(pl.String)
    clean = frame.with_columns(pl.when(text.str.strip_chars() != "").then(text))
    return clean.rename({name: " ".join(name.replace("\ufeff", "").split()) for name in clean.columns})


def _read_carefully(path: Path) -> pl.DataFrame:
    from zsell_transform.reading import read_csv  # needed for broken files only

    frame: pl.DataFrame = read_csv(path)[0]
    return frame.drop("_file", "_row", strict=False)
