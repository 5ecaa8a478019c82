"""What organizations and persons of a lap have in common: how they are known, their state and their form."""

from __future__ import annotations

import polars as pl

from zsell_transform.frames.sparse import has, one_of
from zsell_transform.lap.link_cells import BY_ID, BY_KEY, WAIT, form
from zsell_transform.lap.plans import MERGED, OUT, PRESENT, WAITING, state
from zsell_transform.lap.reasons import NO_EXPORT, NO_ORGANIZATION_KEY, reason
from zsell_transform.pipedrive import keys
from zsell_transform.pipedrive.exports.held import Held


def known_of(records: pl.DataFrame, known: keys.Keys) -> pl.DataFrame:
    """Records with what is known of each; `final` is the name as it is to be written."""
    return pl.concat([records, known.frame.drop("id").rename({"name": "final"})], how="horizontal")


def written_form() -> pl.Expr:
    """By System ID where it is known, by its key where this lap writes it and the key is proven."""
    return (
        pl.when(pl.col("linkable") & pl.col("system_id").is_not_null())
        .then(form(BY_ID))
        .when((pl.col("state") == OUT) & pl.col("proven"))
        .then(form(BY_KEY))
        .otherwise(form(WAIT))
    )


def written_name(rows: pl.DataFrame) -> pl.Expr:
    """As Pipedrive prints it, once it is there."""
    if not has(rows, "system_id"):
        return pl.col("final")
    return pl.coalesce(pl.when(pl.col("system_id").is_not_null()).then("printed"), "final")


def with_place(people: pl.DataFrame) -> pl.DataFrame:
    """Pipedrive's people with the token of their organization."""
    return people.select(
        "system_id", "name", "emails", "phones", "sell_id", place=pl.lit("#") + pl.col("organization_id")
    )


def recognised(held: Held, item: str) -> pl.DataFrame:
    """Pipedrive's records, each with its Sell ids, also those that several carry: they are there."""
    several = held.twice_of(item)
    if not several.height:
        return held[item]
    carried = several.select("sell_id", system_id=pl.col("system_ids").str.split(", ")).explode("system_id")
    return (
        held[item]
        .join(carried, on="system_id", how="left", maintain_order="left")
        .with_columns(pl.coalesce("sell_id", "sell_id_right").alias("sell_id"))
        .drop("sell_id_right")
        .unique(["system_id", "sell_id"], keep="first", maintain_order=True)
    )


def stated(
    rows: pl.DataFrame, held: Held, item: str, *, blocked: bool, waits: pl.Expr | None = None
) -> pl.DataFrame:
    """Rows with state, reason, linkable; a Sell id of two records in Pipedrive is there, but not linkable.

    One of them may carry another id beside it (`11, 12`), by which it is known.
    """
    twice = held.standing_twice(item)
    waits = pl.lit(False) if waits is None else waits
    there = pl.col("system_id").is_not_null()
    return rows.with_columns(
        linkable=~one_of("system_id", twice) | one_of("id", held[item]["sell_id"]) if twice.len() else True,
        state=pl.when(there)
        .then(state(PRESENT))
        .when(blocked)
        .then(state(WAITING))
        .when(pl.col("into").is_not_null())
        .then(state(MERGED))
        .when(waits)
        .then(state(WAITING))
        .otherwise(state(OUT)),
        reason=pl.when(~there & pl.lit(blocked))
        .then(reason(NO_EXPORT[item]))
        .when(~there & waits)
        .then(reason(NO_ORGANIZATION_KEY)),
    )
