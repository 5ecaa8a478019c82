"""Deals of a lap: one row each, with its person and its one organization."""

from __future__ import annotations

import polars as pl

from zsell_transform import issues
from zsell_transform.frames.positions import firsts
from zsell_transform.frames.sparse import BLANK, beside
from zsell_transform.lap.link_cells import (
    ORGANIZATION_LINK,
    PERSON_LINK,
    organization_cells,
    parted,
    person_cells,
)
from zsell_transform.lap.plans import DECIDED, OUT, PRESENT, Plan, links_of
from zsell_transform.lap.rows import (
    as_issues_tell,
    on_nothing,
    one_organization,
    organization_form,
    person_form,
    placed_orphans,
    stated,
    told_orphans,
)
from zsell_transform.lap.shown import shown_parties
from zsell_transform.lap.sides import Sides
from zsell_transform.lap.targets import Targets
from zsell_transform.pipedrive.fields import COMPANY_IN_SELL


def plan_deals(
    sides: Sides, companies: Targets, people: Targets, *, blocked: bool
) -> tuple[Plan, pl.DataFrame]:
    """The plan of the deals, and each deal's system_id, title in Pipedrive, person and organization.

    Of one that is there, also these two as Pipedrive shows them (`shown.shown_parties`).
    """
    held, ask = sides.held, sides.ask
    there = firsts(held.deals, "sell_id")
    rows = beside(sides.graph.deals, there.select(id="sell_id", system_id="system_id", printed="title"), "id")
    rows = companies.standing(rows, "company_at")
    rows = companies.on(people.on(rows, "person_at", "p_"), "company_at", "c_")
    rows = one_organization(rows, both=ask.two_organizations == "both")
    rows = placed_orphans(rows, on_nothing(), ask.orphans["deals"], companies)
    rows = companies.on(rows, "organization_at", "o_")
    rows = rows.with_columns(
        there=pl.col("system_id").is_not_null(), p_form=person_form(), o_form=organization_form()
    )
    rows = stated(rows, held, "deals", blocked=blocked)
    shown = shown_parties(
        there.rename({"sell_id": "id"}),
        "deals",
        held,
        people,
        companies,
        both=ask.two_organizations == "both",
    )
    plan = _plan(rows, companies, people, alone=ask.id_links == "alone")
    own = rows.select(
        "id",
        "system_id",
        "title",
        "state",
        "person_at",
        "organization_at",
        name=pl.coalesce("printed", "title"),
    )
    return plan, beside(own, shown, "id")


def _plan(rows: pl.DataFrame, companies: Targets, people: Targets, *, alone: bool) -> Plan:
    rows = parted(rows, {"person": "p_form", "organization": "o_form"})
    going = pl.col("state") == OUT
    cells = [*person_cells("p_form", "p_", alone=alone), *organization_cells("o_form", "o_", alone=alone)]
    rows = rows.with_columns(
        *(pl.when(going).then(cell).alias(cell.meta.output_name()) for cell in cells),
        pl.when(going).then("differing").alias(COMPANY_IN_SELL),
    )
    columns = (*PERSON_LINK, *ORGANIZATION_LINK, COMPANY_IN_SELL)
    whole = ~pl.col("lost") & pl.col("differing").is_null()
    return Plan(
        entity="deals",
        rows=rows.select(
            *DECIDED,
            BLANK.alias("joins"),
            *columns,
            linked=pl.when("asked").then(whole),
        ),
        link_columns=columns,
        overrides=(),
        added=pl.DataFrame(schema={"id": pl.String}),
        found=_told_deals(rows),
        links=links_of(
            rows,
            {
                "persons": ("person_at", people.frame["id"]),
                "organizations": ("organization_at", companies.frame["id"]),
            },
        ),
    )


def _told_deals(rows: pl.DataFrame) -> pl.DataFrame:
    told = as_issues_tell(rows.filter(pl.col("state") != PRESENT).lazy())
    return issues.gather(
        pl.collect_all(
            [
                issues.found(
                    told.filter(pl.col("differing").is_not_null()),
                    "two_organizations",
                    entity="deals",
                    field="company",
                    value=pl.col("differing"),
                    detail=pl.lit(COMPANY_IN_SELL),
                ),
                issues.found(
                    told.filter("strict"),
                    "two_organizations_written",
                    entity="deals",
                    field="company",
                    value=pl.coalesce("c_title", "company_name"),
                ),
                *told_orphans(told, "deals"),
            ]
        )
    )
