"""The loop's one decision: what is present, what is written now, what waits (contract, sections 0 and 4)."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.details import Details
from zsell_transform.frames.parallel import two_by_key
from zsell_transform.frames.sparse import one_of
from zsell_transform.lap.deals import plan_deals
from zsell_transform.lap.history import plan_history
from zsell_transform.lap.leads import plan_leads
from zsell_transform.lap.main_plans import MainPlans
from zsell_transform.lap.organizations import plan_organizations
from zsell_transform.lap.persons import plan_persons
from zsell_transform.lap.placeholder import needs_placeholder
from zsell_transform.lap.plans import WAITING, Plan
from zsell_transform.lap.sides import Sides
from zsell_transform.lap.telling import told_of_ids, told_twins, told_waiting
from zsell_transform.lap.withheld import doubted_types, without_export, written_beside
from zsell_transform.linker import Graph
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.exports.gaps import gaps, shown_elsewhere
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.sell.entities import HISTORY, MAIN, TARGETS


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
    sides = Sides(graph, held, ask, details, left_out)
    called_empty = [item for item in ask.empty_in_pipedrive if item in MAIN]
    denied = shown_elsewhere(held, called_empty) if held.has_ours else {}
    forgotten = without_export(sides) | denied.keys()
    placeholder = needs_placeholder(graph, held, ask, left_out)
    main = _main(sides, forgotten, placeholder=placeholder)
    lacking = gaps(held, written_beside(main, sides))
    doubted = doubted_types(main, sides, forgotten | lacking.keys())
    if lacking or doubted:
        main = _main(sides, forgotten | lacking.keys() | doubted.keys(), placeholder=placeholder)

    def of_history(entity: str) -> Plan:
        return plan_history(entity, sides, main, blocked=TARGETS[entity] in forgotten)

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
                told_waiting(plans, waiting, denied, lacking, doubted, held, called_empty, graph),
                *told_of_ids(graph, plans, held, doubted.keys()),
                *told_twins(held),
            ]
        ),
    )


def _main(sides: Sides, blocked: frozenset[str], *, placeholder: bool) -> MainPlans:
    """Decides for parties, deals and leads.

    Args:
        blocked: items of which nothing may be written.
    """
    company_plan, companies = plan_organizations(
        sides, blocked="organizations" in blocked, placeholder=placeholder
    )
    person_plan, people, compared = plan_persons(sides, companies, blocked="persons" in blocked)
    deal_plan, deals = plan_deals(sides, companies, people, blocked="deals" in blocked)
    lead_plan, leads = plan_leads(sides, companies, people, compared, blocked="leads" in blocked)
    plans = {"companies": company_plan, "contacts": person_plan, "deals": deal_plan, "leads": lead_plan}
    return MainPlans(plans, companies, people, deals, leads)


def _where(
    companies: pl.DataFrame, people: pl.DataFrame, deals: pl.DataFrame, leads: pl.DataFrame
) -> pl.DataFrame:
    """Converted leads are deals in Pipedrive."""
    there = leads.with_columns(
        item=pl.when("converted").then(pl.lit("deals")).otherwise(pl.lit("leads")),
        name=pl.when("converted").then("deal_title").otherwise("name"),
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
