"""Records of one kind that are one: a lap merges them, or somebody has merged them in Pipedrive."""

from __future__ import annotations

import polars as pl

from zsell_transform.frames.positions import positions, stands_twice
from zsell_transform.frames.sparse import has
from zsell_transform.ids import ranked


def filled(rows: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """The head of merged records takes what it lacks from the others, as its row does (`merging`)."""
    if not has(rows, "into"):
        return rows
    group = rows.select("id", "into", *columns).with_columns(head=pl.coalesce("into", "id"))
    values = (
        group.sort("head", pl.col("into").is_not_null(), *ranked("id"), nulls_last=True)
        .group_by("head")
        .agg(pl.col(column).drop_nulls().first() for column in columns)
    )
    heads = group.filter(pl.col("into").is_not_null()).select("head").unique()
    more = values.join(heads, on="head", how="semi").rename({"head": "id"})
    joined = rows.join(more, on="id", how="left", maintain_order="left", suffix=" (merged)")
    return joined.with_columns(pl.coalesce(c, f"{c} (merged)").alias(c) for c in columns).drop(
        f"{c} (merged)" for c in columns
    )


def with_members(rows: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """Records that were merged into another are linked to through that one; `carried` says which."""
    if not has(rows, "into"):
        return own.with_columns(carried=pl.lit(value=False))
    is_member = pl.col("into").is_not_null() & pl.col("system_id").is_null()
    into = rows.select(pl.when(is_member).then("into")).to_series()
    head = positions(into, rows["id"]).alias("head")
    carried = own.with_columns(carried=into.is_not_null())
    at = pl.select(pl.coalesce(head, pl.int_range(rows.height, dtype=pl.UInt32))).to_series()
    return carried.select("id", pl.all().exclude("id", "carried").gather(at), "carried")


def as_one(rows: pl.DataFrame, members: pl.DataFrame) -> pl.Series | None:
    """Of each record, at which row stands the one that it is one with, whether a lap merges them or somebody
    has merged them in Pipedrive; None where each stands alone.

    Args:
        rows: the planned records; of which none goes into another one and none is there, all stand alone.
        members: of each, `place` (where it stands: equal of those that are one) and `carried` (it is written
            in another one's row), as of `with_members`.
    """
    if not (has(rows, "into") or has(rows, "system_id")):
        return None
    # One of which nobody can know where it stands, as its id stands twice, is with no other.
    place = rows.select(pl.when("linkable").then(members["place"]).otherwise("id")).to_series()
    if not stands_twice(place):
        return None
    placed = pl.DataFrame([place.alias("place"), members["carried"]]).with_row_index("at")
    first = placed.filter(~pl.col("carried"))
    at = first["at"].gather(positions(place, first["place"]))
    return pl.select(pl.coalesce(at, placed["at"])).to_series()


def heads(rows: pl.DataFrame) -> pl.Series:
    """Of each record, the id of the one that it is one with: its own, unless they were merged."""
    own = rows.select("id", place=pl.coalesce(pl.lit("#") + pl.col("system_id"), "id"))
    at = as_one(rows, with_members(rows, own))
    return rows["id"] if at is None else rows["id"].gather(at)
