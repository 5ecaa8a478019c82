"""Leads of a lap: each with its person on its row, or attached to one that is known."""

from __future__ import annotations

from typing import Final

import polars as pl

from zsell_transform import issues
from zsell_transform.cleaning.markup import escaped
from zsell_transform.details import PLACED, Details, placed
from zsell_transform.frames.positions import firsts, positions
from zsell_transform.frames.sparse import BLANK, beside, one_of
from zsell_transform.lap.brought import filled, unsaid, with_first, with_shown
from zsell_transform.lap.link_cells import (
    BY_ID,
    BY_KEY,
    ORGANIZATION_LINK,
    form,
    organization_cells,
    parted,
    person_cells,
)
from zsell_transform.lap.parties import with_place
from zsell_transform.lap.persons import Compared
from zsell_transform.lap.plans import DECIDED, OUT, PRESENT, WAITING, Plan, links_of, state
from zsell_transform.lap.reasons import NO_BASE, reason
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
from zsell_transform.lap.shown import shown_parties, standing_for
from zsell_transform.lap.sides import Sides
from zsell_transform.lap.targets import ELSEWHERE, Targets
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.pipedrive.fields import NAMES, SELL_IDS, SYSTEM_IDS
from zsell_transform.pipedrive.lead_people import CONTACT, HELD, LEAD, OWN, lead_people
from zsell_transform.pipedrive.names import suffix
from zsell_transform.pipedrive.own_ids import sell_id_cell
from zsell_transform.pipedrive.person_values import (
    FIRST_NAME,
    FOUND_BY,
    LAST_NAME,
    PERSON_OWNER,
    TOLD_BESIDE,
    PersonValue,
)
from zsell_transform.pipedrive.shown_cell import shown_cell

#: What a lead's row says of a person of its own; a lead that is attached to a known person says none of it.
OWN_COLUMNS: Final = (FIRST_NAME, LAST_NAME, *(value.header for value in TOLD_BESIDE), PERSON_OWNER)
#: What the row of a lead says of whom it brings, under which header (`brought`).
_BROUGHT: Final = {
    FIRST_NAME: "first",
    LAST_NAME: "last",
    **{value.header: value.key for value in (*TOLD_BESIDE, *FOUND_BY)},
}
COMPANY: Final = "Company"
#: How the lines begin that stand in a lead's note behind its description.
LINES: Final = (*(value.caption for value in (*FOUND_BY, *TOLD_BESIDE)), COMPANY)


def plan_leads(
    sides: Sides, companies: Targets, people: Targets, contacts: Compared, *, blocked: bool
) -> tuple[Plan, pl.DataFrame]:
    """The plan of the leads, and of each lead: where it is in Pipedrive and what stands on its row.

    Args:
        contacts: what lead people are compared with, from `plan_persons`.
    """
    held = sides.held
    as_lead, as_deal = firsts(held.leads, "sell_id"), firsts(held.deals, "sell_lead_id")
    rows = _with_presence(sides.graph.leads, as_lead, as_deal)
    rows = companies.standing(rows, "company_at")
    rows = companies.on(rows, "company_at", "c_").with_columns(
        left_out=one_of("id", sides.left_out),
        place="c_place",
    )
    who = lead_people(
        rows.filter(~pl.col("left_out")).select(
            "id", "name", "email", "work", "mobile", "city", "place", "there"
        ),
        *contacts,
        with_place(held.persons.filter(pl.col("sell_id").is_null())),
    )
    rows = rows.join(who.rename({"name": "written"}), on="id", how="left", maintain_order="left").rename(
        {"person": "who_id"}
    )
    rows = with_first(_with_person(rows, companies, people, held), held)
    # A lead's second company stands in its note, whatever the mapping wishes for deals.
    rows = one_organization(rows, both=False)
    someone = pl.coalesce("person_at", pl.when(pl.col("who") == OWN).then(pl.lit(ELSEWHERE, dtype=pl.UInt32)))
    rows = rows.with_columns(person_at=someone)
    rows = placed_orphans(rows, on_nothing(), sides.ask.orphans["leads"], companies)
    rows = companies.on(rows, "organization_at", "o_")
    rows = rows.with_columns(
        pl.when(pl.col("who") == OWN).then(form(OWN)).otherwise(person_form()).alias("p_form"),
        organization_form().alias("o_form"),
    )
    rows = _waiting_with_base(stated(rows, held, "leads", blocked=blocked))
    rows = with_shown(_with_places(rows, sides.details), _joins(), held)
    # One that is there as a deal hangs on what the deals export shows.
    there = {"leads": as_lead, "deals": as_deal.drop("sell_id").rename({"sell_lead_id": "sell_id"})}
    shown = pl.concat(
        shown_parties(records.rename({"sell_id": "id"}), item, held, people, companies)
        for item, records in there.items()
    )
    return _plan(rows, companies, people, held, alone=sides.ask.id_links == "alone"), _targets(
        rows, firsts(shown, "id")
    )


def _plan(rows: pl.DataFrame, companies: Targets, people: Targets, held: Held, *, alone: bool) -> Plan:
    rows = parted(rows, {"person": "p_form", "organization": "o_form"})
    if rows["brings"].any():
        rows = rows.with_columns(part=(pl.col("part").cast(pl.String) + filled()).cast(pl.Categorical))
    going = pl.col("state") == OUT
    rows = rows.with_columns(
        pl.when(going).then(cell).alias(cell.meta.output_name())
        for cell in organization_cells("o_form", "o_", alone=alone)
    )
    cells = person_cells("p_form", "p_", alone=alone)
    columns = (SYSTEM_IDS["persons"], *ORGANIZATION_LINK)
    rows = rows.with_columns(pl.when(going).then(cells[0]).alias(SYSTEM_IDS["persons"]))
    rows = beside(rows, rows.filter(_joins()).select("id", _extra=_extra()), "id")
    return Plan(
        entity="leads",
        rows=rows.select(
            *DECIDED,
            "_extra",
            BLANK.alias("joins"),
            *columns,
            linked=pl.when(pl.col("asked").fill_null(False)).then(
                pl.col("company_at").is_not_null() & pl.col("differing").is_null()
            ),
        ),
        link_columns=columns,
        overrides=_overrides(rows, cells),
        added=_added(rows),
        found=_told(rows),
        links=links_of(
            rows,
            {
                "organizations": ("organization_at", companies.frame["id"]),
                "persons": ("contact_at", people.frame["id"]),
            },
        ),
        silent={value.header: _silent(rows, value, held) for value in TOLD_BESIDE},
    )


def _silent(rows: pl.DataFrame, value: PersonValue, held: Held) -> pl.Series:
    """n of the leads whose rows do not say a value of their person: those that join one, and those that are
    there, where nobody in Pipedrive has any.
    """
    persons = held.raw.get("persons")
    shown = None if persons is None else shown_cell("persons", value.header, persons.columns)
    anybody = persons is None or (shown is not None and persons.select(shown.count()).item() > 0)
    is_silent = pl.when(pl.col("state") == PRESENT).then(pl.lit(not anybody)).otherwise(pl.col("who") != OWN)
    return rows.filter(pl.col("n").is_not_null() & is_silent)["n"]


def _with_presence(frame: pl.DataFrame, as_lead: pl.DataFrame, as_deal: pl.DataFrame) -> pl.DataFrame:
    """A lead is `there` as a lead, or as the deal into which it was `converted` in Pipedrive."""
    rows = beside(frame, as_lead.select(id="sell_id", system_id="system_id", printed="title"), "id")
    rows = beside(rows, as_deal.select(id="sell_lead_id", deal_id="system_id", deal_title="title"), "id")
    as_lead_there, as_deal_there = pl.col("system_id").is_not_null(), pl.col("deal_id").is_not_null()
    return rows.with_columns(there=as_lead_there | as_deal_there, converted=as_deal_there & ~as_lead_there)


def _with_person(rows: pl.DataFrame, companies: Targets, people: Targets, held: Held) -> pl.DataFrame:
    """The person each row is attached to, with the columns of a link target under `p_`."""
    wanted = {
        who: rows["who_id"].filter(rows["who"] == who).drop_nulls().unique() for who in (CONTACT, LEAD, HELD)
    }
    bases = rows.filter(pl.col("id").is_in(wanted[LEAD].implode())).select(
        "id",
        form(BY_KEY).alias("form"),
        BLANK.alias("system_id"),
        name="written",
        email="email",
        work="work",
        mobile="mobile",
        company_at="company_at",
        joins=BLANK,
        by_value=pl.any_horizontal(pl.col("email", "work", "mobile").is_not_null()),
    )
    contacts = people.frame.filter(pl.col("id").is_in(wanted[CONTACT].implode()))
    others = held.persons.filter(pl.col("system_id").is_in(wanted[HELD].implode()))
    known = {LEAD: bases, CONTACT: contacts}
    if others.height:
        known[HELD] = _held_people(others, companies, held)
    prefixed = pl.concat(
        frame.select(who=pl.lit(who), who_id="id", **{f"p_{c}": c for c in bases.columns if c != "id"})
        for who, frame in known.items()
    )
    joined = rows.join(prefixed, on=["who", "who_id"], how="left", maintain_order="left")
    own = pl.col("who") == OWN
    contact = joined.select(pl.when(pl.col("who") == CONTACT).then("who_id")).to_series()
    return joined.with_columns(
        contact_at=positions(contact, people.frame["id"]),
        person_at=pl.when(~own).then(pl.lit(ELSEWHERE, dtype=pl.UInt32)),
        p_company_at=pl.when(own).then("company_at").otherwise("p_company_at"),
        other_company=pl.lit(value=False),
    )


def _held_people(others: pl.DataFrame, companies: Targets, held: Held) -> pl.DataFrame:
    """Pipedrive's other people as link targets, with the company that stands for their organization."""
    by_place = standing_for(companies, held)
    placed = with_place(others).join(by_place, on="place", how="left", maintain_order="left")
    elsewhere = pl.when(pl.col("place").is_not_null()).then(pl.lit(ELSEWHERE, dtype=pl.UInt32))
    return placed.select(
        id="system_id",
        form=form(BY_ID),
        system_id="system_id",
        name="name",
        email=BLANK,
        work=BLANK,
        mobile=BLANK,
        company_at=pl.coalesce("company_at", elsewhere),
        joins=BLANK,
        by_value=pl.lit(True),
    )


def _waiting_with_base(rows: pl.DataFrame) -> pl.DataFrame:
    """A lead that joins an earlier lead's person goes out with or after that one."""
    base = rows.filter(pl.col("who") == OWN).select(who_id="id", base_state="state")
    joined = rows.join(
        base.with_columns(who=pl.lit(LEAD)), on=["who", "who_id"], how="left", maintain_order="left"
    )
    stuck = (pl.col("state") == OUT) & (pl.col("who") == LEAD) & (pl.col("base_state") != OUT)
    return joined.with_columns(
        state=pl.when(stuck).then(state(WAITING)).otherwise("state"),
        reason=pl.when(stuck).then(reason(NO_BASE)).otherwise("reason"),
    ).drop("base_state")


def _with_places(rows: pl.DataFrame, details: Details) -> pl.DataFrame:
    """The rows with job title and address of leads that join a person; under `p_`, those of that person."""
    joining = rows.filter(_joins())
    mine = placed(details.leads, joining["id"])
    theirs = pl.concat(
        placed(draft, joining["who_id"].filter(joining["who"] == who).unique()).select(
            who=pl.lit(who), who_id="id", **{f"p_{column}": column for column in PLACED}
        )
        for who, draft in ((CONTACT, details.draft), (LEAD, details.leads))
    )
    return beside(rows, mine, "id").join(theirs, on=["who", "who_id"], how="left", maintain_order="left")


def _joins() -> pl.Expr:
    return (pl.col("state") == OUT) & pl.col("who").is_in([CONTACT, LEAD, HELD])


def _extra() -> pl.Expr:
    """What of a joining lead differs from the person it joins, as lines for its note."""
    by_key, held = pl.col("p_form") == BY_KEY, pl.col("who") == HELD

    def other(key: str) -> pl.Expr:
        return pl.col(key).ne_missing(pl.col(f"p_{key}"))

    def line(value: PersonValue, differs: pl.Expr) -> pl.Expr:
        told = pl.col(value.key).is_not_null() & pl.col(f"more_{value.key}").is_null() & differs
        return pl.when(told).then(pl.lit(f"{value.caption}: ") + escaped(pl.col(value.key)))

    lines = [
        line(value, pl.when(by_key).then(other(value.key)).otherwise(unsaid(value.key))) for value in FOUND_BY
    ]
    lines += [
        line(value, pl.when(held).then(unsaid(value.key)).otherwise(other(value.key)))
        for value in TOLD_BESIDE
    ]
    company = pl.when(pl.col("differing").is_not_null()).then(
        pl.lit(f"{COMPANY}: ") + escaped(pl.col("differing"))
    )
    text = pl.concat_str([*lines, company], separator="<br>", ignore_nulls=True)
    return pl.when(text != "").then(text)


def _overrides(rows: pl.DataFrame, cells: list[pl.Expr]) -> tuple[pl.DataFrame, ...]:
    """Joining leads say only the key of the person they join; a lead of its own may have a distinct name."""
    of_person = [cell for cell in cells if cell.meta.output_name() != SYSTEM_IDS["persons"]]
    of_person = [
        pl.coalesce(cell, f"more_{_BROUGHT[name]}") if (name := cell.meta.output_name()) in _BROUGHT else cell
        for cell in of_person
    ]
    own_columns = [
        pl.col(f"more_{_BROUGHT[column]}").alias(column) if column in _BROUGHT else BLANK.alias(column)
        for column in OWN_COLUMNS
    ]
    joining = rows.filter(_joins() & pl.col("n").is_not_null()).select("n", *of_person, *own_columns)
    renamed = pl.col("written").ne_missing(pl.col("name")) & (pl.col("who") == OWN)
    own = rows.filter(renamed & pl.col("n").is_not_null()).select(
        "n",
        pl.col("written").alias(NAMES["persons"]),
        *(pl.col(value.key).alias(value.header) for value in FOUND_BY),
        pl.col("first").alias(FIRST_NAME),
        pl.concat_str("last", suffix("written", "name")).alias(LAST_NAME),
    )
    return joining, own


def _added(rows: pl.DataFrame) -> pl.DataFrame:
    own = pl.col("who") == OWN
    return rows.filter(pl.col("added")).select(
        "id",
        pl.col("title").alias(NAMES["leads"]),
        sell_id_cell(pl.col("id")).alias(SELL_IDS["leads"]),
        pl.when(own).then("written").otherwise("p_name").alias(NAMES["persons"]),
        pl.when(own).then("first").alias(FIRST_NAME),
        pl.when(own).then("last").alias(LAST_NAME),
        *(pl.when(~own).then(f"p_{value.key}").alias(value.header) for value in FOUND_BY),
    )


def _targets(rows: pl.DataFrame, shown: pl.DataFrame) -> pl.DataFrame:
    """Where each lead is in Pipedrive, with the person and organization that Pipedrive's export shows."""
    mine = rows.select(
        "id",
        "title",
        "state",
        "system_id",
        "deal_id",
        "deal_title",
        "written",
        "organization_at",
        "p_form",
        "who",
        "there",
        "converted",
        name=pl.coalesce("printed", "title"),
        party_at="contact_at",
        **{
            value.key: pl.when(pl.col("who").eq_missing(OWN)).then(value.key).otherwise(f"p_{value.key}")
            for value in FOUND_BY
        },
        person_name=pl.coalesce(pl.when(pl.col("who") != OWN).then("p_name"), "written"),
    )
    return beside(mine, shown, "id")


def _told(rows: pl.DataFrame) -> pl.DataFrame:
    told = as_issues_tell(rows.filter(pl.col("state") != PRESENT).lazy())
    known = pl.format("{} {}", pl.col("who"), pl.col("who_id"))
    typed = pl.format("in Pipedrive already (System ID {})", pl.col("who_id"))
    joined = pl.when(pl.col("who") == HELD).then(typed).otherwise(known)
    going = pl.col("state") == OUT
    added = told.filter(pl.col("added") & going)
    return issues.gather(
        pl.collect_all(
            [
                issues.found(
                    as_issues_tell(issues.few(rows, _joins())),
                    "lead_joins_person",
                    entity="leads",
                    field="name",
                    value=pl.col("name"),
                    detail=joined,
                ),
                issues.found(
                    told.filter(pl.col("candidates").is_not_null()),
                    "lead_person_ambiguous",
                    entity="leads",
                    field="name",
                    value=pl.col("name"),
                    detail=pl.col("candidates"),
                ),
                issues.found(
                    told.filter(pl.col("differing").is_not_null()),
                    "two_organizations",
                    entity="leads",
                    field="company_name",
                    value=pl.col("differing"),
                    detail=pl.lit("its note"),
                ),
                issues.found(told.filter("left_out"), "lead_left_out", entity="leads", field="status"),
                issues.found(
                    added, "added_by_reference", entity="leads", field="name", value=pl.col("title")
                ),
                *told_orphans(told.filter(~pl.col("left_out")), "leads"),
            ]
        )
    )
