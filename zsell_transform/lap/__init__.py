"""The loop's one decision: what is present, what is written now, what waits (contract, sections 0 and 4)."""

from __future__ import annotations

from collections.abc import Iterator, Set
from collections.abc import Mapping as MappingOf
from typing import Final

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.details import Details
from zsell_transform.frames.parallel import two_by_key
from zsell_transform.frames.sparse import one_of
from zsell_transform.lap.deals import deals
from zsell_transform.lap.doubts import Doubt, doubts, mostly
from zsell_transform.lap.history import history
from zsell_transform.lap.leads import leads
from zsell_transform.lap.parties import organizations, persons
from zsell_transform.lap.placeholder import needs_placeholder
from zsell_transform.lap.plans import OUT, WAITING, Plan
from zsell_transform.lap.reasons import NO_EXPORT, UNSEEN_PARTIES
from zsell_transform.lap.targets import Targets
from zsell_transform.linker import Graph
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.export_gaps import Gap, gaps, shown_elsewhere
from zsell_transform.pipedrive.export_headers import own_columns
from zsell_transform.pipedrive.exports import Held
from zsell_transform.pipedrive.namesakes import twins
from zsell_transform.sell.entities import ENTITY_OF, HISTORY, LINKED, MAIN, TARGETS

#: Fewer ids may all be of records that were deleted in Sell since.
_NO_CHANCE_OF_IDS: Final = 5
_FEW: Final = 1000


@attrs.frozen
class Lap:
    """What the lap does.

    Attributes:
        plans: entity → its plan.
        waiting: entity, item, reason, count of what waits.
        where: kind (entity), id, item, name, system_id: what the asked parties, deals and leads are in
            Pipedrive.
        found: issues in the travelling schema.
    """

    plans: MappingOf[str, Plan]
    waiting: pl.DataFrame
    where: pl.DataFrame
    found: pl.DataFrame


def plan(
    graph: Graph,
    held: Held,
    ask: Mapping,
    details: Details,
    *,
    left_out: pl.Series,
    listed: pl.Series | None = None,
) -> Lap:
    """Decides for every record of the account.

    Args:
        details: reads what keys of people are made of.
        left_out: ids of leads that the mapping leaves out by their status.
        listed: ids of parties, deals and leads of which `where` shall tell.
    """
    denied = shown_elsewhere(held, ask.empty_in_pipedrive) if held.has_ours else {}
    forgotten = without_export(graph, held, ask) | denied.keys()
    placeholder = needs_placeholder(graph, held, ask, left_out)

    def planned(blocked: frozenset[str]) -> _Main:
        return _main(graph, held, ask, details, blocked, placeholder=placeholder, left_out=left_out)

    main = planned(forgotten)
    lacking = gaps(held, _written_beside(main, held, ask))
    doubted = _doubted(main, graph, held, ask, forgotten | lacking.keys())
    if lacking or doubted:
        main = planned(forgotten | lacking.keys() | doubted.keys())

    def of_history(entity: str) -> Plan:
        return history(
            entity,
            graph.history[entity],
            held,
            ask,
            main.companies,
            main.people,
            main.deals,
            main.leads,
            blocked=TARGETS[entity] in forgotten,
        )

    told_later = [entity for entity in HISTORY if entity in graph.history]
    plans = {**main.plans, **two_by_key(of_history, told_later)}
    waiting = _waiting(plans)
    told_of = one_of("id", left_out.clear() if listed is None else listed)
    where = _where(
        *(
            frame.filter(told_of)
            for frame in (main.companies.frame, main.people.frame, main.deals, main.leads)
        )
    )
    return Lap(
        plans,
        waiting,
        where,
        issues.gather(
            [
                *(p.found for p in plans.values()),
                _told(plans, waiting, denied, lacking, doubted, held),
                *_told_of_ids(graph, plans, held, doubted.keys()),
                *_told_twins(held),
            ]
        ),
    )


@attrs.frozen(eq=False)
class _Main:
    """What becomes of parties, deals and leads, and what their history needs to know of them."""

    plans: MappingOf[str, Plan]
    companies: Targets
    people: Targets
    deals: pl.DataFrame
    leads: pl.DataFrame


def _main(
    graph: Graph,
    held: Held,
    ask: Mapping,
    details: Details,
    blocked: frozenset[str],
    *,
    placeholder: bool,
    left_out: pl.Series,
) -> _Main:
    """Decides for parties, deals and leads.

    Args:
        blocked: items of which nothing may be written.
    """
    company_plan, companies = organizations(
        graph, held, ask, blocked="organizations" in blocked, placeholder=placeholder
    )
    person_plan, people, compared = persons(
        graph, held, ask, companies, details, blocked="persons" in blocked
    )
    deal_plan, deal_rows = deals(graph, held, ask, companies, people, blocked="deals" in blocked)
    lead_plan, lead_rows = leads(
        graph, held, ask, companies, people, compared, details, blocked="leads" in blocked, left_out=left_out
    )
    plans = {"companies": company_plan, "contacts": person_plan, "deals": deal_plan, "leads": lead_plan}
    return _Main(plans, companies, people, deal_rows, lead_rows)


def _written_beside(main: _Main, held: Held, ask: Mapping) -> list[str]:
    """Items of which some records are in Pipedrive, as its export shows, and others would be written."""
    return [
        item
        for entity, item in LINKED.items()
        if item in held.raw and item not in ask.empty_in_pipedrive
        if _count_out(main.plans[entity])
    ]


def _doubted(main: _Main, graph: Graph, held: Held, ask: Mapping, waits: Set[str]) -> dict[str, Doubt]:
    """Types that seem to be in Pipedrive without these Sell ids, of those that do not wait in any case."""
    asked = [item for item in MAIN if item not in waits and item not in ask.empty_in_pipedrive]
    return doubts(
        asked, main.plans, graph, held, main.companies, main.people, leads=main.leads, deals=main.deals
    )


def _count_out(plan: Plan) -> int:
    return int((plan.rows["state"] == OUT).sum())


def without_export(graph: Graph, held: Held, ask: Mapping) -> frozenset[str]:
    """Types of which nothing may be written: a forgotten export must not double a record (contract, 1)."""
    if not (held.has_ours or _has_our_titles(graph, held)):
        return frozenset()
    missing = {item for item in MAIN if item not in held.given}
    unreadable = held.given - held.readable
    return frozenset((missing | unreadable) - set(ask.empty_in_pipedrive))


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


def _where(
    companies: pl.DataFrame, people: pl.DataFrame, deals: pl.DataFrame, leads: pl.DataFrame
) -> pl.DataFrame:
    """Converted leads are deals in Pipedrive."""
    converted = pl.col("deal_id").is_not_null() & pl.col("system_id").is_null()
    there = leads.with_columns(
        item=pl.when(converted).then(pl.lit("deals")).otherwise(pl.lit("leads")),
        name=pl.when(converted).then("deal_title").otherwise("name"),
        system_id=pl.coalesce("system_id", "deal_id"),
    )
    frames = {
        "companies": companies.with_columns(item=pl.lit("organizations")),
        "contacts": people.with_columns(item=pl.lit("persons")),
        "deals": deals.with_columns(item=pl.lit("deals")),
        "leads": there,
    }
    return pl.concat(
        frame.select(pl.lit(kind).alias("kind"), "id", "item", "name", "system_id")
        for kind, frame in frames.items()
    )


def _waiting(plans: MappingOf[str, Plan]) -> pl.DataFrame:
    parts = [
        plan.rows.filter(pl.col("state") == WAITING)
        .group_by("reason")
        .agg(pl.len().cast(pl.Int64).alias("count"))
        .sort("reason")
        .select(
            pl.lit(entity).alias("entity"),
            pl.lit(TARGETS[entity]).alias("item"),
            pl.col("reason").cast(pl.String),
            "count",
        )
        for entity, plan in plans.items()
    ]
    return pl.concat(parts)


def _told(
    plans: MappingOf[str, Plan],
    waiting: pl.DataFrame,
    denied: MappingOf[str, Gap],
    lacking: MappingOf[str, Gap],
    doubted: MappingOf[str, Doubt],
    held: Held,
) -> pl.DataFrame:
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
        return issues.issue(f"no_export_of_{item}", entity=entity, value=count, detail=item)

    told = [
        of(row["entity"], row["item"], row["count"])
        for row in waiting.to_dicts()
        if row["reason"] == NO_EXPORT[row["item"]]
    ]
    told += [_told_waiting(**row) for row in waiting.to_dicts() if row["reason"] not in NO_EXPORT.values()]
    for item in ("activities", "notes"):
        writes = any(_count_out(plan) for entity, plan in plans.items() if TARGETS[entity] == item)
        if held.given and item not in held.given and writes:
            told.append(issues.issue("counts_as_empty", entity=None, file=item, detail=item))
    return issues.gather(told)


def _told_waiting(entity: str, item: str, reason: str, count: int) -> pl.DataFrame:
    """What is told of so many records that wait for one reason."""
    hidden = next((of for of, said in UNSEEN_PARTIES.items() if said == reason), None)
    if hidden:
        return issues.issue("parties_not_exported", entity=entity, field=item, value=count, detail=hidden)
    return issues.issue("waits_for_system_id", entity=entity, value=count, detail=reason)


def _told_of_ids(
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
    if _may_hide_leads(held) and (leads := _count_out(plans["leads"])):
        yield issues.issue("converted_leads_unknown", entity="leads", value=leads)


def _told_twins(held: Held) -> Iterator[pl.DataFrame]:
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
    return None if _any_known(known, ids) else ids.filter(~ids.str.starts_with("name:"))


def _any_known(known: pl.Series, ids: pl.Series) -> bool:
    """Most often one of the first ids is known, and few are looked for sooner than all."""
    return any(bool(known.is_in(some.implode()).any()) for some in (ids.head(_FEW), ids))


def _may_hide_leads(held: Held) -> bool:
    """Whether deals may be leads of an earlier lap that somebody converted in Pipedrive.

    Such a deal has no Sell id of a deal, and that of the lead is in a column that the export does not show.
    """
    deals = held.raw.get("deals", pl.DataFrame())
    shown = own_columns("deals")["sell_lead_id"] in deals.columns
    return not shown and bool(held.leads["sell_id"].count()) and bool(held.deals["sell_id"].null_count())
