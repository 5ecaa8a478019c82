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
from zsell_transform.cleaning.moments import MOMENT
from zsell_transform.cleaning.owners import DELETED
from zsell_transform.cleaning.texts import joined
from zsell_transform.folding import folded
from zsell_transform.frames.positions import firsts
from zsell_transform.frames.sparse import column_or_blank, unless_blank
from zsell_transform.frames.unique import told_apart
from zsell_transform.ids import exact
from zsell_transform.reading import flat_cells, json_cells
from zsell_transform.reading.csv_file import Table
from zsell_transform.reading.parents import unnamed
from zsell_transform.reading.parties import by_party
from zsell_transform.reading.recognise import Meaning
from zsell_transform.reading.vocabulary import (
    API,
    Naming,
    instead,
    is_bookkeeping,
    namings,
)
from zsell_transform.sell.columns import IDS, is_ours, own_name
from zsell_transform.sell.stages import is_closing

#: A deal's contact, and what API v1 calls it: they are the same in all deals of an export that has both.
_CONTACT: Final = "main_contact_id"
_ENTITY: Final = "entity_id"
#: Dictionary → its table; `stages` and `pipelines` among them.
Dictionaries = MappingOf[str, pl.DataFrame]
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
        frame, told = _named(frame, names, meaning.entity, dictionaries, table.file)
        notes += told
        frame = _as_exported(frame)
    if meaning.entity == "leads":
        frame = _without_full_name(frame)
    found = frame.collect_schema().names()
    # Edited frames keep the file that they say they come from.
    file = pl.col("_file") if "_file" in found else pl.lit(table.file).alias("_file")
    columns = [name for name in found if name not in ("_file", "_row")]
    return frame.select(file, "_row", *columns), issues.gather(notes)


def dictionaries_of(tables: Sequence[tuple[Table, Meaning]]) -> dict[str, pl.DataFrame]:
    """The dumps that name ids, each of them whole: a program may write one in several files."""
    pieces: dict[str, list[pl.DataFrame]] = {}
    for table, meaning in tables:
        if meaning.is_dictionary:
            pieces.setdefault(meaning.entity, []).append(_named_ids(table, meaning))
    return {entity: _whole(each) for entity, each in pieces.items()}


def _named_ids(table: Table, meaning: Meaning) -> pl.DataFrame:
    """A dump that names ids, as text; a user who was deleted is named as the full export names them."""
    found = table.frame.drop("_row").collect().select(unless_blank(pl.all()))
    found = found.rename({name: name.strip().lower() for name in found.columns})
    ids = [name for name in found.columns if name == "id" or name.endswith("_id")]
    found = found.with_columns(exact(pl.col(name)) for name in ids)
    if "id" in found.columns:
        found = firsts(found, "id")
    if meaning.entity == "users" and {"name", "deleted_at"} <= set(found.columns):
        user = pl.col("name")
        gone = pl.when(pl.col("deleted_at").is_not_null()).then(user.str.strip_chars() + DELETED)
        found = found.with_columns(gone.otherwise(user).alias("name"))
    return found


def _whole(pieces: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The files of one dump as one. Of an id in several of them the state counts that was updated last, where
    all tell when that was, else the last file's.
    """
    if len(pieces) == 1:
        return pieces[0]
    whole = pl.concat(pieces, how="diagonal").with_row_index("_n")
    if "id" not in whole.columns:
        return whole.drop("_n")
    states = whole.filter(pl.col("id").is_not_null())
    if "updated_at" in states.columns:
        updated = states["updated_at"].str.strip_chars().fill_null("")
        if updated.str.contains(MOMENT).all():
            states = states.sort(updated, maintain_order=True)
    return states.unique("id", keep="last", maintain_order=True).sort("_n").drop("_n")


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
            notes.append(told("columns_collide", field=meaning.columns[first], value=first, detail=name))
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


def _named(
    frame: pl.LazyFrame, names: Sequence[str], entity: str, dictionaries: Dictionaries, file: str
) -> tuple[pl.LazyFrame, list[pl.DataFrame]]:
    """Ids of users, sources, reasons, outcomes and stages replaced by names, where a dump has them."""
    notes: list[pl.DataFrame] = []
    looked_up: dict[str, pl.Expr] = {}
    lacking: dict[str, tuple[str, pl.Expr]] = {}
    known = [one for one in namings(entity) if one.id_column in names]
    # Where the mapping sends another column there, the ids stay as they are: a custom field.
    frame = frame.rename(
        {one.id_column: own_name(one.id_column, names) for one in known if one.column in names}
    )
    for naming in (one for one in known if one.column not in names):
        dump = _dictionary(naming, dictionaries)
        if dump is None:
            ids = pl.col(naming.id_column).drop_nulls().n_unique()
            unknown = int(frame.select(ids).collect(engine="streaming").item())
            if unknown:
                notes.append(
                    issues.issue(
                        "names_unknown",
                        entity=entity,
                        file=file,
                        field=naming.id_column,
                        value=unknown,
                        detail=naming.dictionary,
                    )
                )
        elif dump.height:
            lacking[naming.id_column] = (naming.dictionary, _without_name(naming.id_column, dump))
        looked_up[naming.id_column] = _looked_up(naming.id_column, dump).alias(naming.column)
    stages = dictionaries.get("stages")
    if entity == "deals" and "stage_id" in names and stages is not None and "id" in stages.columns:
        lacking["stage_id"] = ("stages", _without_name("stage_id", stages))
    if lacking:
        found = frame.select(each.implode() for _, each in lacking.values()).collect(engine="streaming")
        notes += [
            unnamed(found[column].explode().drop_nulls(), entity, column, dictionary, file)
            for column, (dictionary, _) in lacking.items()
        ]
    frame = frame.with_columns(looked_up.values()).drop(looked_up)
    if entity == "deals" and "stage_id" in names:
        frame = _staged(frame, dictionaries)
    return frame, notes


def _without_name(column: str, found: pl.DataFrame) -> pl.Expr:
    """The different ids of a column that a dump does not hold."""
    ids = exact(pl.col(column)).drop_nulls()
    return ids.filter(~ids.is_in(found["id"].implode())).unique()


def _dictionary(naming: Naming, dictionaries: Dictionaries) -> pl.DataFrame | None:
    """The dump that names the ids of a column; one without ids names none."""
    found = dictionaries.get(naming.dictionary, dictionaries.get(instead(naming.dictionary)))
    return found if found is not None and "id" in found.columns else None


def _looked_up(column: str, found: pl.DataFrame | None, value: str = "name") -> pl.Expr:
    """The name of an id; the id itself where nothing names it."""
    key = exact(pl.col(column))
    if found is None or not found.height or not {"id", value} <= set(found.columns):
        return key
    return key.replace_strict(found["id"], found[value], default=key, return_dtype=pl.String)


def _staged(frame: pl.LazyFrame, dictionaries: Dictionaries) -> pl.LazyFrame:
    """Names of stage and pipeline, whether the stage closes a deal (`stage_category`), and its likelihood
    where a deal has none of its own (open stages only).
    """
    stages = dictionaries.get("stages")
    if stages is None or not {"id", "name"} <= set(stages.columns):
        return frame.with_columns(pl.col("stage_id").alias("stage_name"))
    frame = frame.with_columns(_looked_up("stage_id", stages).alias("stage_name"))
    stage = exact(pl.col("stage_id"))

    def of(known: pl.DataFrame, what: str) -> pl.Expr:
        return stage.replace_strict(known["id"], known[what], default=None, return_dtype=pl.String)

    if "pipeline_id" in stages.columns:
        frame = frame.with_columns(of(stages, "pipeline_id").alias("pipeline_id"))
        pipelines = dictionaries.get("pipelines")
        frame = frame.with_columns(_looked_up("pipeline_id", pipelines).alias("pipeline_name"))
    is_open = pl.repeat(True, stages.height, dtype=pl.Boolean, eager=True)
    if "category" in stages.columns:
        frame = frame.with_columns(of(stages, "category").alias("stage_category"))
        is_open = pl.Series([not is_closing(one) for one in stages["category"]], dtype=pl.Boolean)
    if "likelihood" in stages.columns:
        own = unless_blank(column_or_blank(frame.collect_schema().names(), "current_win_likelihood"))
        usual = of(stages.filter(is_open), "likelihood")
        frame = frame.with_columns(pl.coalesce(own, usual).alias("current_win_likelihood"))
    return frame


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
