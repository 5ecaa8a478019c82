"""Labels that a dump keeps in tables of their own, a row each → the `tags` of their records.

Fivetran writes no column of tags: those of people, companies, leads and deals stand in `tag`, those of notes
in `note_tag`.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from functools import partial
from typing import Final

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.cleaning.cells import text
from zsell_transform.frames.sparse import column_or_blank, unless_blank
from zsell_transform.ids import exact
from zsell_transform.reading.attached import ids_of
from zsell_transform.reading.csv_file import Table
from zsell_transform.reading.recognise import Meaning
from zsell_transform.reading.vocabulary import PARTIES, labels_of
from zsell_transform.sell.words import record_types

#: Kind of record → the tables that hold it.
_HOLDING: Final = {"contact": PARTIES, "lead": ("leads",), "deal": ("deals",), "note": ("notes",)}

#: The frames of each entity, as they are scanned.
Parts = MappingOf[str, tuple[pl.LazyFrame, ...]]


@attrs.frozen
class Labelled:
    """Every entity's frames with their labels, the files that held them, and what was found."""

    parts: dict[str, tuple[pl.LazyFrame, ...]]
    files: frozenset[str]
    issues: pl.DataFrame


def labelled(parts: Parts, tables: Sequence[tuple[Table, Meaning]]) -> Labelled:
    """The records with the labels that stand in tables of their own.

    Args:
        parts: every entity's frames.
        tables: every table of the source with its meaning.
    """
    done = dict(parts)
    read = [_rows(table, meaning) for table, meaning in tables if meaning.entity in labels_of()]
    if not read:
        return Labelled(done, frozenset(), issues.empty())
    rows = pl.concat(read)
    there = []
    for kind, entities in _HOLDING.items():
        of_kind = rows.filter(kind=kind)
        frames = [frame for entity in entities for frame in parts.get(entity, ())] if of_kind.height else []
        of_them = of_kind.filter(pl.col("id").is_in(ids_of(frames).implode()))
        there.append(of_them)
        if of_them.height:
            cells = _cells(of_them)
            for entity in (one for one in entities if one in parts):
                done[entity] = tuple(_with_labels(frame, cells) for frame in parts[entity])
    found = pl.concat(there)
    files = rows["_file"].unique(maintain_order=True)
    notes = [_told(file, rows.filter(_file=file), found.filter(_file=file)) for file in files]
    parted = found.lazy().filter(pl.col("label").str.contains(",", literal=True))
    notes.append(
        issues.found(
            parted.rename({"id": "_id"}), "label_parted", entity=None, field="name", value=pl.col("label")
        ).collect()
    )
    return Labelled(
        done, frozenset(table.file for table, m in tables if m.entity in labels_of()), issues.gather(notes)
    )


def _rows(table: Table, meaning: Meaning) -> pl.DataFrame:
    """`_file`, `_row`, `kind`, `id` and `label` of each row that has a label, in the order of `index`."""
    low = {name.strip().lower(): name for name in reversed(table.names)}
    record, kind = labels_of()[meaning.entity]["of"]
    of = pl.col(low[kind]).str.strip_chars().str.to_lowercase() if kind in low else pl.lit(kind)
    known = {**record_types(), **{f"{one}s": one for one in _HOLDING}, "note": "note"}
    place = column_or_blank(table.names, low.get("index", "index")).cast(pl.Int64, strict=False)
    return (
        table.frame.select(
            pl.lit(table.file).alias("_file"),
            "_row",
            of.replace_strict(known, default=of, return_dtype=pl.String).alias("kind"),
            exact(pl.col(low[record])).alias("id"),
            text(pl.col(low["name"])).alias("label"),
            place.alias("place"),
        )
        .filter(pl.col("label").is_not_null())
        .sort("place", nulls_last=True, maintain_order=True)
        .drop("place")
        .collect(engine="streaming")
    )


def _cells(rows: pl.DataFrame) -> pl.DataFrame:
    """`id`, and its labels in one cell as dumps and exports write them."""
    once = rows.unique(["id", "label"], keep="first", maintain_order=True)
    return once.group_by("id", maintain_order=True).agg(pl.col("label").str.join(",").alias("_labels"))


def _with_labels(frame: pl.LazyFrame, cells: pl.DataFrame) -> pl.LazyFrame:
    """The records with their labels behind those that they have."""
    columns = frame.collect_schema().names()
    if "id" not in columns:
        return frame
    own = unless_blank(column_or_blank(columns, "tags"))
    joined = frame.join(cells.lazy(), on="id", how="left", maintain_order="left")
    whole = pl.concat_str(own, "_labels", separator=",", ignore_nulls=True)
    tags = pl.when(own.is_not_null() | pl.col("_labels").is_not_null()).then(whole)
    return joined.with_columns(tags.alias("tags")).drop("_labels")


def _told(file: str, rows: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """How many labels of a file came to their records, and how many have none."""
    told = partial(issues.issue, file=file, field="tags")
    notes = [told("labels_of_table", value=found.height)] if found.height else []
    homeless = rows.join(found.select("_row"), on="_row", how="anti", maintain_order="left")
    if homeless.height:
        named = homeless.select(
            pl.format("{} ({} {})", "label", pl.col("kind").fill_null("none"), pl.col("id").fill_null("none"))
        )
        listed = issues.listed(named.to_series())
        notes.append(told("labels_without_record", value=homeless.height, detail=listed))
    return issues.gather(notes)
