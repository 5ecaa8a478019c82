"""Types of records that are held back: a forgotten or partial export must not double a record."""

from __future__ import annotations

from collections.abc import Set

from zsell_transform.lap.doubts import Doubt, find_doubts, mostly
from zsell_transform.lap.main_plans import MainPlans
from zsell_transform.lap.sides import Sides
from zsell_transform.linker import Graph
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.sell.entities import LINKED, MAIN


def without_export(sides: Sides) -> frozenset[str]:
    """Types of which nothing may be written: a forgotten export must not double a record (contract, 1)."""
    held = sides.held
    if not (held.has_ours or _has_our_titles(sides.graph, held)):
        return frozenset()
    missing = {item for item in MAIN if item not in held.given}
    unreadable = held.given - held.readable
    return frozenset((missing | unreadable) - set(sides.ask.empty_in_pipedrive))


def _has_our_titles(graph: Graph, held: Held) -> bool:
    """Whether deals or leads without a column of Sell ids are most likely Sell's: half of them are called so,
    and not one or two that somebody typed.

    The wizard never recognises these again. People and companies may well be there from before.
    """
    unknown = held.given - held.readable
    titles = {item: held[item]["title"].drop_nulls() for item in unknown & {"deals", "leads"}}
    known = {"deals": graph.deals["title"], "leads": graph.leads["title"]}
    alike = {item: int(given.is_in(known[item].implode()).sum()) for item, given in titles.items()}
    return any(mostly(count, titles[item].len()) for item, count in alike.items())


def written_beside(main: MainPlans, sides: Sides) -> list[str]:
    """Items of which some records are in Pipedrive, as its export shows, and others would be written."""
    return [
        item
        for entity, item in LINKED.items()
        if item in sides.held.raw and item not in sides.ask.empty_in_pipedrive
        if main.plans[entity].count_out()
    ]


def doubted_types(main: MainPlans, sides: Sides, waits: Set[str]) -> dict[str, Doubt]:
    """Types that seem to be in Pipedrive without these Sell ids, of those that do not wait in any case."""
    asked = [item for item in MAIN if item not in waits and item not in sides.ask.empty_in_pipedrive]
    return find_doubts(asked, main, sides)
