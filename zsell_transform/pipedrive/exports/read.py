"""Files of Pipedrive's exports → `Held`: which list each holds, what of it cannot be read."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import attrs
import polars as pl

from zsell_transform.errors import ExportError
from zsell_transform.frames.positions import crowded, firsts
from zsell_transform.frames.unique import told_apart
from zsell_transform.issues import issue
from zsell_transform.machine.disk import readable, temporary_files
from zsell_transform.machine.given import nearest
from zsell_transform.machine.paths import path_of
from zsell_transform.machine.processes import own_prefix
from zsell_transform.pipedrive.exports.cells import in_english, in_other_words
from zsell_transform.pipedrive.exports.files import (
    csv_files,
    instead_of_csv,
    is_sells,
    nothing_in,
    read_text,
    without_ids,
)
from zsell_transform.pipedrive.exports.headers import (
    bare_names,
    item_named,
    own_twins,
    recognise,
)
from zsell_transform.pipedrive.exports.held import Held, held_of, own_column
from zsell_transform.pipedrive.exports.tables import (
    all_shown,
    one_column,
    united,
    with_guessed_ids,
    without_id,
)
from zsell_transform.reading.source import Found, unchanged
from zsell_transform.sell.entities import ENTITY_OF, ITEMS


def read_pipedrive(folder: str | Path, ask: Any = None) -> Held:
    """Reads Pipedrive's own exports.

    Args:
        folder: A folder with CSV files, a `.zip` of them, or one CSV file. Each file's item is recognised
            by its headers: prefixed (`Deal - Title`) or bare, in English, German, Portuguese or Spanish; in
            another language by its name (`deals-….csv`) or by the mapping.
        ask: the mapping. `columns: {pipedrive_deals: {Sopimus - Tunnus: ID, Vanha tunnus: Zendesk Sell
            ID}}` names columns that are not recognised (header → canonical name), for each of the six items.

    Raises:
        ExportError: there is no file of Pipedrive's in the folder, none has System IDs, or two exports of one
            list differ.
    """
    place = path_of(folder)
    named: Mapping[str, Mapping[str, str]] = getattr(ask, "columns", None) or {}
    with temporary_files(), tempfile.TemporaryDirectory(prefix=own_prefix()) as room:
        lists = csv_files(place, Path(room))
        with readable(place):
            files = [_read_file(one, named) for one in lists]
        unchanged(lists)
    if not any(file.item for file in files):
        raise nothing_in(place, [file.name for file in files if file.unread == "export_of_sells"])
    problems = [issue(file.unread, file=file.name, detail=_why(file)) for file in files if file.unread]
    no_csv = instead_of_csv(place)
    problems += [issue("export_not_csv", file=name, field=name, detail=what) for name, what in no_csv]
    problems += _in_vain(named, {header for file in files for header in file.headers})
    tables: dict[str, pl.DataFrame] = {}
    idless: dict[str, pl.DataFrame] = {}
    unread = [file.name for file in files if file.unread == "export_unreadable"]
    lost = _items_named(unread)
    for item in ITEMS:
        of_item = [file for file in files if file.item == item]
        problems += [
            issue("export_id_missing", entity=ENTITY_OF[item], file=file.name)
            for file in of_item
            if "ID" not in file.frame.columns
        ]
        if parts := [file for file in of_item if "ID" in file.frame.columns]:
            _refuse_two_states(parts)
            frames = with_guessed_ids(item, [file.frame for file in parts])
            idless[item] = without_id(frames)
            tables[item] = united([frame.filter(pl.col("ID").is_not_null()) for frame in frames])
            if strange := in_other_words(item, tables[item]):
                tables[item] = tables[item].drop(strange)
                problems += _in_other_words(item, strange)
            if not all_shown(tables[item], frames, own_column(item, tables[item])):
                lost.add(item)
    if not tables:
        raise without_ids(place, [file.name for file in files if file.item])
    given = {file.item for file in files if file.item} | _items_named(name for name, _ in no_csv)
    if any(map(_of_any_list, unread)):
        lost |= set(ITEMS) - given
    return held_of(tables, problems, frozenset(given | lost), lost, idless)


def _in_other_words(item: str, strange: Mapping[str, str]) -> Iterator[pl.DataFrame]:
    """What is told of columns whose cells nobody here can read: they may say the same as Sell or not."""
    for column, example in strange.items():
        yield issue("words_not_known", entity=ENTITY_OF[item], field=column, value=example, detail=item)


def _items_named(files: Iterable[str]) -> set[str]:
    """The items that files which are no lists are called after."""
    return {item for file in files if (item := item_named(file))}


def _of_any_list(unread: str) -> bool:
    """Whether a file that could not be read may hold any list, also one that would count as empty."""
    return item_named(unread) is None


def _why(file: _File) -> str | None:
    """Why a file was not read, and what follows where not even its name says what it holds."""
    if file.unread != "export_unreadable" or not _of_any_list(file.name):
        return file.why
    return f"{file.why} (nor does its name say which list it holds, so every list without a file waits)"


@attrs.frozen(eq=False)
class _File:
    """One file: its list and columns, or the issue that says why it was not read, and `why` in words.

    `headers` are those that the mapping may name: as they stand, and without the prefix of the file.
    """

    name: str
    item: str | None = None
    frame: pl.DataFrame = attrs.field(factory=pl.DataFrame)
    unread: str = ""
    why: str | None = None
    headers: frozenset[str] = frozenset()


def _in_vain(named: Mapping[str, Mapping[str, str]], headers: set[str]) -> Iterator[pl.DataFrame]:
    """What the mapping says of columns that no file has."""
    for group in (f"pipedrive_{item}" for item in ITEMS):
        for header in named.get(group, {}):
            if header not in headers:
                place, near = f"columns.{group}.{header}", nearest(header, sorted(headers))
                yield issue("mapping_unused", field=place, value=header, detail=near)


def _read_file(one: Found, named: Mapping[str, Mapping[str, str]]) -> _File:
    try:
        frame = read_text(one.path)
    except ExportError as error:
        return _File(one.file, unread="export_unreadable", why=str(error))
    if is_sells(frame.columns, one.file):
        return _File(one.file, unread="export_of_sells")
    item, names = recognise(frame.columns, one.file, named)
    bare, wished = bare_names(frame.columns, one.file), dict[str, str]()
    headers = frozenset([*bare, *bare.values()])
    if item is None:
        return _File(one.file, unread="export_not_recognised", headers=headers)
    for twins in own_twins(item, names).values():
        frame = one_column(frame, twins)
        names = {header: name for header, name in names.items() if header in frame.columns}
    for header, name in names.items():  # of twins, as of two languages, the second is a custom field
        wished[header] = name if name not in wished.values() else bare[header]
    return _File(one.file, item, in_english(item, frame.rename(told_apart(wished))), headers=headers)


def _refuse_two_states(files: list[_File]) -> None:
    """One list exported at two times: nobody can know which of its files is how Pipedrive is now.

    Raises:
        ExportError: two files hold one record, and not alike.
    """
    ids = pl.concat(firsts(file.frame.select("ID"), "ID")["ID"] for file in files).drop_nulls()
    twice = ids.filter(crowded(ids)).implode()
    for first, second in combinations([file for file in files if file.frame["ID"].is_in(twice).any()], 2):
        shared = [column for column in first.frame.columns if column in second.frame.columns]
        one, other = (firsts(file.frame.select(shared), "ID") for file in (first, second))
        met = one.join(other.select("ID"), on="ID", how="semi", maintain_order="left")
        unlike = met.join(other, on=shared, how="anti", nulls_equal=True, maintain_order="left")
        if unlike.height:
            raise ExportError(
                f"{first.name} and {second.name} hold the same records with different values (System ID"
                f" {unlike['ID'][0]}): they are two exports of one list; keep only the newer one"
            )
