"""Records of Sell's that Pipedrive does not hold, and why."""

from __future__ import annotations

from typing import Final

import polars as pl

from zsell_transform.lap import plan
from zsell_transform.lap.plans import OUT
from zsell_transform.lap.reasons import NO_EXPORT
from zsell_transform.linked import Linked
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.proof.links import IDLESS, NOT_GIVEN
from zsell_transform.sell.entities import MAIN, TARGETS
from zsell_transform.standing.account import Account

MISSING: Final = dict.fromkeys(("entity", "item", "source_id", "name", "reason"), pl.String)
#: Why a record is missing that the next lap would write.
NEXT_LAP: Final = "not in Pipedrive: the next lap writes it"


def missing_records(
    wanted: Account, there: pl.DataFrame, known: Linked, held: Held, ask: Mapping, skipped: pl.DataFrame
) -> pl.DataFrame:
    """Records that are not there, each with the most telling reason, as `MISSING`.

    Args:
        there: as of `presence`.
        skipped: as of `read_skip_files`.
    """
    gone = wanted.records.filter(~pl.col("left_out")).join(
        there, on=["entity", "id"], how="anti", maintain_order="left"
    )
    if not gone.height:
        return pl.DataFrame(schema=MISSING)
    reasons = _reasons(known, held, ask)
    told = skipped.unique(["entity", "source_id"], keep="last", maintain_order=True).select(
        "entity", id="source_id", said=pl.format("skipped by Pipedrive: {}. {}", "reason", "to_do")
    )
    items = pl.col("entity").replace_strict(TARGETS)
    no_file = pl.when(~items.is_in(list(held.given))).then(pl.format(NOT_GIVEN, items))
    unreadable = pl.when(~items.is_in(list(held.readable))).then(
        pl.format("the export of {} cannot be read, or has no column with Sell's ids or marks", items)
    )
    blank = pl.when(items.is_in(list(held.idless))).then(pl.format(IDLESS, items))
    doubtful = {f"waits: {NO_EXPORT[item]}": _not_said(item, held) for item in MAIN if item in held.readable}
    named = gone.join(reasons, on=["entity", "id"], how="left", maintain_order="left").join(
        told, on=["entity", "id"], how="left", maintain_order="left"
    )
    return named.select(
        "entity",
        items.alias("item"),
        pl.col("id").alias("source_id"),
        "name",
        pl.coalesce(
            "said", no_file, blank, unreadable, pl.col("reason").replace(doubtful), pl.lit(NEXT_LAP)
        ).alias("reason"),
    )


def _not_said(item: str, held: Held) -> str:
    """Why an export that was given does not say whether a record of Sell's is there."""
    if held.raw[item].height and not held[item]["sell_id"].count():
        return (
            f"the export of {item} has no Sell id in any of its records (most likely not mapped in an import)"
        )
    return f"the export of {item} lacks some of its records, or shows some without these Sell ids"


def _reasons(known: Linked, held: Held, ask: Mapping) -> pl.DataFrame:
    """entity, id, reason: why the next lap would not write a record; asked only where one is missing."""
    lap = plan(known.graph, held, ask, known.details, left_out=known.left_out)
    return pl.concat(
        [
            one.rows.filter(pl.col("state") != OUT).select(
                pl.lit(entity).alias("entity"),
                "id",
                reason=pl.coalesce(
                    pl.format("waits: {}", pl.col("reason")),
                    pl.format("in the next lap: {}", pl.col("state")),
                ),
            )
            for entity, one in lap.plans.items()
        ]
    ).unique(["entity", "id"], keep="first", maintain_order=True)
