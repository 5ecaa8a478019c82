"""Names of companies, people and leads that the earlier export only named, where they are others by now."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from typing import Final

import polars as pl

from zsell_transform.delta.cells import CELLS, no_cells
from zsell_transform.frames.sparse import BLANK
from zsell_transform.linker import Graph
from zsell_transform.pipedrive.exports import Held
from zsell_transform.sell.entities import TARGETS
from zsell_transform.standing.account import persons_of_leads
from zsell_transform.standing.sameness import kinds
from zsell_transform.standing.shown_cells import shown

_OF_A_PERSON: Final = {
    "name": "Person - Name", "first": "Person - First name", "last": "Person - Last name",
}  # fmt: skip
#: Entity, item → the header of each name; a lead's person came with it.
_NAMES: Final[MappingOf[tuple[str, str], MappingOf[str, str]]] = {
    ("companies", "organizations"): {"name": "Organization - Name"},
    ("contacts", "persons"): _OF_A_PERSON,
    ("leads", "leads"): {"title": "Lead - Title"},
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
        raw = held.raw.get(item)
        if raw is None:
            continue
        old, new = _named(then, entity, added=True), _named(now, entity)
        both = new.join(old, on="id", how="inner", maintain_order="left", suffix=" old")
        rows = both.join(_places(entity, item, there, held), on="id", how="inner", maintain_order="left")
        if not rows.height:
            continue
        for column, header in headers.items():
            cell = shown(item, header, raw.columns)
            beside = raw.select(
                pl.col("ID").alias("system_id"),
                (BLANK if cell is None else cell).alias("there"),
            )
            cells = rows.filter(pl.col(column).ne_missing(pl.col(f"{column} old"))).join(
                beside, on="system_id", how="left", maintain_order="left"
            )
            parts.append(
                cells.with_columns(
                    entity=pl.lit(entity),
                    source_id="id",
                    _file=BLANK,
                    _row=pl.lit(None, dtype=pl.Int64),
                    item=pl.lit(item),
                    field=pl.lit(header),
                    old=f"{column} old",
                    new=column,
                    said=BLANK,
                    said_then=BLANK,
                    seen=pl.lit(cell is not None),
                    kind=pl.lit(kinds([header], {})[header]),
                ).select(CELLS)
            )
    return pl.concat(parts)


def _named(graph: Graph, entity: str, *, added: bool = False) -> pl.DataFrame:
    """Records with an id and their names, or those alone that the export only names (`added`).

    Of a `name:` record the name never changes.
    """
    frame = {"companies": graph.companies, "contacts": graph.contacts, "leads": graph.leads}[entity]
    names = [c for c in ("name", "title", "first", "last") if c in frame.columns]
    wanted = pl.col("added").fill_null(value=False) if added else pl.lit(value=True)
    return frame.filter(wanted & ~pl.col("id").str.starts_with("name:")).select("id", *names)


def _places(entity: str, item: str, there: pl.DataFrame, held: Held) -> pl.DataFrame:
    """id, system_id, own: where each of them stands."""
    mine = there.filter((pl.col("entity") == entity) & (pl.col("item") == TARGETS[entity]))
    if entity == "leads" and item == "persons":
        return persons_of_leads(mine, held)
    return mine.select("id", "system_id", own=pl.lit(value=True))
