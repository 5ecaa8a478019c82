"""Records that are one in Pipedrive: those that the mapping merged, and those that it wanted apart."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from zsell_transform.ids import ranked
from zsell_transform.mapping import Mapping
from zsell_transform.merging import NAMES

MERGED: Final[dict[str, Any]] = {
    "entity": pl.String, "item": pl.String, "system_id": pl.String, "name": pl.String,
    "source_ids": pl.String, "records": pl.Int64,
}  # fmt: skip


def merged_records(there: pl.DataFrame, ask: Mapping) -> pl.DataFrame:
    """Records of Pipedrive that hold several Sell records of one entity which the mapping wants apart,
    as `MERGED`.

    Args:
        there: as of `presence`.
    """
    shared = there.filter(
        ~pl.col("entity").is_in(ask.merged_entities)
        & pl.struct("entity", "item", "system_id").is_duplicated()
    )
    return (
        shared.group_by("entity", "item", "system_id", maintain_order=True)
        .agg(
            pl.col("name").first(),
            pl.col("id").str.join(", ").alias("source_ids"),
            pl.len().cast(pl.Int64).alias("records"),
        )
        .select(*MERGED)
    )


def merged_by_wish(there: pl.DataFrame, ask: Mapping) -> pl.DataFrame:
    """entity, source_id, first (the lowest id, whose row went out) of what the mapping itself merged."""
    shared = there.filter(pl.col("entity").is_in(ask.merged_entities))
    shared = shared.filter(pl.struct("entity", "system_id").is_duplicated())
    lowest = pl.col("id").sort_by(*ranked("id"), nulls_last=True).first().over("entity", "system_id")
    first = pl.col("id") == lowest
    return shared.select("entity", source_id="id", first=first)


def values_without_merged(found: pl.DataFrame, there: pl.DataFrame, ask: Mapping) -> pl.DataFrame:
    """Of records that the mapping merged only the first one's values stand, and the labels of all; what the
    first one lacks comes from the others, so that no cell is blank for which any of them has a value.
    """
    of_wish = merged_by_wish(there, ask)
    if not of_wish.height:
        return found
    marked = found.with_row_index("n")
    joined = marked.join(of_wish, on=["entity", "source_id"], how="left", maintain_order="left")
    labels = pl.col("field").str.contains(r" - (?:Labels?|Tags)$")
    names = pl.col("field").is_in([name for headers in NAMES.values() for name in headers])
    cell = pl.struct("entity", "system_id", "field")
    filled = pl.col("pipedrive").is_not_null() | names | ~cell.is_first_distinct()
    drop = pl.col("first").is_not_null() & (labels | (~pl.col("first") & filled))
    ordered = joined.sort(pl.col("first").fill_null(value=True), descending=True, maintain_order=True)
    return ordered.filter(~drop).sort("n").select(found.columns)


def links_without_merged(wrong: pl.DataFrame, there: pl.DataFrame, ask: Mapping) -> pl.DataFrame:
    """Of records that the mapping merged the first one's links stand; another one may fill what it lacks."""
    marked = wrong.join(
        merged_by_wish(there, ask), on=["entity", "source_id"], how="left", maintain_order="left"
    )
    filled = pl.col("expected").is_null() | ~pl.col("first")
    return marked.filter(~(pl.col("first").is_not_null() & filled)).drop("first")
