"""The files that Pipedrive would export of what the rehearsal holds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Final

import polars as pl

from zsell_transform.errors import TargetError, ZsellError
from zsell_transform.frames.unique import told_apart
from zsell_transform.machine.given import nearest, repr_of
from zsell_transform.machine.litter import is_litter
from zsell_transform.pipedrive.exports.cells import in_language
from zsell_transform.pipedrive.exports.headers import vocabulary

#: Lists that are exported even where they hold nothing.
_MAIN: Final = ("organizations", "persons", "deals", "leads")
_STEMS: Final = {"persons": "people"}
#: So many of the files that are in the way are named.
_MOST_NAMED: Final = 5
_BARE: Final = ("activities", "notes")


def write_export(
    tables: Mapping[str, pl.DataFrame],
    folder: Path,
    *,
    style: str,
    language: str,
    only: object,
) -> list[Path]:
    """Writes a file for each item that holds records, a header alone for other main lists; returns the paths.

    Raises:
        TargetError: the folder holds other files than an earlier export, or cannot be written.
        ZsellError: `only` names what is no item.
        ValueError: no export of this style and language is known.
    """
    if style not in ("prefixed", "bare") or language not in vocabulary()["prefixes"]["deals"]:
        raise ValueError(f"no export of style {style!r} in language {language!r} is known")
    wanted = tables if only is None else _items(only, tables)
    names = {item: f"{_STEMS.get(item, item)}-1.csv" for item in tables}
    _expect_own(folder, set(names.values()))
    written = []
    for item, table in tables.items():
        if not (table.height or item in _MAIN) or item not in wanted:
            continue
        path = folder / names[item]
        heads = headers(item, table.columns, style="bare" if item in _BARE else style, language=language)
        in_language(item, table, language).rename(heads).write_csv(path)
        written.append(path)
    return written


def _items(only: object, known: Collection[str]) -> list[str]:
    """The items that were asked for, one alone or several.

    Raises:
        ZsellError: one of them is no item; it names the nearest.
    """
    if not isinstance(only, Iterable):
        raise ZsellError(f"only must be a list of items, such as ['deals'], not {repr_of(only)}")
    items = [only] if isinstance(only, str) else list(only)
    for item in items:
        if item not in known:
            hint = nearest(str(item), known)
            raise ZsellError(f"only: {repr_of(item)} is no item{hint or ';'} there are {', '.join(known)}")
    return items


def _expect_own(folder: Path, names: Collection[str]) -> None:
    """Makes the folder; one with anything else in it is somebody's, such as an export of Sell's."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        others = sorted(path.name for path in folder.iterdir() if not is_litter([path.name]))
    except OSError as error:
        raise TargetError(f"{folder} cannot be written: {error.strerror or error}") from error
    if strange := [name for name in others if name not in names]:
        more = f" and {len(strange) - _MOST_NAMED} more" if len(strange) > _MOST_NAMED else ""
        raise TargetError(
            f"{folder} has files that no rehearsal exported ({', '.join(strange[:_MOST_NAMED])}{more});"
            " choose another folder"
        )


def headers(item: str, columns: list[str], *, style: str, language: str) -> dict[str, str]:
    """Canonical column → header of the export."""
    forms = vocabulary()["columns"][item]
    prefix = f"{vocabulary()['prefixes'][item][language]} - " if style == "prefixed" else ""
    spelled = {name: forms.get(name, {}).get(language, [name])[0] for name in columns}
    return {name: f"{prefix}{text}" for name, text in told_apart(spelled).items()}
