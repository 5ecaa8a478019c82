"""History that is in Pipedrive without its deal or lead, which was left out before and is there by now."""

from __future__ import annotations

import polars as pl

from zsell_transform import issues
from zsell_transform.frames.sparse import one_of
from zsell_transform.lap.placeholder import PLACEHOLDER_ID
from zsell_transform.lap.plans import PRESENT
from zsell_transform.lap.rows import as_issues_tell
from zsell_transform.pipedrive.exports.held import NAMED_BY, Held
from zsell_transform.pipedrive.own_ids import id_in_mark
from zsell_transform.sell.entities import TARGETS


def told_lonely(
    rows: pl.DataFrame, held: Held, entity: str, titles: dict[str, pl.Series], *, single_pass: bool
) -> list[pl.LazyFrame]:
    """What is told of records that Pipedrive shows on nothing, or on the placeholder.

    No lap writes them again, and none would say a word of them.

    Args:
        rows: the planned records, with what they hang on (`about`, `deals_at`, `leads_at`).
        titles: of the deals and leads, by their rows.
        single_pass: on the placeholder may be what belongs to a deal that is there, too.
    """
    item = TARGETS[entity]
    raw = held.raw.get(item)
    parties = [NAMED_BY["persons"], NAMED_BY["organizations"]]
    if raw is None or not set(parties) <= set(raw.columns):
        return []
    placeholder = held.organizations.filter(pl.col("sell_id") == PLACEHOLDER_ID)["system_id"]
    at = pl.col(NAMED_BY["organizations"])
    nowhere = pl.col(NAMED_BY["persons"]).is_null() & (
        at.is_null() | (pl.lit(not single_pass) & at.is_in(placeholder.implode()))
    )
    own = [NAMED_BY[kind] for kind in titles if NAMED_BY[kind] in raw.columns]
    bare = raw.filter(nowhere & pl.all_horizontal(pl.lit(value=True), pl.col(own).is_null()))["ID"]
    if not len(bare):
        return []
    marked = held[item].filter(pl.col("system_id").is_in(bare.implode()))
    ids = marked.select(id_in_mark(entity, pl.col("mark"))).to_series().drop_nulls()
    lonely = (pl.col("state") == PRESENT) & one_of("id", ids) & pl.any_horizontal("d_there", "l_there")
    seen = pl.any_horizontal(
        pl.lit(value=False), *(pl.col("about") == kind for kind in titles if NAMED_BY[kind] in own)
    )
    found = rows.filter(lonely & seen)
    called = [known.gather(found[f"{kind}_at"]).alias(kind) for kind, known in titles.items()]
    return [
        issues.found(
            as_issues_tell(found.with_columns(called).rechunk().lazy()),
            "present_without_its_link",
            entity=entity,
            field="about",
            value=pl.coalesce(list(titles)),
        )
    ]
