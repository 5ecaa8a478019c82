"""What Pipedrive's exports say of each other: a record that one of them names, and the other does not hold.

A list that was exported with a filter, last week, or without its archived leads looks like any other one; and
one that was forgotten looks as if there were none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import attrs
import polars as pl

from zsell_transform.ids import exact
from zsell_transform.pipedrive.exports.held import NAMED_BY, Held
from zsell_transform.sell.entities import MAIN

#: Item → what its records are linked to; under the same words, any other list may have custom fields.
_LINKED_TO: Final = {
    "organizations": (),
    "persons": ("organizations",),
    "deals": ("persons", "organizations"),
    "leads": ("persons", "organizations"),
    "activities": tuple(NAMED_BY),
    "notes": tuple(NAMED_BY),
}
#: Item → how other lists call its records, beside their System IDs.
_CALLED_BY: Final = {
    "organizations": ("Organization",),
    "persons": ("Contact person",),
    "deals": ("Deal", "Deal title"),
    "leads": ("Lead",),
}
#: Item → what exports of other main lists count of it at each record (facts, pipedrive_import: X1-X4; high).
_COUNTED: Final = {
    "deals": ("Open deals", "Won deals", "Lost deals", "Closed deals"),
    "activities": ("Total activities", "Done activities", "Activities to do"),
}
#: What tells that a record came from Sell.
_SIGNS: Final = ("sell_id", "sell_lead_id", "mark")
#: One System ID, whole: not several in a cell, not one that a spreadsheet rounded, not a 0 for none.
_WHOLE: Final = r"^(?:[1-9]\d*|[\w-]*[A-Za-z-][\w-]*)$"
#: A number that is not 0, whatever parts its thousands.
_SOME: Final = r"^\s*\d*[1-9][\d\s.,'’]*$"


@attrs.frozen
class Gap:
    """How many System IDs of an item the other lists name and its own lacks, and one place that does."""

    count: int
    example: str


def gaps(held: Held, items: Iterable[str]) -> dict[str, Gap]:
    """The items whose export lacks records to which records from Sell are linked in Pipedrive.

    What people made themselves while they exported list after list proves nothing, save where they linked a
    record of Sell's to it: then the lists are exported again.
    """
    asked = [item for item in items if item in held.raw]
    ours = {item: _from_sell(held, item) for item in held.raw} if asked else {}
    found = {item: _gap(ours, item, held.raw[item]["ID"]) for item in asked}
    return {item: gap for item, gap in found.items() if gap}


def shown_elsewhere(held: Held, items: Iterable[str]) -> dict[str, Gap]:
    """The items without an export that have records nonetheless: others name some of them beside records of
    Sell's, or count them there.
    """
    asked = [item for item in items if item not in held.given]
    ours = {item: _from_sell(held, item) for item in held.raw} if asked else {}
    found = {
        item: (_gap(ours, item) or _called(ours, item) if item in NAMED_BY else None) or _counted(ours, item)
        for item in asked
    }
    return {item: gap for item, gap in found.items() if gap}


def _from_sell(held: Held, item: str) -> pl.DataFrame:
    """The records of a list that came from Sell, with the columns that tell of others."""
    signs = [pl.col(sign).is_not_null() for sign in _SIGNS if sign in held[item].columns]
    ids = held[item].filter(pl.any_horizontal(signs))["system_id"]
    table = held.raw[item]
    telling = [name for target in _LINKED_TO[item] for name in (NAMED_BY[target], *_CALLED_BY[target])]
    telling += [name for names in _COUNTED.values() for name in names if item in MAIN]
    names = [name for name in telling if name in table.columns]
    return table.select("ID", *names).filter(pl.col("ID").is_in(ids.implode()))


def _gap(ours: dict[str, pl.DataFrame], item: str, there: pl.Series | None = None) -> Gap | None:
    """What the other lists name of an item by System IDs that are not `there`."""
    there = pl.Series("ID", [], pl.String) if there is None else there
    known = there.to_frame("ID").select(exact(pl.col("ID"))).to_series().implode()
    parts = [
        _naming(rows, item).filter(~pl.col("named").is_in(known)).with_columns(by=pl.lit(by))
        for by, rows in ours.items()
        if NAMED_BY[item] in rows.columns
    ]
    lacking = pl.concat(parts) if parts else pl.DataFrame()
    if not lacking.height:
        return None
    example = lacking.select(pl.format("{} of {} names System ID {}", "ID", "by", "named")).item(0, 0)
    return Gap(lacking["named"].n_unique(), example)


def _called(ours: dict[str, pl.DataFrame], item: str) -> Gap | None:
    """What the other lists call records of an item, where they do not show System IDs."""
    for by, rows in ours.items():
        shown = [] if NAMED_BY[item] in rows.columns else [n for n in _CALLED_BY[item] if n in rows.columns]
        for name in shown:
            said = _of_leads(rows, item).select("ID", name).drop_nulls()
            if said.height:
                first, called = said.row(0)
                return Gap(said[name].n_unique(), f"{first} of {by} names '{called}'")
    return None


def _counted(ours: dict[str, pl.DataFrame], item: str) -> Gap | None:
    """What the other lists count of an item, by the first record that counts any."""
    for by, rows in ours.items():
        for name in (one for one in _COUNTED.get(item, ()) if one in rows.columns):
            counted = rows.filter(pl.col(name).str.contains(_SOME))
            if counted.height:
                first, count = counted.select("ID", name).row(0)
                return Gap(counted.height, f"{first} of {by} has {count} under {name}")
    return None


def _of_leads(rows: pl.DataFrame, item: str) -> pl.DataFrame:
    """The rows that may name a record of an item: a lead is none where a deal is named, which it became."""
    deal = [name for name in (NAMED_BY["deals"], *_CALLED_BY["deals"]) if name in rows.columns]
    return rows.filter(pl.all_horizontal(pl.col(deal).is_null())) if deal and item == "leads" else rows


def _naming(rows: pl.DataFrame, item: str) -> pl.DataFrame:
    """ID and named: of the rows that name a record of an item, which one.

    A lead that became a deal in Pipedrive is in no list of leads any more: what hangs on it names the deal,
    in a column that must be there to tell.
    """
    if item == "leads" and NAMED_BY["deals"] not in rows.columns:
        rows = rows.clear()
    rows = _of_leads(rows, item)
    named = rows.select("ID", named=exact(pl.col(NAMED_BY[item])))
    return named.filter(pl.col("named").str.contains(_WHOLE))
