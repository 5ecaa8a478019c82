"""Custom fields that an earlier run made: they show what Sell holds, read as the values of then proved.

Which type a field has was decided by all values of its column at the time; a proof sees those of today. So a
cell that is shown as it stands in Sell, or as a reading of it, is no difference; a change of its text is.
"""

from __future__ import annotations

import polars as pl

from zsell_transform.drafting import Drafts
from zsell_transform.proof.values import as_it_stands, read_somehow
from zsell_transform.transformers import Draft
from zsell_transform.transformers.custom import READ


def without_readings(found: pl.DataFrame, drafts: Drafts) -> pl.DataFrame:
    """The differing values that no reading of their cell explains.

    Args:
        found: as of `differing`.
    """
    said = [
        _said(draft, found.filter(pl.col("entity") == entity))
        for entity, draft in drafts.items()
        if (found["entity"] == entity).any()
    ]
    if not said:
        return found
    beside = found.join(
        pl.concat(said), on=["entity", "source_id", "field"], how="left", maintain_order="left"
    )
    # What the values of today prove is known; only where they prove nothing, any reading may be that of then.
    there = pl.col("pipedrive")
    alike = as_it_stands(pl.col("said"), there) | (~pl.col("read") & read_somehow(pl.col("said"), there))
    return beside.filter(~alike.fill_null(value=False)).select(found.columns)


def _said(draft: Draft, found: pl.DataFrame) -> pl.DataFrame:
    """entity, source_id, field, said (the cell of Sell's as it stands), read (it is written in a reading)."""
    custom = draft.origins.filter(
        (pl.col("kind") == "custom") & pl.col("header").is_in(found["field"].implode())
    )
    whole = draft.of(found["source_id"].unique())
    parts = [
        whole.select(
            pl.lit(draft.entity).alias("entity"),
            pl.col("_id").alias("source_id"),
            pl.lit(header).alias("field"),
            pl.col(source).alias("said"),
            pl.lit(kind in READ).alias("read"),
        )
        for header, source, kind in zip(*(custom[c] for c in ("header", "source", "type")), strict=True)
    ]
    schema = dict.fromkeys(("entity", "source_id", "field", "said"), pl.String) | {"read": pl.Boolean}
    return pl.concat([pl.DataFrame(schema=schema), *pl.collect_all(parts)])
