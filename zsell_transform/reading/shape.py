"""One file's table → the canonical table of its entity: names changed, ids named, nothing else touched."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.cleaning.cells import text
from zsell_transform.cleaning.texts import joined
from zsell_transform.folding import folded
from zsell_transform.frames.sparse import column_or_blank, unless_blank
from zsell_transform.frames.unique import told_apart
from zsell_transform.ids import exact
from zsell_transform.reading import flat_cells, json_cells
from zsell_transform.reading.csv_file import Table
from zsell_transform.reading.dictionaries import Dictionaries, with_names
from zsell_transform.reading.parties import by_party
from zsell_transform.reading.recognise import Meaning
from zsell_transform.reading.vocabulary import API, is_bookkeeping
from zsell_transform.sell.columns import IDS, is_ours, own_name

#: A deal's contact, and what API v1 calls it: they are the same in all deals of an export that has both.
_CONTACT: Final = "main_contact_id"
_ENTITY: Final = "entity_id"
#: Entity → header → what the mapping wants of it.
Wishes = MappingOf[str, MappingOf[str, str]]


def shaped(
    table: Table,
    meaning: Meaning,
    wishes: Wishes,
    dictionaries: Dictionaries,
    temporary: Path,
) -> tuple[pl.LazyFrame, pl.DataFrame]:
    """The canonical table of one file: `_file`, `_row`, then its columns; and what was found on the way.

    Args:
        table: the file as it was read.
        meaning: what its headers mean.
        wishes: those of the table's entity, or of both that share it; a header of which they speak is no part
            of anything else.
        dictionaries: the dumps that name ids.
        temporary: a folder for what has to be rewritten.
    """
    frame, names, notes = table.frame, list(table.names), []
    if kept_by_connector := [name for name in names if is_bookkeeping(name, meaning.family)]:
        frame, names = frame.drop(kept_by_connector), [n for n in names if n not in kept_by_connector]
        notes.append(
            issues.issue(
                "bookkeeping_dropped",
                entity=meaning.entity,
                file=table.file,
                value=", ".join(kept_by_connector),
            )
        )
    frame, names, told = _without_passing(frame, names, meaning, table.file)
    frame, names = _told_apart(frame, names, meaning)
    notes += told
    if meaning.family == API:
        frame, names, told = _opened(frame, names, meaning, wishes, table.file, temporary)
        notes += told
    else:
        frame, names = _renamed(frame, names, meaning)
    ids = [name for name in names if name in IDS.get(meaning.entity, ())]
    frame = frame.with_columns(exact(pl.col(name)) for name in ids)
    if meaning.family == API:
        frame, told = with_names(frame, names, meaning.entity, dictionaries, table.file)
        notes += told
        frame = _as_exported(frame)
    if meaning.entity == "leads":
        frame = _without_full_name(frame)
    found = frame.collect_schema().names()
    # Edited frames keep the file that they say they come from.
    file = pl.col("_file") if "_file" in found else pl.lit(table.file).alias("_file")
    columns = [name for name in found if name not in ("_file", "_row")]
    return frame.select(file, "_row", *columns), issues.gather(notes)


def _told_apart(
    frame: pl.LazyFrame, names: Sequence[str], meaning: Meaning
) -> tuple[pl.LazyFrame, list[str]]:
    """Headers that the library uses for itself become custom fields of the same name."""
    new: dict[str, str] = {}
    for name in names:
        if name not in meaning.columns and is_ours(name):
            new[name] = own_name(name, {*names, *new.values()})
    return frame.rename(new), [new.get(name, name) for name in names]


def _without_passing(
    frame: pl.LazyFrame, names: list[str], meaning: Meaning, file: str
) -> tuple[pl.LazyFrame, list[str], list[pl.DataFrame]]:
    """Without columns that told of the moment of the export, and with one column where two mean it.

    The first one's cells count, the other's where those are blank; what is left of it is a custom field.
    """
    told = partial(issues.issue, entity=meaning.entity, file=file)
    notes, dropped = [], list(meaning.momentary)
    if meaning.momentary:
        counts = frame.select(pl.col(meaning.momentary).count()).collect(engine="streaming")
        held = {name: count for name, count in counts.row(0, named=True).items() if count}
        notes += [told("momentary_column", field=name, value=count) for name, count in held.items()]
    for name, first in meaning.rivals.items():  # one after the other: each may fill blanks of the same column
        one, other = unless_blank(pl.col(first)), unless_blank(pl.col(name))
        fills = other.is_not_null() & one.is_null()
        asked = frame.select(same=other.count(), apart=(text(other) != text(one)).sum(), fills=fills.sum())
        seen = asked.collect(engine="streaming").row(0, named=True)
        if seen["fills"]:
            rest = pl.when(one.is_not_null()).then(other)
            frame = frame.with_columns(pl.coalesce(one, other).alias(first), rest.alias(name))
        if seen["apart"]:
            column = meaning.columns[first]
            code = "ids_collide" if column == "id" else "columns_collide"
            notes.append(told(code, field=column, value=first, detail=name))
            continue
        code = "columns_united" if seen["fills"] else "column_repeated" if seen["same"] else "empty_column"
        notes.append(told(code, field=name, value=seen["fills"] or seen["same"], detail=first))
        dropped.append(name)
    return frame.drop(dropped), [name for name in names if name not in dropped], notes


def _opened(
    frame: pl.LazyFrame, names: list[str], meaning: Meaning, wishes: Wishes, file: str, temporary: Path
) -> tuple[pl.LazyFrame, list[str], list[pl.DataFrame]]:
    """A dump's table with its objects taken apart, under canonical names.

    What the mapping wants of companies' headers alone is not wanted of people's in the same table: where the
    two differ in what is taken apart, each party's rows are read by themselves.
    """
    objects = flat_cells.objects(names)
    columns = {party: flat_cells.of_party(party, objects, meaning.columns, wishes) for party in wishes}
    known = {party: {**each, **wishes[party]} for party, each in columns.items()}
    passed = [flat_cells.kept(objects, each) for each in known.values()]
    if any(each != passed[0] for each in passed):
        new = _new_names(names, meaning)
        old = {name: header for header, name in new.items()}
        rows = {party: each.rename(old) for party, each in by_party(frame.rename(new), meaning).items()}
    else:
        every = {header: wish for each in wishes.values() for header, wish in each.items()}
        rows, columns = {meaning.entity: frame}, {meaning.entity: meaning.columns}
        known = {meaning.entity: {**meaning.columns, **every}}
    frames, found, notes = list[pl.LazyFrame](), dict[str, None](), list[pl.DataFrame]()
    for party, part in rows.items():
        bare, own, told = _unnested(part, names, known[party], meaning.entity, file, temporary / party)
        named, own = _renamed(bare, own, attrs.evolve(meaning, columns=columns[party]))
        frames.append(named)
        found |= dict.fromkeys(own)
        notes += told
    return pl.concat(frames, how="diagonal") if len(frames) > 1 else frames[0], list(found), notes


def _unnested(
    frame: pl.LazyFrame, names: list[str], known: MappingOf[str, str], entity: str, file: str, temporary: Path
) -> tuple[pl.LazyFrame, list[str], list[pl.DataFrame]]:
    """JSON cells and a connector's flattened columns as columns of their own.

    Args:
        frame: the table.
        names: its headers.
        known: header → what it means, by the mapping or otherwise.
        entity, file: for the issues, and for the name of an address's first line.
        temporary: a folder for what has to be rewritten.
    """
    notes = []
    passed = flat_cells.kept(names, known)
    written = flat_cells.spelled_alike(names, known)
    frame, names = frame.rename(written), [written.get(name, name) for name in names]
    # Tags keep their column whatever is in it, and a list is as little a description as a custom field.
    asked = [name for name in names if name not in passed or name == "tags"]
    if nested := json_cells.nested_columns(frame, asked, flattened=flat_cells.CUSTOM):
        temporary.mkdir(parents=True, exist_ok=True)
        frame, told = json_cells.expanded(frame, nested, entity, file, temporary / "expanded.parquet")
        notes.append(told)
        names = [name for name in frame.collect_schema().names() if not name.startswith("_")]
    frame, names = flat_cells.in_one_line(frame, names, passed)
    frame, names = flat_cells.named(frame, names, entity, passed)
    # What found its column taken is a custom field, under the header that people know.
    back = {one: name for name, one in written.items() if one in names and one not in json_cells.NESTED}
    back = {one: name for one, name in back.items() if name not in names}
    frame, names = frame.rename(back), [back.get(name, name) for name in names]
    return frame, names, notes


def _renamed(frame: pl.LazyFrame, names: list[str], meaning: Meaning) -> tuple[pl.LazyFrame, list[str]]:
    """The table under its new names."""
    new = _new_names(names, meaning)
    return frame.rename(new), [new.get(name, name) for name in names]


def _new_names(names: Sequence[str], meaning: Meaning) -> dict[str, str]:
    """Canonical names; a header that keeps its own is told apart where a canonical column has that name."""
    canonical = {name: meaning.columns[name] for name in names if name in meaning.columns}
    if meaning.entity == "deals" and _CONTACT not in {*names, *canonical.values()}:
        canonical = {name: _CONTACT if column == _ENTITY else column for name, column in canonical.items()}
    taken = set(canonical.values())
    own = {name: own_name(name, taken) for name in names if name not in canonical}
    return told_apart(canonical | own)


def _as_exported(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Where the API says `none`, the full export says `non`."""
    there = frame.collect_schema().names()
    names = [name for name in ("customer_status", "prospect_status") if name in there]
    if not names:
        return frame
    statuses = pl.col(names)
    said = pl.when(statuses.str.strip_chars() == "none").then(pl.lit("non")).otherwise(statuses)
    return frame.with_columns(said.name.keep())


def _without_full_name(frame: pl.LazyFrame) -> pl.LazyFrame:
    """A Smart List's first column names a lead: its person, else its company.

    It is the last name where the list has no other. Beside others it is the `name`, as contacts have one,
    save where it only turns them round (`Ek, Eva`).
    """
    names = frame.collect_schema().names()
    if "full_name" not in names:
        return frame
    first, last, company, full = (
        unless_blank(column_or_blank(names, name))
        for name in ("first_name", "last_name", "company_name", "full_name")
    )
    person = pl.when(text(full).ne_missing(text(company))).then(full)
    whole = pl.coalesce(last, pl.when(first.is_null()).then(person)).alias("last_name")
    if "name" in names or not {"first_name", "last_name"} & set(names):
        return frame.with_columns(whole).drop("full_name")
    parts, turned = ([text(part) for part in order] for order in ((first, last), (last, first)))
    is_turned = pl.any_horizontal(folded(text(full)) == folded(joined(*turned, by=by)) for by in (" ", ", "))
    name = pl.when(is_turned.fill_null(value=False)).then(joined(*parts)).otherwise(person)
    return frame.with_columns(whole, name.alias("name")).drop("full_name")
