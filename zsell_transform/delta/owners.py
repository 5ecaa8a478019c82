"""To whom the wizard gave what had no owner: whoever imported, whom no list of users names."""

from __future__ import annotations

from typing import Final

import polars as pl

from zsell_transform.drafting import Drafts
from zsell_transform.frames.sparse import column_or_blank
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.pipedrive.shown_cell import shown_cell
from zsell_transform.sell.entities import TARGETS
from zsell_transform.standing.sameness import kinds
from zsell_transform.standing.shown_cells import values_of

#: So many records that fell to one user tell who imported.
_RECORDS_ENOUGH: Final = 2


def importing_user(then: Drafts, now: Drafts, there: pl.DataFrame, held: Held) -> str | None:
    """The user who stands in Pipedrive on most of the records whose owner was blank; None if nobody does.

    One record alone proves nothing: somebody may have given it to its owner.

    Args:
        then, now: the drafts of the earlier run, by which these records were written, and those of this one.
        there: as of `presence`.
    """
    parts = [pl.LazyFrame(schema={"user": pl.String})]
    for entity, draft in then.items():
        item = TARGETS.get(entity)
        raw = held.raw.get(item or "")
        mine = there.filter((pl.col("entity") == entity) & (pl.col("item") == item))
        if item is None or raw is None or not mine.height:
            continue
        headers = {*draft.headers, *(now[entity].headers if entity in now else ())}
        for header, kind in kinds(sorted(values_of(item, headers)), {}).items():
            cell = shown_cell(item, header, raw.columns)
            if kind != "user" or cell is None:
                continue
            users = raw.select(system_id="ID", user=cell).join(
                mine.select("system_id", _id="id"), on="system_id", how="inner", maintain_order="left"
            )
            owner = column_or_blank(draft.headers, header)  # a column that nobody fills is not drafted
            blank = draft.frame.filter(owner.is_null()).select("_id")
            parts.append(users.lazy().join(blank, on="_id", how="semi").select("user"))
    counts = pl.concat(parts).collect(engine="streaming")["user"].drop_nulls().value_counts()
    most = counts.filter((pl.col("count") >= _RECORDS_ENOUGH) & (pl.col("count") * 2 > counts["count"].sum()))
    return str(most["user"][0]) if most.height else None
