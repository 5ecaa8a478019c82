"""To whom the wizard gave what had no owner: whoever imported, whom no list of users names."""

from __future__ import annotations

import polars as pl

from zsell_transform.drafting import Drafts
from zsell_transform.pipedrive.exports import Held
from zsell_transform.proof.values import kinds, shown, values_of
from zsell_transform.sell.entities import TARGETS


def importing_user(then: Drafts, there: pl.DataFrame, held: Held) -> str | None:
    """The user who stands in Pipedrive on most of the records whose owner was blank; None if nobody does.

    Args:
        then: the drafts of the earlier run, by which these records were written.
        there: as of `presence`.
    """
    parts = [pl.LazyFrame(schema={"user": pl.String})]
    for entity, draft in then.items():
        item = TARGETS.get(entity)
        raw = held.raw.get(item or "")
        mine = there.filter((pl.col("entity") == entity) & (pl.col("item") == item))
        if item is None or raw is None or not mine.height:
            continue
        for header, kind in kinds(values_of(item, draft.headers), {}).items():
            cell = shown(item, header, raw.columns)
            if kind != "user" or cell is None:
                continue
            users = raw.select(system_id="ID", user=cell).join(
                mine.select("system_id", _id="id"), on="system_id", how="inner", maintain_order="left"
            )
            blank = draft.frame.filter(pl.col(header).is_null()).select("_id")
            parts.append(users.lazy().join(blank, on="_id", how="semi").select("user"))
    counts = pl.concat(parts).collect(engine="streaming")["user"].drop_nulls().value_counts()
    most = counts.filter(pl.col("count") * 2 > counts["count"].sum())
    return str(most["user"][0]) if most.height else None
