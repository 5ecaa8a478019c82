"""What is told of a lap as a whole: what waits and why, and what ids in Pipedrive's exports do not say."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Set
from collections.abc import Mapping as MappingOf
from typing import Final

import polars as pl

from zsell_transform import issues
from zsell_transform.ids import BY_NAME
from zsell_transform.lap.doubts import Doubt
from zsell_transform.lap.likely_ids import where_ids_stand
from zsell_transform.lap.plans import Plan
from zsell_transform.lap.reasons import NO_EXPORT, UNSEEN_PARTIES
from zsell_transform.linker import Graph
from zsell_transform.pipedrive.exports.gaps import Gap, shown_elsewhere
from zsell_transform.pipedrive.exports.headers import own_columns
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.pipedrive.namesakes import twins
from zsell_transform.sell.entities import ENTITY_OF, LINKED, TARGETS

#: Fewer ids may all be of records that were deleted in Sell since.
_NO_CHANCE_OF_IDS: Final = 5
#: Ids that are looked for before all others.
_FIRST: Final = 1000


def told_waiting(
    plans: MappingOf[str, Plan],
    waiting: pl.DataFrame,
    denied: MappingOf[str, Gap],
    lacking: MappingOf[str, Gap],
    doubted: MappingOf[str, Doubt],
    held: Held,
    called_empty: Collection[str],
    graph: Graph,
) -> pl.DataFrame:
    """What is told of records that wait, and of lists that count as empty.

    Args:
        denied: items that the mapping calls empty while other exports show records of theirs.
        lacking: items of whose records others show more than their own export.
        doubted: items that seem to be in Pipedrive under other ids.
        called_empty: main items that the mapping calls empty.
    """

    def of(entity: str, item: str, count: int) -> pl.DataFrame:
        if gap := denied.get(item):
            return issues.issue(
                "not_empty_in_pipedrive", entity=entity, field=item, value=count, detail=gap.example
            )
        if gap := lacking.get(item):
            return issues.issue(
                "export_incomplete", entity=entity, field=item, value=gap.count, detail=gap.example
            )
        if doubt := doubted.get(item):
            return issues.issue(doubt.code, entity=entity, field=item, value=count, detail=doubt.detail)
        where = where_ids_stand(item, graph, held)
        return issues.issue(f"no_export_of_{item}", entity=entity, value=count, detail=where)

    told = [
        of(row["entity"], row["item"], row["count"])
        for row in waiting.to_dicts()
        if row["reason"] == NO_EXPORT[row["item"]]
    ]
    told += [_told_of_reason(**row) for row in waiting.to_dicts() if row["reason"] not in NO_EXPORT.values()]
    return issues.gather([*told, *_told_empty(plans, held, called_empty)])


def _told_empty(
    plans: MappingOf[str, Plan], held: Held, called_empty: Collection[str]
) -> Iterator[pl.DataFrame]:
    """Lists without an export, of which the lap writes some: of history, with what others count of them; and
    those that the mapping calls empty, perhaps since an earlier lap.
    """
    for item in (*called_empty, "activities", "notes"):
        writes = any(plan.count_out() for entity, plan in plans.items() if TARGETS[entity] == item)
        if held.given and item not in held.given and writes:
            shown = shown_elsewhere(held, [item]).get(item)
            though = f", though record {shown.example}" if shown else ""
            though = ", and `empty_in_pipedrive` names it" if item in called_empty else though
            yield issues.issue("counts_as_empty", file=item, detail=f"{item} was given{though}")


def _told_of_reason(entity: str, item: str, reason: str, count: int) -> pl.DataFrame:
    """What is told of so many records that wait for one reason."""
    hidden = next((of for of, said in UNSEEN_PARTIES.items() if said == reason), None)
    if hidden:
        return issues.issue("parties_not_exported", entity=entity, field=item, value=count, detail=hidden)
    return issues.issue("waits_for_system_id", entity=entity, value=count, detail=reason)


def told_of_ids(
    graph: Graph, plans: MappingOf[str, Plan], held: Held, doubted: Set[str]
) -> Iterator[pl.DataFrame]:
    """Signs that the ids in Pipedrive's exports do not say all."""
    if not held.has_ours:
        return
    in_sell = {
        "companies": graph.companies,
        "contacts": graph.contacts,
        "deals": graph.deals,
        "leads": graph.leads,
    }
    shown = {entity: _foreign(in_sell[entity], held[item]["sell_id"]) for entity, item in LINKED.items()}
    foreign = {entity: ids for entity, ids in shown.items() if ids is not None and ids.len()}
    # Small lists are added up, unless one of the account proves that the others are of it, too.
    every = 0 if any(ids is None for ids in shown.values()) else sum(ids.len() for ids in foreign.values())
    for entity, ids in foreign.items():
        item = LINKED[entity]
        if item not in doubted and max(ids.len(), every) >= _NO_CHANCE_OF_IDS:
            yield issues.issue("foreign_sell_ids", entity=entity, value=ids[0], detail=item)
    if _may_hide_leads(held) and (leads := plans["leads"].count_out()):
        yield issues.issue("converted_leads_unknown", entity="leads", value=leads)


def told_twins(held: Held) -> Iterator[pl.DataFrame]:
    """Records without a Sell id that the wizard most likely made beside those from Sell."""
    found = twins(held)
    for item in found["item"].unique(maintain_order=True):
        yield issues.found(
            issues.few(found, pl.col("item") == item),
            "twin_without_id",
            entity=ENTITY_OF[item],
            field=item,
            value=pl.col("name"),
            detail=pl.format("System ID {} beside {} with Sell id {}", "system_id", "beside", "sell_id"),
        ).collect()


def _foreign(records: pl.DataFrame, held: pl.Series) -> pl.Series | None:
    """The ids that an export shows, none of which is of this Sell export; None where any is.

    Companies and people that are known by name alone have the same id in any account.
    """
    real = ~pl.col("added").fill_null(value=False) if "added" in records.columns else pl.lit(value=True)
    known = records.select(pl.col("id").filter(real)).to_series()
    ids = held.drop_nulls()
    if not known.len():
        return ids.clear()
    return None if _any_known(known, ids) else ids.filter(~ids.str.starts_with(BY_NAME))


def _any_known(known: pl.Series, ids: pl.Series) -> bool:
    """Most often one of the first ids is known, and few are looked for sooner than all."""
    return any(bool(known.is_in(some.implode()).any()) for some in (ids.head(_FIRST), ids))


def _may_hide_leads(held: Held) -> bool:
    """Whether deals may be leads of an earlier lap that somebody converted in Pipedrive.

    Such a deal has no Sell id of a deal, and that of the lead is in a column that the export does not show.
    """
    deals = held.raw.get("deals", pl.DataFrame())
    shown = own_columns("deals")["sell_lead_id"] in deals.columns
    return not shown and bool(held.leads["sell_id"].count()) and bool(held.deals["sell_id"].null_count())
