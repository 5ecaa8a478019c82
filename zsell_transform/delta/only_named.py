"""Names of companies, people and leads that the earlier export only named, where they are others by now."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from typing import Final

import polars as pl

from zsell_transform.delta.cells import cells_of, no_cells, with_shown
from zsell_transform.ids import is_by_name
from zsell_transform.linker import Graph
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.pipedrive.fields import NAMES
from zsell_transform.sell.entities import TARGETS
from zsell_transform.standing.account import persons_of_leads
from zsell_transform.standing.sameness import kinds

_OF_A_PERSON: Final = {
    "name": NAMES["persons"], "first": "Person - First name", "last": "Person - Last name",
}  # fmt: skip
#: Entity, item → the header of each name; a lead's person came with it.
_NAMES: Final[MappingOf[tuple[str, str], MappingOf[str, str]]] = {
    ("companies", "organizations"): {"name": NAMES["organizations"]},
    ("contacts", "persons"): _OF_A_PERSON,
    ("leads", "leads"): {"title": NAMES["leads"]},
    ("leads", "persons"): _OF_A_PERSON,
}


def changed_names(then: Graph, now: Graph, there: pl.DataFrame, held: Held) -> pl.DataFrame:
    """Their changed names, as `CELLS`: no record of then says what they were, and so no draft.

    Args:
        then, now: the links of the earlier run and of this one.
        there: as of `presence`.
    """
    parts = [no_cells()]
    for (entity, item), headers in _NAMES.items():
        if item not in held.raw:
            continue
        old, new = _named(then, entity, added=True), _named(now, entity)
        both = new.join(old, on="id", how="inner", maintain_order="left", suffix=" old")
        rows = both.join(_places(entity, item, there, held), on="id", how="inner", maintain_order="left")
        if not rows.height:
            continue
        for column, header in headers.items():
            renamed = rows.filter(pl.col(column).ne_missing(pl.col(f"{column} old"))).select(
                "system_id", "own", source_id="id", old=f"{column} old", new=column
            )
            beside = with_shown(renamed, held, item, header)
            parts.append(cells_of(beside, entity, item, header, pl.lit(kinds([header], {})[header])))
    return pl.concat(parts)


def _named(graph: Graph, entity: str, *, added: bool = False) -> pl.DataFrame:
    """Records with an id and their names, or those alone that the export only names (`added`).

    Of a `name:` record the name never changes.
    """
    frame = {"companies": graph.companies, "contacts": graph.contacts, "leads": graph.leads}[entity]
    names = [c for c in ("name", "title", "first", "last") if c in frame.columns]
    wanted = pl.col("added").fill_null(value=False) if added else pl.lit(value=True)
    return frame.filter(wanted & ~is_by_name("id")).select("id", *names)


def _places(entity: str, item: str, there: pl.DataFrame, held: Held) -> pl.DataFrame:
    """id, system_id, own: where each of them stands."""
    mine = there.filter((pl.col("entity") == entity) & (pl.col("item") == TARGETS[entity]))
    if entity == "leads" and item == "persons":
        return persons_of_leads(mine, held)
    return mine.select("id", "system_id", own=pl.lit(value=True))
