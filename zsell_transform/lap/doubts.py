"""Records that Pipedrive seems to hold already, though not by their Sell ids: their type is held back.

Somebody did not map the column of Sell ids in the wizard; or another lap read a list without ids, or another
account. The wizard recognises none of that, so what these prove would be written a second time.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import attrs
import polars as pl

from zsell_transform.folding import folded
from zsell_transform.frames.positions import firsts
from zsell_transform.lap.main_plans import MainPlans
from zsell_transform.lap.plans import OUT, PRESENT, WAITING
from zsell_transform.lap.sides import Sides
from zsell_transform.lap.targets import Targets
from zsell_transform.linker import Graph
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.sell.entities import ENTITY_OF

#: Fewer records that look alike may be coincidence, where they are not half of all.
NO_CHANCE: Final = 3
UNMARKED: Final = "sell_id_not_imported"
OTHERWISE: Final = "known_under_other_ids"
#: Lists whose records the wizard never finds by name: a second import doubles all of them.
_NEVER_FOUND: Final = ("deals", "leads")


@attrs.frozen
class Doubt:
    """Why a type is held back: the code of the issue, and what is told of the records that say so."""

    code: str
    detail: str


def mostly(alike: int, of: int) -> bool:
    """Whether so many of a list that look like Sell's are no coincidence."""
    return alike >= NO_CHANCE and 2 * alike >= of


def find_doubts(items: Iterable[str], main: MainPlans, sides: Sides) -> dict[str, Doubt]:
    """The items of which nothing may be written until somebody has looked, each with the reason.

    Args:
        items: those that are asked about.
        main: what would be written, where each record of Sell's is in Pipedrive, and its parties.
    """
    graph, held, companies, people = sides.graph, sides.held, main.companies, main.people
    ours = {
        "organizations": lambda: companies.frame.select("id", "address", name="title"),
        "persons": lambda: people.frame.select("id", graph.contacts["name"], "email"),
        "deals": lambda: _deals(main.deals, graph, companies, people),
        "leads": lambda: _leads(main.leads, companies, people),
    }
    found = {}
    for item in items if held.has_ours else ():
        rows = main.plans[ENTITY_OF[item]].rows
        real = rows["n"].is_not_null()  # of what the export only names, Sell says too little
        absent = rows["state"].is_in([OUT, WAITING]) & real
        if not absent.any():
            continue
        lacking = ours[item]().filter(absent)
        doubt = _unmarked(item, lacking, held) if item in _NEVER_FOUND else None
        if doubt is None and not ((rows["state"] == PRESENT) & real).any():
            doubt = _otherwise(item, lacking, held)
        if doubt:
            found[item] = doubt
    return found


def _deals(deals: pl.DataFrame, graph: Graph, companies: Targets, people: Targets) -> pl.DataFrame:
    """id, name, and of person and organization their names and System IDs."""
    person, organization = deals["person_at"], deals["organization_at"]
    return deals.select(
        "id",
        _at(people.frame["system_id"], person).alias("person_id"),
        _at(companies.frame["system_id"], organization).alias("organization_id"),
        _at(graph.contacts["name"], person).alias("person"),
        _at(companies.frame["title"], organization).alias("organization"),
        name="title",
    )


def _leads(leads: pl.DataFrame, companies: Targets, people: Targets) -> pl.DataFrame:
    """id, name, and System IDs of person and organization: a lead's title says both itself."""
    return leads.select(
        "id",
        _at(people.frame["system_id"], leads["party_at"]).alias("person_id"),
        _at(companies.frame["system_id"], leads["organization_at"]).alias("organization_id"),
        name="title",
    )


def _at(values: pl.Series, rows: pl.Series) -> pl.Series:
    """What stands at some rows; null for none, and for parties that are not Sell's."""
    known = rows.to_frame("at").select(pl.when(pl.col("at") < values.len()).then("at")).to_series()
    return values.gather(known)


# --- without a Sell id ----------------------------------------------------------------------------------


def _unmarked(item: str, ours: pl.DataFrame, held: Held) -> Doubt | None:
    """Records without a Sell id that have the titles of nearly all of Sell's that lack, and hang on the very
    person or organization that came with each; without such links, half of a list in which nothing has an id.
    """
    listed, typed = firsts(held[item], "system_id").height, held.typed(item)
    named = typed.with_columns(n=folded(pl.col("title")))
    ours = ours.with_columns(n=folded(pl.col("name")))
    alike = named.filter(pl.col("n").is_in(ours["n"].drop_nulls().implode()))
    ties = {tie: ["n", tie] for tie in ("person_id", "organization_id")}
    linked = pl.concat(alike.join(ours, on=on, how="semi", maintain_order="left") for on in ties.values())
    met = pl.concat(ours.join(alike, on=on, how="semi", maintain_order="left") for on in ties.values())
    nothing_has_one = typed.height == listed
    least = 1 if nothing_has_one else NO_CHANCE
    if (several := met["id"].n_unique()) >= least and _nearly_all(several, ours.height):
        return Doubt(UNMARKED, _said(firsts(linked, "system_id")))
    titled = int(ours["n"].is_in(alike["n"].implode()).sum())
    if nothing_has_one and mostly(alike.height, listed) and _nearly_all(titled, ours.height):
        return Doubt(UNMARKED, _said(alike))
    return None


def _nearly_all(met: int, of: int) -> bool:
    """Whether so many of the records that lack are there under their titles as an import makes them: some
    may be somebody's own.
    """
    return 4 * met >= 3 * of


# --- under another Sell id ------------------------------------------------------------------------------


def _otherwise(item: str, ours: pl.DataFrame, held: Held) -> Doubt | None:
    """Records that are called as Sell's and have other Sell ids, where Pipedrive has no id of this export.

    Half of an export that was moved before has other ids, too, but other names as well.
    """
    theirs = held[item].filter(pl.col("sell_id").is_not_null())
    if not theirs.height or theirs["sell_id"].is_in(ours["id"].implode()).any():
        return None
    mine = _tokens(ours.with_row_index("system_id"))
    met = _tokens(theirs).join(mine, on=["n", "v"], how="semi", maintain_order="left")
    alike = mine.join(met, on=["n", "v"], how="semi", maintain_order="left")["system_id"].n_unique()
    whole = alike == ours.height > 1
    if (
        whole
        or mostly(alike, ours.height)
        or mostly(met["system_id"].n_unique(), theirs["system_id"].n_unique())
    ):
        return Doubt(OTHERWISE, _said(firsts(theirs, "system_id").join(met, on="system_id", how="semi")))
    return None


def _tokens(rows: pl.DataFrame) -> pl.DataFrame:
    """system_id, n (folded name), v: what else two records have in common; blank where Sell has nothing."""
    name = next(column for column in ("title", "name") if column in rows.columns)
    read = rows.with_columns(n=folded(pl.col(name))).filter(pl.col("n").is_not_null())
    if "emails" in rows.columns:
        read = read.explode("emails").rename({"emails": "email"})
    values = [column for column in ("email", "address", "person", "organization") if column in read.columns]
    each = [
        read.select("system_id", "n", v=pl.lit(column) + folded(pl.col(column))).drop_nulls("v")
        for column in values
    ]
    nothing = pl.all_horizontal(pl.col(column).is_null() for column in values) if values else pl.lit(True)
    theirs = "sell_id" in rows.columns
    bare = read.filter(pl.lit(theirs) | nothing).select("system_id", "n", v=pl.lit(""))
    return pl.concat([*each, bare]).unique(maintain_order=True)


def _said(alike: pl.DataFrame) -> str:
    """How many of Pipedrive's records look like Sell's, and which one, for an example."""
    first = alike.row(0, named=True)
    name = first.get("title") or first.get("name")
    return f"{alike.height}, such as '{name}', System ID {first['system_id']}"
