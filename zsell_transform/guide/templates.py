"""The wizard's own templates as the spelling of our headers.

The newer wizard hands out templates in the language of the account (facts: `pipedrive/spellings.yaml`), and
finds columns by their names. Where the user puts such templates into a folder, the files carry the templates'
spelling, letter for letter.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from zsell_transform.errors import MappingError
from zsell_transform.facts import facts
from zsell_transform.folding import plain
from zsell_transform.machine.litter import is_hidden
from zsell_transform.pipedrive.fields import field_facts

_MARKS: Final = re.compile(
    r"\s*(?:\*|\((?:suggested|sugerid[oa]s?|vorgeschlagen|sugestões)\))\s*$", re.IGNORECASE
)
_SHEET: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def spell(headers: Iterable[str], folder: str | Path) -> dict[str, str]:
    """Our headers → how the templates in a folder spell them; headers that no template has are left out.

    Args:
        headers: ours, in English.
        folder: holds the wizard's templates, .csv or .xlsx.

    Raises:
        MappingError: there is no template in the folder, or one cannot be read, or none has a known column.
    """
    offered = list(dict.fromkeys(header for path in _templates(Path(folder)) for header in _first_row(path)))
    _expect_known(offered, Path(folder))
    exact, bare = _lookup(offered, plain), _lookup(offered, _bare)
    ours = {header: [header, *_known().get(header, ())] for header in headers}
    literal = {header: _first(exact, map(plain, spellings)) for header, spellings in ours.items()}
    # Without its marks a spelling may be another column's: Spanish full and first name. So these come last.
    loose = {header: _first(bare, map(_bare, spellings)) for header, spellings in ours.items()}
    found = _each_once([*literal.items(), *loose.items()], ours)
    # A name that fits a header which found none is nobody's: it may be the full name or the first one.
    doubtful = {spelling for header, spelling in loose.items() if spelling and header not in found}
    return {header: spelling for header, spelling in found.items() if spelling not in doubtful}


def _expect_known(offered: Iterable[str], folder: Path) -> None:
    """Other CSV files are no templates: all columns would keep our spelling, and nobody would know."""
    known = {_bare(header) for spellings in _known().values() for header in spellings}
    known |= {_bare(header) for header in field_facts()}
    if not any(_bare(header) in known for header in offered):
        found = ", ".join(repr(header) for header in list(offered)[:3]) or "no header"
        raise MappingError(
            f"templates: no file in {folder.name} has a column of Pipedrive's wizard that is known here"
            f" (found: {found}); give the folder with those that the wizard offers, or leave the line out"
        )


def _first(lookup: Mapping[str, str], forms: Iterable[str]) -> str | None:
    return next((lookup[form] for form in forms if form in lookup), None)


def _each_once(found: Iterable[tuple[str, str | None]], order: Iterable[str]) -> dict[str, str]:
    """Every header its first spelling; of two with the same one the first found keeps it."""
    spelled_by: dict[str, str] = {}
    taken: set[str] = set()
    for header, spelled in found:
        if spelled and header not in spelled_by and spelled not in taken:
            spelled_by[header] = spelled
            taken.add(spelled)
    return {header: spelled_by[header] for header in order if header in spelled_by}


def _lookup(offered: Iterable[str], key: Callable[[str], str]) -> dict[str, str]:
    """Compared form → the template's spelling, where only one has it."""
    forms: dict[str, list[str]] = {}
    for header in offered:
        forms.setdefault(key(header), []).append(header)
    return {form: headers[0] for form, headers in forms.items() if len(headers) == 1}


def _bare(header: str) -> str:
    return plain(_MARKS.sub("", header))


@cache
def _known() -> dict[str, tuple[str, ...]]:
    """Our header → its known spellings in all languages."""
    known: dict[str, tuple[str, ...]] = {}
    for language in facts("pipedrive/spellings").values():
        for header, spellings in language["spelled"].items():
            known[header] = (*known.get(header, ()), *spellings)
    return known


def _templates(folder: Path) -> list[Path]:
    files = (
        sorted(
            path
            for path in folder.iterdir()
            if path.suffix.lower() in (".csv", ".xlsx") and not is_hidden([path.name])
        )
        if folder.is_dir()
        else []
    )
    if not files:
        raise MappingError(f"templates: {folder.name} holds no template (.csv or .xlsx)")
    return files


def _first_row(path: Path) -> list[str]:
    from xml.etree.ElementTree import ParseError  # both are for templates only
    from zipfile import BadZipFile

    try:
        row = _csv_row(path) if path.suffix.lower() == ".csv" else list(_xlsx_row(path))
    except (OSError, ValueError, LookupError, csv.Error, BadZipFile, ParseError) as error:
        raise MappingError(f"templates: {path.name} cannot be read as a template ({error})") from error
    return [header.strip() for header in row if header.strip()]


def _csv_row(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return next(csv.reader(lines), [])


def _xlsx_row(path: Path) -> Iterator[str]:
    """The first row of the first sheet: its cells hold their text, or the number of a shared one."""
    from xml.etree import ElementTree  # most templates are CSV files
    from zipfile import ZipFile

    with ZipFile(path) as book:
        shared = []
        if "xl/sharedStrings.xml" in book.namelist():
            entries = ElementTree.fromstring(book.read("xl/sharedStrings.xml")).iter(f"{_SHEET}si")
            shared = ["".join(text.text or "" for text in entry.iter(f"{_SHEET}t")) for entry in entries]
        sheet = min(name for name in book.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name))
        row = next(ElementTree.fromstring(book.read(sheet)).iter(f"{_SHEET}row"), None)
    for cell in row if row is not None else ():
        text = "".join(part.text or "" for part in cell.iter() if part.tag in (f"{_SHEET}v", f"{_SHEET}t"))
        yield shared[int(text)] if cell.get("t") == "s" else text
