"""Records of Pipedrive's without a Sell id beside those that came from Sell, under the very same name.

The wizard makes them of a row's links where the column of System IDs was not mapped, or where it was told to
create separate records. No lap recognises them, as they have no id, so all seems complete.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from zsell_transform.folding import phone_key
from zsell_transform.frames.positions import firsts
from zsell_transform.ids import exact
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.sell.entities import MAIN

#: The twin `system_id`, called `name`, and the record `beside` it (a System ID), which has the Sell id
#: `sell_id`.
TWINS: Final = dict.fromkeys(("item", "system_id", "name", "beside", "sell_id"), pl.String)
_PARTIES: Final = ("person", "organization")


def twins(held: Held) -> pl.DataFrame:
    """The records that show nothing but the name, and values and links by name, of one that is Sell's."""
    return pl.concat([pl.DataFrame(schema=TWINS), *(_of(item, held) for item in MAIN if held[item].height)])


def _of(item: str, held: Held) -> pl.DataFrame:
    every = held[item]
    name = "title" if "title" in every.columns else "name"
    typed = held.typed(item)
    if not typed.height:
        return pl.DataFrame(schema=TWINS)
    ours = firsts(
        every.filter(pl.col("sell_id").is_not_null(), pl.col(name).is_in(typed[name].implode())), name
    )
    both = typed.join(ours, on=name, how="inner", maintain_order="left", suffix=" (ours)")
    alike = {"organizations": _organizations, "persons": _persons}.get(item, _with_parties)
    return alike(both, item, held).select(
        pl.lit(item).alias("item"),
        "system_id",
        pl.col(name).alias("name"),
        beside="system_id (ours)",
        sell_id="sell_id (ours)",
    )


def _blank_or_same(column: str) -> pl.Expr:
    return pl.col(column).is_null() | (pl.col(column) == pl.col(f"{column} (ours)"))


def _organizations(both: pl.DataFrame, _item: str, _held: Held) -> pl.DataFrame:
    return both.filter(_blank_or_same("address"))


def _persons(both: pl.DataFrame, _item: str, held: Held) -> pl.DataFrame:
    """A lead has a person of its own without a Sell id, who may well be another one of that name."""
    folded = {"emails": pl.element().str.to_lowercase(), "phones": phone_key(pl.element())}
    read = both.with_columns(
        pl.col(column).list.eval(each)
        for value, each in folded.items()
        for column in (value, f"{value} (ours)")
    )
    others = (pl.col(value).list.set_difference(f"{value} (ours)") for value in folded)
    nothing_else = pl.all_horizontal(_count(values) == 0 for values in others)
    some = pl.any_horizontal(_count(pl.col(value)) > 0 for value in folded)
    of_lead = pl.col("system_id").is_in(_people_of_leads(held).implode())
    return read.filter(nothing_else, _blank_or_same("organization"), some | ~of_lead)


def _count(values: pl.Expr) -> pl.Expr:
    return values.list.len().fill_null(0)


def _people_of_leads(held: Held) -> pl.Series:
    """System IDs of the people of Sell's leads, also of those that were converted."""
    own = {"leads": "sell_id", "deals": "sell_lead_id"}
    return pl.concat(
        held[item].filter(pl.col(sign).is_not_null())["person_id"].drop_nulls() for item, sign in own.items()
    )


def _with_parties(both: pl.DataFrame, item: str, held: Held) -> pl.DataFrame:
    """A deal or lead names a person or organization as its twin does, and no other; a deal has no value."""
    some = pl.any_horizontal(pl.col(party) == pl.col(f"{party} (ours)") for party in _PARTIES)
    alike = both.filter(some, *map(_blank_or_same, _PARTIES))
    table = held.raw[item]
    if item != "deals" or "Value" not in table.columns:
        return alike
    worth = table.filter(exact(pl.col("Value")).str.contains("[1-9]"))["ID"]
    return alike.filter(~pl.col("system_id").is_in(worth.implode()))
