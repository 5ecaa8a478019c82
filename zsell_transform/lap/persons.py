"""Persons of a lap: what is there, what goes out, what would have been merged, and their organization."""

from __future__ import annotations

from functools import partial
from typing import Final

import polars as pl

from zsell_transform import issues
from zsell_transform.details import Details
from zsell_transform.frames.positions import firsts
from zsell_transform.frames.sparse import beside, has
from zsell_transform.lap.link_cells import ORGANIZATION_LINK, WAIT, form, organization_cells, parted
from zsell_transform.lap.one_record import filled, heads, with_members
from zsell_transform.lap.parties import known_of, recognised, stated, with_place, written_form, written_name
from zsell_transform.lap.plans import DECIDED, OUT, Plan, links_of
from zsell_transform.lap.shown import own_companies
from zsell_transform.lap.sides import Sides
from zsell_transform.lap.targets import Targets, read_at
from zsell_transform.lap.told_parties import lost_companies, told_by_name, told_collisions
from zsell_transform.pipedrive import keys
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.pipedrive.fields import NAMES, SELL_IDS
from zsell_transform.pipedrive.names import suffix
from zsell_transform.pipedrive.own_ids import sell_id_cell
from zsell_transform.pipedrive.person_values import FIRST_NAME, FOUND_BY, LAST_NAME

#: Contacts as lead persons are compared with them, and their traces, unless merging has changed these.
Compared = tuple[pl.DataFrame, pl.DataFrame | None]
_VALUES: Final = tuple(value.key for value in FOUND_BY)


def plan_persons(sides: Sides, companies: Targets, *, blocked: bool) -> tuple[Plan, Targets, Compared]:
    """The plan of the contacts, how each can be linked to, and what lead persons are compared with."""
    held, ask, details = sides.held, sides.ask, sides.details
    contacts = companies.standing(_with_values(sides.graph.contacts, details.values), "company_at")
    known = keys.persons(
        contacts.select("id", "name", *_VALUES, _place(contacts, companies)),
        with_place(recognised(held, "persons")),
        partial(_towns, contacts["n"], details),
        merge=ask.duplicates["contacts"] == "merge",
        lap_before=held.has_ours,
    )
    rows = filled(known_of(contacts, known), [*_VALUES, "company_at"])
    told = ("form", "joins", "address") if has(companies.frame, "joins") else ("form",)
    rows = read_at(rows, companies.frame.select(told), "company_at", "o_")
    rows = stated(rows, held, "persons", blocked=blocked, waits=pl.col("o_form").eq_missing(form(WAIT)))
    own = own_companies(rows, companies, held, held.claimed_twice("organizations"))
    targets = Targets(with_members(rows, _person_targets(rows.with_columns(own))))
    rows = parted(rows, {"organization": "o_form"})
    cells = organization_cells("o_form", "o_", alone=ask.id_links == "alone")
    plan = Plan(
        entity="contacts",
        rows=rows.select(
            *DECIDED,
            "joins",
            "into",
            "o_form",
            "company_at",
            linked=pl.when(pl.col("asked").fill_null(False)).then(pl.col("company_at").is_not_null()),
        ),
        link_columns=ORGANIZATION_LINK,
        overrides=(_renamed_people(rows.filter("renamed", pl.col("n").is_not_null()), details),),
        added=_added_people(rows.filter(pl.col("added"))),
        found=issues.gather(
            [
                told_collisions(known, rows, "contacts"),
                told_by_name(rows, held, "contacts"),
                lost_companies(rows, companies),
            ]
        ),
        links=links_of(rows, {"organizations": ("company_at", companies.frame["id"])}),
        linked=partial(_with_organization, companies.frame.select("system_id", "name", "address"), cells),
    )
    traces = None if has(rows, "into") else known.traces
    return plan, targets, (_compared(rows, companies, held), traces)


def _with_organization(organizations: pl.DataFrame, cells: list[pl.Expr], rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of contacts with their organization's columns: texts of which only a file's worth is held."""
    going = pl.col("state") == OUT
    return read_at(rows, organizations, "company_at", "o_").with_columns(
        pl.when(going).then(cell).alias(cell.meta.output_name()) for cell in cells
    )


def _towns(n: pl.Series, details: Details, uids: pl.Series) -> pl.Series:
    """Cities of the contacts in some rows; records of Pipedrive stand behind these and have none."""
    mine = pl.select(pl.when(uids < n.len()).then(uids)).to_series()
    return details.naming(n.gather(mine).alias("n"))["city"]


def _with_values(contacts: pl.DataFrame, values: pl.DataFrame) -> pl.DataFrame:
    """Contacts with their e-mails and phones; those that the export only names stand last and have none."""
    named = contacts.height - values.height
    every = pl.concat([values, values.clear(named)]).rechunk() if named else values
    return pl.concat([contacts.drop("email"), every], how="horizontal")


def _person_targets(rows: pl.DataFrame) -> pl.DataFrame:
    own = ("id", "system_id", *_VALUES, "company_at", "joins")
    return rows.select(*own, form=written_form(), name=written_name(rows), by_value=_has_value())


def _has_value() -> pl.Expr:
    """Whether folding leaves anything of the e-mail, or any digits of the phones: asked without folding."""
    email = pl.col("email").str.contains(r"\S").fill_null(value=False)
    phones = [pl.when(~email).then(c).str.contains(r"\d").fill_null(value=False) for c in ("work", "mobile")]
    return pl.any_horizontal(email, *phones)


def _compared(rows: pl.DataFrame, companies: Targets, held: Held) -> pl.DataFrame:
    """What lead people are compared with: each contact as Sell has it and as Pipedrive has it."""
    there = firsts(held.persons, "sell_id").select(id="sell_id", held_emails="emails", held_phones="phones")
    own = ("id", "name", "final", "printed", *_VALUES, "system_id", "joins")
    return beside(rows.select(*own, _place(rows, companies), one=heads(rows)), there, "id")


def _place(people: pl.DataFrame, companies: Targets) -> pl.Series:
    """The token of each person's organization."""
    return companies.frame["place"].gather(people["company_at"])


def _renamed_people(rows: pl.DataFrame, details: Details) -> pl.DataFrame:
    """A distinguished person carries the suffix behind the name and behind the last name."""
    last = pl.col("last").is_not_null()
    return rows.with_columns(details.naming(rows["n"]).get_columns()).select(
        "n",
        pl.col("final").alias(NAMES["persons"]),
        pl.when(~last & pl.col("first").is_not_null())
        .then(pl.concat_str("first", suffix("final", "name")))
        .otherwise("first")
        .alias(FIRST_NAME),
        pl.when(last).then(pl.concat_str("last", suffix("final", "name"))).alias(LAST_NAME),
    )


def _added_people(rows: pl.DataFrame) -> pl.DataFrame:
    last = pl.when(pl.col("last").is_not_null() & pl.col("renamed")).then(
        pl.concat_str("last", suffix("final", "name"))
    )
    return rows.select(
        "id",
        pl.col("final").alias(NAMES["persons"]),
        pl.col("first").alias(FIRST_NAME),
        pl.coalesce(last, "last").alias(LAST_NAME),
        sell_id_cell(pl.col("id")).alias(SELL_IDS["persons"]),
    )
