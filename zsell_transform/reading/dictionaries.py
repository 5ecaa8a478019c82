"""Ids of users, sources, reasons, outcomes and stages → their names, where a dump of the API has them."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence

import polars as pl

from zsell_transform import issues
from zsell_transform.cleaning.moments import MOMENT
from zsell_transform.cleaning.owners import DELETED
from zsell_transform.frames.positions import firsts
from zsell_transform.frames.sparse import column_or_blank, unless_blank
from zsell_transform.ids import exact
from zsell_transform.reading.csv_file import Table
from zsell_transform.reading.parents import unnamed
from zsell_transform.reading.recognise import Meaning
from zsell_transform.reading.vocabulary import Naming, instead, namings
from zsell_transform.sell.columns import own_name
from zsell_transform.sell.stages import is_closing

#: Dictionary → its table; `stages` and `pipelines` among them.
Dictionaries = MappingOf[str, pl.DataFrame]


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
        gone = pl.when(pl.col("deleted_at").is_not_null()).then(
            user.str.strip_chars().str.strip_suffix(DELETED) + DELETED
        )
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


def with_names(
    frame: pl.LazyFrame, names: Sequence[str], entity: str, dictionaries: Dictionaries, file: str
) -> tuple[pl.LazyFrame, list[pl.DataFrame]]:
    """The table with names instead of ids, as far as dumps have them, and an issue for those without."""
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
