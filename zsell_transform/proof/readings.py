"""Custom fields that an earlier run made: they show what Sell holds, read as the values of then proved.

Which type a field has was decided by all values of its column at the time; a proof sees those of today. So a
cell that is shown as it stands in Sell, or as a reading of it, is no difference; a change of its text is.
"""

from __future__ import annotations

import polars as pl

from zsell_transform.cleaning.moments import clock_of
from zsell_transform.drafting import Drafts
from zsell_transform.frames.sparse import BLANK
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.pipedrive.shown_cell import shown_cell
from zsell_transform.standing.sameness import as_it_stands, read_somehow, same
from zsell_transform.transformers import Draft
from zsell_transform.transformers.custom import READ, TIME


def without_readings(found: pl.DataFrame, drafts: Drafts, held: Held) -> pl.DataFrame:
    """The differing values that no reading of their cell explains.

    Args:
        found: as of `differing`.
    """
    said = [
        _said(draft, found.filter(pl.col("entity") == entity), held)
        for entity, draft in drafts.items()
        if (found["entity"] == entity).any()
    ]
    if not said:
        return found
    cell = ["entity", "source_id", "system_id", "field"]
    beside = found.join(pl.concat(said), on=cell, how="left", maintain_order="left")
    # What the values of today prove is known; only where they prove nothing, any reading may be that of then.
    there, said_now = pl.col("pipedrive"), pl.col("said")
    clock = clock_of(said_now)
    in_time = clock.is_null() | pl.col("time").is_null() | same("time", clock, pl.col("time"))
    alike = as_it_stands(said_now, there) | (~pl.col("read") & read_somehow(said_now, there) & in_time)
    return beside.filter(~alike.fill_null(value=False)).select(found.columns)


def _said(draft: Draft, found: pl.DataFrame, held: Held) -> pl.DataFrame:
    """What Sell says in the cells of custom fields.

    Returns:
        entity, source_id, system_id, field, said (the cell as it stands), read (it is written in a reading),
        time (what is shown in the field for the times of a date-time).
    """
    asked = (pl.col("kind") == "custom") & pl.col("header").is_in(found["field"].implode())
    custom = draft.origins.filter(asked)
    raw = held.raw.get(draft.target, pl.DataFrame({"ID": []}, schema={"ID": pl.String}))
    there = found.select("system_id", _id="source_id").unique(maintain_order=True)
    whole = draft.of(found["source_id"].unique())
    parts = []
    for header, source, kind in zip(*(custom[c] for c in ("header", "source", "type")), strict=True):
        time = shown_cell(draft.target, f"{header}{TIME}", raw.columns)
        times = raw.select((BLANK if time is None else time).alias("time"), system_id="ID")
        rows = there.join(times, on="system_id", how="left", maintain_order="left").lazy()
        parts.append(
            whole.select("_id", pl.col(source).alias("said"))
            .join(rows, on="_id", how="inner", maintain_order="left")
            .select(
                pl.lit(draft.entity).alias("entity"),
                pl.col("_id").alias("source_id"),
                "system_id",
                pl.lit(header).alias("field"),
                "said",
                pl.lit(kind in READ).alias("read"),
                "time",
            )
        )
    texts = dict.fromkeys(("entity", "source_id", "system_id", "field", "said"), pl.String)
    schema = {**texts, "read": pl.Boolean, "time": pl.String}
    return pl.concat([pl.DataFrame(schema=schema), *pl.collect_all(parts)])
