"""Tables whose rows belong to a deal → text on that deal, since Pipedrive's import has no place for them.

The contacts of a deal beside its main one (`associated_contacts` of a dump) and its products (`line_items` of
a dump, `deals_by_products` beside a Smart List) become a column of `deals` each, called as the table is.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from typing import Final

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.cleaning.cells import text
from zsell_transform.frames.positions import firsts
from zsell_transform.frames.sparse import BLANK, column_or_blank
from zsell_transform.frames.unique import free, told_apart
from zsell_transform.ids import exact
from zsell_transform.reading.csv_file import Table
from zsell_transform.reading.recognise import Meaning
from zsell_transform.reading.vocabulary import PARTIES

#: Attached table → its columns in the order in which they are told, then whatever else it has. The first one
#: is told without its header. `contact` and `order_discount` are looked up.
SAYS: Final = {
    "associated_contacts": "contact role contact_id".split(),
    "line_items": (
        "name sku product_id variation quantity price currency discount selling_price selling_currency value "
        "value_currency converted_value converted_currency order_discount description"
    ).split(),
}
#: What the deal itself says, and bookkeeping.
_SILENT: Final = frozenset("id order_id deal_id deal_name estimated_close_date created_at updated_at".split())
#: Attached table → the one that leads from it to deals.
_LEADS_THERE: Final = {"line_items": "orders"}
#: A deal's rows stand in one cell.
_BETWEEN: Final = "; "

#: The frames of each entity, as they are scanned.
Parts = MappingOf[str, tuple[pl.LazyFrame, ...]]
Tables = Sequence[tuple[Table, Meaning]]


@attrs.frozen
class Attached:
    """The deals with their texts, the files that are told there, and what was found."""

    deals: tuple[pl.LazyFrame, ...]
    files: frozenset[str]
    issues: pl.DataFrame


def attached(parts: Parts, tables: Tables) -> Attached:
    """What the tables that belong to deals say of them.

    Args:
        parts: every entity's frames; deals, people and companies matter here.
        tables: every table of the source with its meaning.
    """
    deals, files, notes = parts.get("deals", ()), list[str](), []
    there_are = {meaning.entity for _, meaning in tables} & SAYS.keys()
    known = ids_of(deals if there_are else ())  # the deals are read once more for them
    for entity in SAYS if known.len() else ():
        of_it = [(table, meaning) for table, meaning in tables if meaning.entity == entity]
        read = {table.file: _rows(table, meaning, parts, tables) for table, meaning in of_it}
        rows = {file: each for file, each in read.items() if each is not None}
        if not rows:
            continue
        said = _each_once(pl.concat(rows.values()).filter(pl.col("text").is_not_null()))
        there = said["deal"].is_in(known.implode()).fill_null(value=False)
        deals = tuple(_with_texts(frame, said.filter(there), entity) for frame in deals)
        notes += [_homeless(said.filter(~there)), _told(said.filter(there), entity)]
        leading = _LEADS_THERE.get(entity)
        files += [*rows, *(table.file for table, meaning in tables if meaning.entity == leading)]
    return Attached(deals, frozenset(files), issues.gather(notes))


def ids_of(frames: Sequence[pl.LazyFrame]) -> pl.Series:
    """The ids of an entity's records; none where its files have none."""
    having = [frame.select("id") for frame in frames if "id" in frame.collect_schema().names()]
    if not having:
        return pl.Series("id", [], dtype=pl.String)
    return pl.concat(having).collect(engine="streaming").to_series()


def _each_once(said: pl.DataFrame) -> pl.DataFrame:
    """Rows of two files that overlap, once: those of one id, or without ids of one deal and text."""
    again = said.with_columns(key=pl.coalesce("id", pl.concat_str("deal", "text", separator="\n")))
    first = pl.col("_file").first().over("key")
    return again.filter(pl.col("key").is_null() | (pl.col("_file") == first)).drop("key", "id")


def _rows(table: Table, meaning: Meaning, parts: Parts, tables: Tables) -> pl.DataFrame | None:
    """`_file`, `_row`, `id`, `deal` and `text` of each row; None where no column leads to a deal."""
    columns = _canonical(table, meaning)
    headers = {column: name for name, column in columns.items()}
    rows = table.frame.collect().rename(columns).with_columns(text(pl.col(pl.String)))
    if "deal_id" not in headers and "order_id" in headers:
        rows = _with_order(rows, tables)
    if "deal_id" not in rows.columns:
        return None
    rows = rows.with_columns(exact(pl.col(name)) for name in rows.columns if name.endswith("_id"))
    if meaning.entity == "associated_contacts":
        rows = rows.with_columns(contact=_names(rows["contact_id"], parts))
    return rows.select(
        pl.lit(table.file).alias("_file"),
        "_row",
        exact(column_or_blank(rows.columns, "id")),
        pl.col("deal_id").alias("deal"),
        _words(_in_order(rows.columns, SAYS[meaning.entity]), headers).alias("text"),
    )


def _canonical(table: Table, meaning: Meaning) -> dict[str, str]:
    """Header → the column that it means, no two alike."""
    return told_apart({name: meaning.columns.get(name, name.strip().lower()) for name in table.names})


def _with_order(rows: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Line items with the deal of their order, and its discount, as far as the dump has the orders."""
    orders = [
        table.frame.select(text(pl.col(table.names))).collect().rename(_canonical(table, meaning))
        for table, meaning in tables
        if meaning.entity == "orders"
    ]
    having = [frame for frame in orders if "id" in frame.columns]
    if not having:
        return rows.with_columns(deal_id=BLANK)
    order = pl.concat(having, how="diagonal").select(
        exact(pl.col("id")).alias("order"), "deal_id", pl.col("discount").alias("order_discount")
    )
    asked = rows.with_columns(order=exact(pl.col("order_id")))
    return asked.join(firsts(order, "order"), on="order", how="left", maintain_order="left").drop("order")


def _names(ids: pl.Series, parts: Parts) -> pl.Series:
    """The names of people and companies, as far as the export has them."""
    asked = ids.to_frame("id").select(exact(pl.col("id")))
    frames = [frame for kind in PARTIES for frame in parts.get(kind, ())]
    having = [frame.select("id", "name") for frame in frames if {"id", "name"} <= {*frame.collect_schema()}]
    if not having:
        return pl.Series(pl.repeat(None, ids.len(), dtype=pl.String, eager=True))
    known = pl.concat(having).filter(pl.col("id").is_in(asked["id"].implode())).collect(engine="streaming")
    return asked.join(firsts(known, "id"), on="id", how="left", maintain_order="left")["name"]


def _in_order(columns: Sequence[str], first: Sequence[str]) -> list[str]:
    """The columns that are told: the known ones, then whatever else the table has."""
    others = (name for name in columns if name not in (*first, *_SILENT) and not name.startswith("_"))
    return [*(name for name in first if name in columns), *others]


def _words(names: Sequence[str], headers: MappingOf[str, str]) -> pl.Expr:
    """`Planter (sku P-1, quantity 2)`: the first cell, and the others behind their headers; null for none."""
    first, *others = names
    labelled = [
        pl.concat_str(pl.lit(f"{headers.get(name, name).replace('_', ' ')} "), name) for name in others
    ]
    rest = pl.concat_str(*labelled, separator=", ", ignore_nulls=True) if labelled else pl.lit("")
    return (
        pl.when(rest == "").then(pl.col(first))
        .when(pl.col(first).is_null()).then(rest)
        .otherwise(pl.concat_str(pl.col(first), pl.lit(" ("), rest, pl.lit(")")))
    )  # fmt: skip


def _with_texts(frame: pl.LazyFrame, said: pl.DataFrame, column: str) -> pl.LazyFrame:
    """The texts beside their deals, in the order of the rows."""
    columns = frame.collect_schema().names()
    if "id" not in columns:
        return frame
    texts = said.group_by("deal", maintain_order=True).agg(pl.col("text").str.join(_BETWEEN))
    texts = texts.rename({"text": free(column, columns)})
    return frame.join(texts.lazy(), left_on="id", right_on="deal", how="left", maintain_order="left")


def _told(said: pl.DataFrame, column: str) -> pl.DataFrame:
    """How many rows of each file became text."""
    counted = said.group_by("_file", maintain_order=True).agg(pl.len().cast(pl.String).alias("rows"))
    told = issues.found(counted.lazy(), "rows_attached", entity="deals", field=column, value=pl.col("rows"))
    return told.collect()


def _homeless(said: pl.DataFrame) -> pl.DataFrame:
    """Rows whose deal the export does not have."""
    told = issues.found(
        said.lazy(),
        "row_without_deal",
        entity="deals",
        field="deal_id",
        value=pl.col("text"),
        detail=pl.col("deal").fill_null("none"),
    )
    return told.collect()
