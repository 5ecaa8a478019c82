"""Files that put right by System ID what can be put right: missing links, values that are not as in Sell.

Rows whose cells are filled alike share a file, so that no blank cell ever lies over a value.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.pipedrive.fields import NAMES, NOTE, PREFIXES, SYSTEM_IDS
from zsell_transform.sell.entities import ITEMS, MAIN
from zsell_transform.standing.update_rows import printed, without_blanks

#: What the frames of the proof call a relation → the item that it leads to.
_ITEM_OF: Final = {PREFIXES[item].lower(): item for item in MAIN}


def value_files(differing: pl.DataFrame, held: Held) -> dict[str, list[pl.DataFrame]]:
    """Item → file parts that write Sell's value over each differing one.

    Args:
        differing: system_id, field, sell; records that several Sell records share are not to be among them.
    """
    files = {}
    for item in ITEMS:
        mine = differing.filter(pl.col("field").str.starts_with(f"{PREFIXES[item]} - "))
        if not mine.height:
            continue
        fields = mine["field"].unique(maintain_order=True).to_list()
        wide = mine.group_by("system_id", maintain_order=True).agg(
            pl.col("sell").filter(pl.col("field") == field).first().alias(field) for field in fields
        )
        files[item] = without_blanks(_named(item, wide, held))
    return files


def _named(item: str, wide: pl.DataFrame, held: Held) -> pl.DataFrame:
    """Rows with System ID and name in front; a name that differs itself is the one to be written."""
    header = NAMES[item]
    joined = wide.join(
        printed(item, held), on="system_id", how="left", maintain_order="left", suffix=" there"
    )
    if f"{header} there" in joined.columns:
        joined = joined.with_columns(pl.coalesce(header, f"{header} there").alias(header)).drop(
            f"{header} there"
        )
    rest = [c for c in joined.columns if c not in ("system_id", header)]
    return joined.select(pl.col("system_id").alias(SYSTEM_IDS[item]), header, *rest)


def link_files(links: pl.DataFrame, items: pl.DataFrame, held: Held) -> dict[str, list[pl.DataFrame]]:
    """Item → file parts that add the links by System ID and name.

    Args:
        links: entity, source_id, system_id, relation, expected_system_id.
        items: entity, source_id, item: where each record stands.
    """
    placed = links.filter(pl.col("expected_system_id").is_not_null()).join(
        items, on=["entity", "source_id"], how="inner", maintain_order="left"
    )
    files = {}
    for item in ITEMS:
        mine = placed.filter(pl.col("item") == item)
        if mine.height:
            wide = mine.select("system_id").unique(maintain_order=True)
            for relation in mine["relation"].unique(maintain_order=True).to_list():
                wide = wide.join(
                    _cells(mine.filter(pl.col("relation") == relation), _ITEM_OF[str(relation)], held),
                    on="system_id",
                    how="left",
                    maintain_order="left",
                )
            files[item] = without_blanks(_named(item, wide, held))
    return files


def _cells(rows: pl.DataFrame, target: str, held: Held) -> pl.DataFrame:
    """system_id, and the linked record's System ID and name under the wizard's headers."""
    own = rows.unique("system_id", keep="first", maintain_order=True).select(
        "system_id", pl.col("expected_system_id").alias(SYSTEM_IDS[target])
    )
    names = printed(target, held).rename({"system_id": SYSTEM_IDS[target]})
    return own.join(names, on=SYSTEM_IDS[target], how="left", maintain_order="left")


def note_parts(notes: pl.DataFrame, held: Held) -> Sequence[pl.DataFrame]:
    """Rows that write a lead's description again as a note on it.

    Args:
        notes: system_id (of the lead), sell.
    """
    if not notes.height:
        return []
    named = notes.join(printed("leads", held), on="system_id", how="inner", maintain_order="left")
    rows = named.select(
        pl.col("sell").alias(NOTE), pl.col("system_id").alias(SYSTEM_IDS["leads"]), NAMES["leads"]
    )
    return without_blanks(rows)
