"""Activities and notes of a lap: each written once every record on its row has a System ID."""

from __future__ import annotations

from typing import Any

import polars as pl

from zsell_transform import issues
from zsell_transform.lap.leads import _escaped
from zsell_transform.lap.parties import PLACEHOLDER_ID
from zsell_transform.lap.sales import _placed_rows, told_orphans
from zsell_transform.lap.words import (
    ABSENT,
    BY_ID,
    BY_KEY,
    DEAL,
    DEAL_ID,
    LEAD,
    LEAD_ID,
    ORGANIZATION_LINK,
    OUT,
    PERSON_LINK,
    PRESENT,
    SKIPPED,
    TEXT,
    WAIT,
    WAITING,
    Plan,
    Targets,
    links_of,
    organization_cells,
    parted,
    person_cells,
)
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.exports import Held
from zsell_transform.pipedrive.lead_people import HELD, OWN
from zsell_transform.pipedrive.lead_people import LEAD as LEAD_PERSON
from zsell_transform.sell.entities import MARK_WORDS, TARGETS

COLUMNS = (DEAL_ID, DEAL, LEAD_ID, LEAD, *PERSON_LINK, *ORGANIZATION_LINK)


def history(
    entity: str,
    rows: pl.DataFrame,
    held: Held,
    ask: Mapping,
    companies: Targets,
    people: Targets,
    deals: pl.DataFrame,
    leads: pl.DataFrame,
    *,
    blocked: bool,
) -> Plan:
    """The plan of one history entity.

    Args:
        rows: n, id, file, row, about, about_id, deal_name, name, asked, of the linker.
        deals, leads: where each is and what stands on its row, of `sales.deals` and `leads.leads`.
    """
    item = TARGETS[entity]
    marks = held[item].select("mark").drop_nulls().unique()
    rows = rows.with_columns(mark=pl.lit(f"Sell {MARK_WORDS[entity]} ") + pl.col("id"))
    rows = rows.with_columns(there=pl.col("mark").is_in(marks["mark"].implode()))
    rows = _with_deal(_with_lead(_without_left_out(rows, deals, leads), leads), deals)
    rows = _parties(rows, companies, people)
    rows = _placed(rows, entity, ask)
    rows = companies.on(people.on(rows, "person", "p_"), "organization", "o_")
    rows = _formed(rows, single_pass=ask.single_pass)
    rows = _stated(rows, item, blocked=blocked)
    rows = parted(rows, {"deal": "d_form", "lead": "l_form", "person": "p_form", "organization": "o_form"})
    rows = _cells(rows, alone=ask.id_links == "alone").with_columns(_extra(rows).alias("_extra"))
    named = pl.col("about").is_not_null() & ~pl.col("to_parties")
    return Plan(
        entity=entity,
        rows=rows.select(
            "n",
            "id",
            "state",
            "reason",
            "part",
            "_extra",
            TEXT.alias("joins"),
            *COLUMNS,
            linked=pl.when("asked").then(named),
        ),
        link_columns=COLUMNS,
        overrides=(),
        added=pl.DataFrame(schema={"id": pl.String}),
        found=_told(rows, entity),
        links=links_of(
            rows,
            {
                "deals": "deal_shown",
                "leads": "lead_shown",
                "persons": "person",
                "organizations": "organization",
            },
        ),
    )


def _without_left_out(rows: pl.DataFrame, deals: pl.DataFrame, leads: pl.DataFrame) -> pl.DataFrame:
    """A link to a record that is left out counts as dangling."""
    gone = pl.concat(
        [
            frame.filter(pl.col("state") == SKIPPED).select(
                about=pl.lit(about), about_id="id", gone=pl.lit(True)
            )
            for about, frame in (("deals", deals), ("leads", leads))
        ]
    )
    marked = rows.join(gone, on=["about", "about_id"], how="left", maintain_order="left")
    gone_now = pl.col("gone").is_not_null()
    return marked.with_columns(
        about=pl.when(~gone_now).then("about"),
        about_id=pl.when(~gone_now).then("about_id"),
    )


def _with_lead(rows: pl.DataFrame, leads: pl.DataFrame) -> pl.DataFrame:
    """The lead that the record hangs on, or the deal in Pipedrive that the lead was converted into."""
    renamed = leads.rename({c: f"l_{c}" for c in leads.columns if c != "id"}).rename({"id": "about_id"})
    return rows.join(
        renamed.with_columns(about=pl.lit("leads")),
        on=["about", "about_id"],
        how="left",
        maintain_order="left",
    )


def _with_deal(rows: pl.DataFrame, deals: pl.DataFrame) -> pl.DataFrame:
    renamed = deals.rename({c: f"d_{c}" for c in deals.columns if c != "id"}).rename({"id": "about_id"})
    return rows.join(
        renamed.with_columns(about=pl.lit("deals")),
        on=["about", "about_id"],
        how="left",
        maintain_order="left",
    )


def _parties(rows: pl.DataFrame, companies: Targets, people: Targets) -> pl.DataFrame:
    """The person and organization that belong on the row: the deal's or lead's own, or what it hangs on."""
    about = pl.col("about")
    return rows.with_columns(
        person=pl.when(about == "contacts")
        .then("about_id")
        .when(about == "deals")
        .then("d_person")
        .when(about == "leads")
        .then("l_party"),
        organization=pl.when(about == "companies")
        .then("about_id")
        .when(about == "deals")
        .then("d_organization")
        .when(about == "leads")
        .then("l_organization"),
    )


def _placed(rows: pl.DataFrame, entity: str, ask: Mapping) -> pl.DataFrame:
    """Notes with no link left hang on the placeholder; an activity needs no link at all."""
    orphan = pl.col("about").is_null() & pl.lit(TARGETS[entity] == "notes")
    placed = orphan & pl.lit(ask.orphans["notes"] == "placeholder")
    return rows.with_columns(
        orphan=orphan, organization=pl.when(placed).then(pl.lit(PLACEHOLDER_ID)).otherwise("organization")
    )


def _formed(rows: pl.DataFrame, *, single_pass: bool) -> pl.DataFrame:
    """How each link is written, with the cells of a link to a lead's own person and organization."""
    rows = rows.with_columns(_seen()).with_columns(_aims(single_pass=single_pass))
    there, own = pl.col("_lead_there"), pl.col("_own_person")

    def target(form: str, id_: str, wanted: str) -> pl.Expr:
        """A deal or lead is named by its System ID or not at all."""
        known = pl.when(pl.col(id_).is_not_null()).then(pl.lit(BY_ID)).otherwise(pl.lit(WAIT))
        return pl.when(pl.col(wanted) & ~pl.col("to_parties")).then(known).alias(form)

    return rows.with_columns(
        target("d_form", "deal_id", "_is_deal"),
        target("l_form", "lead_id", "_is_lead"),
        _person_form(single_pass=single_pass).alias("p_form"),
        _organization_form(single_pass=single_pass).alias("o_form"),
        p_system_id=pl.when(there).then("l_held_person_id").otherwise("p_system_id"),
        p_name=pl.when(there).then("l_held_person").when(own).then("l_person_name").otherwise("p_name"),
        p_email=pl.when(own).then("l_email").otherwise("p_email"),
        p_work=pl.when(own).then("l_work").otherwise("p_work"),
        p_mobile=pl.when(own).then("l_mobile").otherwise("p_mobile"),
        o_system_id=pl.when(there).then("l_held_organization_id").otherwise("o_system_id"),
        o_name=pl.when(there).then("l_held_organization").otherwise("o_name"),
        deal_shown=pl.when(pl.col("_is_deal") & ~pl.col("to_parties") & ~pl.col("_converted")).then(
            "about_id"
        ),
        lead_shown=pl.when(pl.col("_is_lead") & ~pl.col("to_parties")).then("about_id"),
    )


def _seen() -> list[pl.Expr]:
    """What the row hangs on: a deal, a lead, or a lead that has become a deal in Pipedrive."""
    about = pl.col("about")
    converted = (pl.col("l_deal_id").is_not_null() & pl.col("l_system_id").is_null()).fill_null(value=False)
    there = pl.col("l_system_id").is_not_null() | pl.col("l_deal_id").is_not_null()
    of_lead = about.eq_missing("leads")
    own = pl.col("l_who").is_in([OWN, LEAD_PERSON]).fill_null(value=False)
    return [
        converted.alias("_converted"),
        (about.eq_missing("deals") | converted).alias("_is_deal"),
        (of_lead & ~converted).alias("_is_lead"),
        (of_lead & there).alias("_lead_there"),
        (of_lead & ~there & own).alias("_own_person"),
        (of_lead & ~there & pl.col("l_who").eq_missing(HELD)).alias("_held_person"),
    ]


def _aims(*, single_pass: bool) -> list[pl.Expr]:
    """In a single pass a deal or lead that is not there yet is named in the text, and its parties on the
    row.
    """
    deal_id = pl.coalesce("d_system_id", pl.when("_converted").then("l_deal_id"))
    lead_id = pl.when("_is_lead").then("l_system_id")
    missing = (pl.col("_is_deal") & deal_id.is_null()) | (pl.col("_is_lead") & lead_id.is_null())
    return [
        (pl.lit(single_pass) & missing).alias("to_parties"),
        deal_id.alias("deal_id"),
        lead_id.alias("lead_id"),
        pl.when("_converted").then("l_deal_title").otherwise("d_name").alias("deal_title"),
        pl.when("_is_lead").then("l_name").alias("lead_title"),
    ]


def _person_form(*, single_pass: bool) -> pl.Expr:
    has_organization = pl.col("organization").is_not_null()
    usable = pl.col("p_by_value") | (
        has_organization & pl.col("organization").eq_missing(pl.col("p_company"))
    )
    own_value = pl.any_horizontal(pl.col("l_email", "l_work", "l_mobile").is_not_null()) | has_organization
    now = pl.lit(single_pass)
    own_key = now & own_value & (pl.col("l_state") == OUT)
    return (
        pl.when("_lead_there")
        .then(pl.when(pl.col("l_held_person_id").is_not_null()).then(pl.lit(BY_ID)))
        .when("_own_person")
        .then(pl.when(own_key).then(pl.lit(BY_KEY)).otherwise(pl.lit(WAIT)))
        .when("_held_person")
        .then(pl.lit(WAIT))
        .when(pl.col("person").is_null())
        .then(None)
        .when(pl.col("p_form") == BY_ID)
        .then(pl.lit(BY_ID))
        .when(now & (pl.col("p_form") == BY_KEY) & usable)
        .then(pl.lit(BY_KEY))
        .otherwise(pl.lit(WAIT))
    )


def _organization_form(*, single_pass: bool) -> pl.Expr:
    has_organization = pl.col("organization").is_not_null()
    held = pl.when(pl.col("l_held_organization_id").is_not_null()).then(pl.lit(BY_ID))
    return (
        pl.when("_lead_there")
        .then(held.otherwise(pl.lit(ABSENT)))
        .when(~has_organization & pl.col("p_company").is_not_null())
        .then(pl.lit(ABSENT))
        .when(~has_organization)
        .then(None)
        .when(pl.col("o_form") == BY_ID)
        .then(pl.lit(BY_ID))
        .when(pl.lit(single_pass) & (pl.col("o_form") == BY_KEY))
        .then(pl.lit(BY_KEY))
        .otherwise(pl.lit(WAIT))
    )


def _stated(rows: pl.DataFrame, item: str, *, blocked: bool) -> pl.DataFrame:
    stuck = {
        "the deal has no System ID yet": "d_form",
        "the lead has no System ID yet": "l_form",
        "the person has no System ID yet": "p_form",
        "the organization has no System ID yet": "o_form",
    }
    waits = pl.any_horizontal(pl.col(form).eq_missing(WAIT) for form in stuck.values())
    left_out = pl.col("orphan") & pl.col("organization").is_null()
    reason: Any = pl.when(pl.lit(blocked)).then(pl.lit(f"no export of {item}"))
    for text, form in stuck.items():
        reason = reason.when(pl.col(form).eq_missing(WAIT)).then(pl.lit(text))
    state = (
        pl.when("there")
        .then(pl.lit(PRESENT))
        .when(left_out)
        .then(pl.lit(SKIPPED))
        .when(pl.lit(blocked) | waits)
        .then(pl.lit(WAITING))
        .otherwise(pl.lit(OUT))
    )
    return rows.with_columns(state=state).with_columns(
        reason=pl.when(pl.col("state") == WAITING).then(reason)
    )


def _cells(rows: pl.DataFrame, *, alone: bool) -> pl.DataFrame:
    going = pl.col("state") == OUT
    cells = [
        pl.when(pl.col("d_form") == BY_ID).then("deal_id").alias(DEAL_ID),
        pl.when(pl.col("d_form") == BY_ID).then(TEXT if alone else pl.col("deal_title")).alias(DEAL),
        pl.when(pl.col("l_form") == BY_ID).then("lead_id").alias(LEAD_ID),
        pl.when(pl.col("l_form") == BY_ID).then(TEXT if alone else pl.col("lead_title")).alias(LEAD),
        *person_cells("p_form", "p_", alone=alone),
        *organization_cells("o_form", "o_", alone=alone),
    ]
    return rows.with_columns(pl.when(going).then(cell).alias(cell.meta.output_name()) for cell in cells)


def _extra(rows: pl.DataFrame) -> pl.Expr:
    """What the row cannot name stands in its text: a deal or lead in a single pass, or a link that was
    lost.
    """
    lost = pl.col("about").is_null()
    lines = [
        pl.when(pl.col("to_parties") & (pl.col("about") == "deals")).then(
            pl.lit("Deal in Sell: ") + _escaped(pl.col("d_title"))
        ),
        pl.when(pl.col("to_parties") & (pl.col("about") == "leads")).then(
            pl.lit("Lead in Sell: ") + _escaped(pl.col("l_title"))
        ),
        pl.when(lost & pl.col("deal_name").is_not_null()).then(
            pl.lit("Deal in Sell: ") + _escaped(pl.col("deal_name"))
        ),
        pl.when(lost & pl.col("name").is_not_null()).then(
            pl.lit("Contact in Sell: ") + _escaped(pl.col("name"))
        ),
        pl.when(pl.col("gone").is_not_null() & pl.col("name").is_null() & pl.col("deal_name").is_null()).then(
            pl.lit("Left out of the move: ") + _escaped(pl.coalesce("d_title", "l_title"))
        )
        if {"d_title", "l_title"} <= set(rows.columns)
        else TEXT,
    ]
    text = pl.concat_str(lines, separator="<br>", ignore_nulls=True)
    return pl.when(text != "").then(text)


def _told(rows: pl.DataFrame, entity: str) -> pl.DataFrame:
    told = _placed_rows(rows.filter(pl.col("state") != PRESENT))
    gone = told.filter(pl.col("gone").is_not_null())
    return issues.gather(
        pl.collect_all(
            [
                issues.found(
                    told.filter(pl.col("to_parties") & (pl.col("state") == OUT)),
                    "linked_to_parties_only",
                    entity=entity,
                    field="about",
                    value=pl.coalesce("d_title", "l_title"),
                ),
                issues.found(
                    gone,
                    "link_to_left_out",
                    entity=entity,
                    field="about",
                    value=pl.coalesce("name", "deal_name"),
                ),
                *told_orphans(told, entity),
            ]
        )
    )
