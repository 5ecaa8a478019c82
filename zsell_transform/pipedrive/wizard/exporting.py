"""The files that Pipedrive would export of what the rehearsal holds."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

import polars as pl

from zsell_transform.frames.unique import told_apart
from zsell_transform.pipedrive.export_headers import vocabulary

#: Lists that are exported even where they hold nothing.
_MAIN: Final = ("organizations", "persons", "deals", "leads")
_STEMS: Final = {"persons": "people"}
_BARE: Final = ("activities", "notes")


def write_export(
    tables: Mapping[str, pl.DataFrame],
    folder: Path,
    *,
    style: str,
    language: str,
    only: Collection[str] | None,
) -> list[Path]:
    """Writes a file for each item that holds records, a header alone for other main lists; returns the paths.

    Raises:
        ValueError: no export of this style and language is known.
    """
    if style not in ("prefixed", "bare") or language not in vocabulary()["prefixes"]["deals"]:
        raise ValueError(f"no export of style {style!r} in language {language!r} is known")
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for item, table in tables.items():
        if not (table.height or item in _MAIN) or (only is not None and item not in only):
            continue
        path = folder / f"{_STEMS.get(item, item)}-1.csv"
        heads = headers(item, table.columns, style="bare" if item in _BARE else style, language=language)
        table.rename(heads).write_csv(path)
        written.append(path)
    return written


def headers(item: str, columns: list[str], *, style: str, language: str) -> dict[str, str]:
    """Canonical column → header of the export."""
    forms = vocabulary()["columns"][item]
    prefix = f"{vocabulary()['prefixes'][item][language]} - " if style == "prefixed" else ""
    spelled = {name: forms.get(name, {}).get(language, [name])[0] for name in columns}
    return {name: f"{prefix}{text}" for name, text in told_apart(spelled).items()}
