"""Deals and leads of a lap: one row each, with its person and its one organization."""

from __future__ import annotations

import polars as pl

from zsell_transform import issues
from zsell_transform.frames.positions import firsts
from zsell_transform.frames.sparse import BLANK, beside, one_of
from zsell_transform.lap.parties import claimed_twice
from zsell_transform.lap.words import (
    ABSENT,
    BY_ID,
    BY_KEY,
    NO_EXPORT,
    NO_KEYS,
    NO_ORGANIZATION_KEY,
    NO_PERSON_KEY,
    ORGANIZATION_LINK,
    OUT,
    PERSON_LINK,
    PLACEHOLDER_ID,
    PRESENT,
    SKIPPED,
    WAIT,
    WAITING,
    Plan,
    Targets,
    form,
    links_of,
    organization_cells,
    parted,
    person_cells,
    reason,
    state,
)
from zsell_transform.linker import Graph
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.exports import Held
from zsell_transform.pipedrive.fields import COMPANY_IN_SELL


def deals(
    graph: Graph, held: Held, ask: Mapping, companies: Targets, people: Targets, *, blocked: bool
) -> tuple[Plan, pl.DataFrame]:
    """The plan of the deals, and each deal's system_id, title in Pipedrive, person and organization."""
    there = firsts(held.deals, "sell_id").select(id="sell_id", system_id="system_id", printed="title")
    rows = beside(graph.deals, there, "id")
    rows = companies.on(people.on(rows, "person_at", "p_"), "company_at", "c_")
    rows = _one_organization(rows, both=ask.two_organizations == "both")
    rows = _placed(rows, ask.orphans["deals"], companies)
    rows = companies.on(rows, "organization_at", "o_")
    rows = rows.with_columns(_person_form().alias("p_form"), _organization_form().alias("o_form"))
    rows = _stated(rows, held, "deals", blocked=blocked)
    plan = _plan(rows, companies, people, alone=ask.id_links == "alone")
    return plan, rows.select(
        "id",
        "system_id",
        "title",
        "state",
        "person_at",
        "organization_at",
        name=pl.coalesce("printed", "title"),
    )


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
            "n",
            "id",
            "state",
            "reason",
            "part",
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


def _one_organization(rows: pl.DataFrame, *, both: bool) -> pl.DataFrame:
    """A row with a person names that person's own organization or none: another one would move the person."""
    person, company = pl.col("person_at").is_not_null(), pl.col("company_at").is_not_null()
    own = pl.col("company_at").eq_missing(pl.col("p_company_at"))
    two = person & company & ~own
    differs = two & pl.lit(not both)
    return rows.with_columns(
        organization_at=pl.when(~person | own | pl.lit(both)).then("company_at"),
        differing=pl.when(differs)
        .then(pl.coalesce("c_title", "company_name"))
        .when("other_company")
        .then("company_name"),
        strict=two & pl.lit(both),
    )


def _placed(rows: pl.DataFrame, orphans: str, companies: Targets) -> pl.DataFrame:
    """Records with no link left hang on the placeholder, or are left out."""
    orphan = pl.col("person_at").is_null() & pl.col("organization_at").is_null()
    return rows.with_columns(
        orphan=orphan,
        organization_at=pl.when(orphan & pl.lit(orphans == "placeholder"))
        .then(placeholder_at(companies))
        .otherwise("organization_at"),
    )


def placeholder_at(companies: Targets) -> pl.Expr:
    """The row of the organization on which records hang that have no link left, if there is one."""
    at = companies.frame["id"].index_of(PLACEHOLDER_ID)
    return pl.lit(at, dtype=pl.UInt32)


def _person_form() -> pl.Expr:
    """A person's key is used if one of its values is on the row: e-mail, phone, or its own organization."""
    usable = pl.col("p_by_value") | (
        pl.col("organization_at").is_not_null() & pl.col("organization_at").eq_missing(pl.col("p_company_at"))
    )
    return (
        pl.when(pl.col("person_at").is_null())
        .then(None)
        .when(pl.col("p_form") == BY_ID)
        .then(form(BY_ID))
        .when((pl.col("p_form") == BY_KEY) & usable & ~pl.col("strict"))
        .then(form(BY_KEY))
        .otherwise(form(WAIT))
    )


def _organization_form() -> pl.Expr:
    return (
        pl.when(pl.col("organization_at").is_null() & pl.col("p_company_at").is_not_null())
        .then(form(ABSENT))
        .when(pl.col("organization_at").is_null())
        .then(None)
        .when(pl.col("strict") & (pl.col("o_form") != BY_ID))
        .then(form(WAIT))
        .otherwise("o_form")
    )


def _stated(rows: pl.DataFrame, held: Held, item: str, *, blocked: bool) -> pl.DataFrame:
    there = pl.col("system_id").is_not_null() | one_of("id", claimed_twice(held, item))
    if "deal_id" in rows.columns:  # a lead is also there as the deal that it was converted into
        there = there | pl.col("deal_id").is_not_null()
    no_person, no_organization = pl.col("p_form").eq_missing(form(WAIT)), pl.col("o_form").eq_missing(WAIT)
    left_out = pl.col("orphan") & pl.col("organization_at").is_null()
    left_out = left_out | pl.col("left_out") if "left_out" in rows.columns else left_out
    waits = ~there & ~left_out
    return rows.with_columns(
        state=pl.when(there)
        .then(state(PRESENT))
        .when(left_out)
        .then(state(SKIPPED))
        .when(pl.lit(blocked) | no_person | no_organization)
        .then(state(WAITING))
        .otherwise(state(OUT)),
        reason=pl.when(waits & pl.lit(blocked))
        .then(reason(NO_EXPORT[item]))
        .when(waits & no_person & no_organization)
        .then(reason(NO_KEYS))
        .when(waits & no_person)
        .then(reason(NO_PERSON_KEY))
        .when(waits & no_organization)
        .then(reason(NO_ORGANIZATION_KEY)),
    )


def _placed_rows(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Rows of a plan as issues are told of them."""
    placed = rows.with_columns(pl.col("file").cast(pl.String))
    return placed.rename({"file": "_file", "row": "_row", "id": "_id"})


def _told_deals(rows: pl.DataFrame) -> pl.DataFrame:
    told = _placed_rows(rows.filter(pl.col("state") != PRESENT).lazy())
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


def told_orphans(told: pl.LazyFrame, entity: str) -> list[pl.LazyFrame]:
    """What is told of deals or leads without a link: placed under the placeholder, or left out."""
    placed = pl.col("organization_at").is_not_null()
    orphans = told.filter("orphan")
    return [
        issues.found(orphans.filter(placed), "placed_under_placeholder", entity=entity),
        issues.found(orphans.filter(~placed), "orphan_left_out", entity=entity),
    ]
