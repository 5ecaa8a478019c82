"""Cells that are blank by now while Sell still says something there: nobody emptied them.

The transformer can make nothing of what Sell says: it is no amount, day or address, or an owner whom
Pipedrive will not have.
"""

from __future__ import annotations

import polars as pl

from zsell_transform import issues
from zsell_transform.delta.fates import EMPTIED
from zsell_transform.drafting import Drafts
from zsell_transform.transformers.draft import Draft

#: What a cell is known by.
_CELL = ["entity", "source_id", "field"]
#: What is told of a cell of which the transformer makes nothing.
_UNREAD = ("unreadable_value", "undecided_date")


def still_said(cells: pl.DataFrame, now: Drafts) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Decided cells without those that only seem to be emptied; and the issues about what cannot be read.

    An owner who has gone needs none: the name is written beside (`Sell owner`, or a line of a text).
    """
    emptied = cells.filter(pl.col("fate") == EMPTIED)
    seeming, found = [emptied.select(_CELL).clear()], []
    for (entity,), mine in emptied.partition_by("entity", as_dict=True, maintain_order=True).items():
        if str(entity) not in now:
            continue
        said, told = _said(mine, now[str(entity)])
        seeming.append(said.select(pl.lit(entity).alias("entity"), "source_id", "field"))
        found.append(told)
    return cells.join(pl.concat(seeming), on=_CELL, how="anti", maintain_order="left"), found


def _said(emptied: pl.DataFrame, draft: Draft) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Which of an entity's emptied cells Sell still fills (`source_id, field`), and what is told of them."""
    cells = emptied.select("source_id", "field", "kind")
    columns = draft.origins.select(field="header", column=pl.col("source").str.split(", ")).explode("column")
    sources = cells.join(columns, on="field", how="inner", maintain_order="left")
    asked = sources["column"].unique()
    unread = [told for told in draft.audit if told.code in _UNREAD and told.field in asked]
    owned = cells.filter(pl.col("kind") == "user")
    read = {name for told in unread for name in told.when.meta.root_names()} | {told.field for told in unread}
    names = sorted(read | ({"owner"} if owned.height else set()))
    if not names:
        return cells.clear(), issues.empty()
    rows = draft.of(cells["source_id"].unique()).select("_id", "_file", "_row", *names).collect()
    asked_for = sources.select("source_id", field="column")
    told = issues.tell(rows, unread).join(
        asked_for, on=["source_id", "field"], how="semi", maintain_order="left"
    )
    unreadable = sources.join(
        told.select("source_id", column="field"),
        on=["source_id", "column"],
        how="semi",
        maintain_order="left",
    )
    of_somebody = rows.filter(pl.col("owner").is_not_null())["_id"] if owned.height else rows["_id"].clear()
    elsewhere = owned.filter(pl.col("source_id").is_in(of_somebody.implode()))
    return pl.concat([unreadable.select(elsewhere.columns), elsewhere]), told
