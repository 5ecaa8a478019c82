"""Where Sell's ids most likely stand in an export of which no column is known to have them.

Somebody mapped their column to a field of their own (`Old CRM ID`). Which one it is, is told, and never taken
unasked: numbers may be like ids by chance, and a wrong column would double the account.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from zsell_transform.lap.doubts import NO_CHANCE
from zsell_transform.linker import Graph
from zsell_transform.mapping_values import key_in_braces
from zsell_transform.pipedrive.exports.headers import is_known, is_of_another
from zsell_transform.pipedrive.exports.held import Held, own_header
from zsell_transform.pipedrive.own_ids import split_ids
from zsell_transform.sell.entities import ENTITY_OF, MAIN

#: Most columns have no id in their first cells.
_FIRST: Final = 1000


def where_ids_stand(item: str, graph: Graph, held: Held) -> str:
    """How to say in the mapping which column of an item's export has Sell's ids; "" where none can help."""
    if item not in held.unmarked:
        return ""

    def line(header: str) -> str:
        return f"`columns: {{pipedrive_{item}: {{{header}: {own_header(item)}}}}}`"

    found = _likely(item, graph, held) if item in MAIN else {}
    if len(found) != 1:
        return f"; where their column has another header, the mapping names it: {line('Their header')}"
    [(column, said)] = found.items()
    return f"; in the mapping, {line(key_in_braces(column))} most likely reads them: {said} are Sell ids"


def _likely(item: str, graph: Graph, held: Held) -> dict[str, str]:
    """Unknown columns of which several values, and nearly all, are ids of ours: how many of how many."""
    table, known = held.raw[item], getattr(graph, ENTITY_OF[item])["id"]
    found = {}
    for column in table.columns:
        cells = table.select(pl.col(column).drop_nulls())
        if is_known(item, column) or is_of_another(column, item, table.columns) or not cells.height:
            continue
        if _ours(cells.head(_FIRST), known)[0]:
            ours, of = _ours(cells, known)
            if ours >= NO_CHANCE and 10 * ours >= 9 * of:
                found[column] = f"{ours:,} of {of:,} values"
    return found


def _ours(cells: pl.DataFrame, known: pl.Series) -> tuple[int, int]:
    """How many different ids of ours stand in the cells of a column, and how many different values."""
    values = cells.select(split_ids(pl.col(cells.columns[0])).explode().drop_nulls().unique()).to_series()
    return int(values.is_in(known.implode()).sum()), values.len()
