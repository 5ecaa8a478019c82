"""Records without a link in Sell that have their place in Pipedrive: they need no placeholder.

What a record hangs on may depend on the mapping of the lap that wrote it: a single pass hangs the note of a
lead on the lead's person, and a later mapping leaves that lead out. It is there, and stays where it is. So
does what hung on a placeholder that somebody has deleted: no lap writes one for what is there.
"""

from __future__ import annotations

import attrs
import polars as pl

from zsell_transform.lap.placeholder import PLACEHOLDER_ID, placeholder_is_there
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.standing.account import PLACED, Account
from zsell_transform.standing.shown_links import SHOWN, shown_links


def settled(wanted: Account, there: pl.DataFrame) -> pl.DataFrame:
    """What is there and has its place in Sell: no records without a link, and none that are left out.

    Args:
        there: as of `presence`.
    """
    unwished = wanted.records.filter("left_out").select("entity", "id")
    placed = wanted.relations.filter(pl.col("how") == PLACED).select("entity", "id")
    others = pl.concat([unwished, placed])
    return there.join(others, on=["entity", "id"], how="anti", maintain_order="left")


def without_needless(wanted: Account, there: pl.DataFrame, held: Held) -> Account:
    """The account without places of records that hang on something, and none on a placeholder that is gone.

    Args:
        there: as of `presence`.
    """
    if not placeholder_is_there(held):
        elsewhere = wanted.relations.filter(pl.col("to").ne_missing(PLACEHOLDER_ID))
        return attrs.evolve(wanted, relations=elsewhere)
    is_placed = pl.col("how") == PLACED
    hanging = there.join(_hanging(held), on=["item", "system_id"], how="semi", maintain_order="left")
    placed = wanted.relations.filter(is_placed)
    needed = placed.join(hanging, on=["entity", "id"], how="anti", maintain_order="left")
    others = wanted.relations.filter(~is_placed).join(
        _beside(wanted.relations, placed.join(hanging, on=["entity", "id"], how="semi")),
        on=["entity", "id", "to"],
        how="anti",
        maintain_order="left",
    )
    return attrs.evolve(wanted, relations=pl.concat([others, needed]))


def _beside(relations: pl.DataFrame, needless: pl.DataFrame) -> pl.DataFrame:
    """entity, id, to of the placeholders beside the history of deals that need none themselves."""
    deals = needless.filter(pl.col("entity") == "deals").select(to="id")
    of_them = relations.filter(pl.col("relation") == "deals").join(deals, on="to", how="semi")
    return of_them.select("entity", "id", to=pl.lit(PLACEHOLDER_ID))


def _hanging(held: Held) -> pl.DataFrame:
    """item, system_id of what shows a link to anything, of whatever kind."""
    parts = [pl.DataFrame(schema={"item": pl.String, "system_id": pl.String})]
    for item, raw in held.raw.items():
        for relation in SHOWN:
            if (shown := shown_links(raw, relation)) is not None:
                linked = shown.filter(pl.coalesce("found_id", "found_name").is_not_null())
                parts.append(linked.select(pl.lit(item).alias("item"), "system_id"))
    return pl.concat(parts)
