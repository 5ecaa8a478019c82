"""Links that Pipedrive's exports show: of a record that is there, they and not Sell's go on a row.

A row writes over the links of whatever it names, and people may work in Pipedrive by now: who gave a deal to
another contact there, or moved a contact to another organization, would find that undone.
"""

from __future__ import annotations

import polars as pl

from zsell_transform.folding import folded
from zsell_transform.frames.positions import firsts, positions
from zsell_transform.frames.sparse import BLANK, has
from zsell_transform.lap.targets import ELSEWHERE, Targets
from zsell_transform.pipedrive.exports.held import Held


def standing_for(companies: Targets, held: Held) -> pl.DataFrame:
    """place, company_at: which company stands for each organization of Pipedrive's.

    One that only may merge with an organization, as its address is another, does not: it would move people.
    """
    places = companies.frame.select("place", "carried", "joins", "address").with_row_index("company_at")
    if has(places, "joins"):
        there = firsts(held.organizations, "system_id").select(joins="system_id", there="address")
        joined = places.join(there, on="joins", how="left", maintain_order="left")
        same = folded(pl.col("address")).eq_missing(folded(pl.col("there")))
        places = joined.filter(pl.col("joins").is_null() | same)
    own = places.filter(~pl.col("carried")).unique("place", keep="first", maintain_order=True)
    return own.select("place", "company_at")


def own_companies(people: pl.DataFrame, companies: Targets, held: Held, twice: pl.Series) -> pl.Series:
    """At which row the company of each person stands, `ELSEWHERE` for none of Sell's: of those who are in
    Pipedrive, the one that its export shows.

    Args:
        people: system_id, company_at (as Sell has it), led (no more than a deal or a domain names it).
        twice: Sell ids that several organizations carry. Their System IDs are not known, so nobody can say
            whether a person is in one of them.
    """
    if not held.shows("persons", "organization_id") or "organizations" not in held.readable:
        return people["company_at"]
    at = positions(people["system_id"], held.persons["system_id"])
    place = pl.select(pl.lit("#") + held.persons["organization_id"].gather(at)).to_series()
    places, standing = companies.frame["place"], standing_for(companies, held)
    there = standing["company_at"].gather(positions(place, standing["place"]))
    mine = people["company_at"]
    rows = pl.DataFrame(
        {
            "mine": mine,
            "there": there,
            "nowhere": place.is_null(),
            "known": at.is_not_null(),
            "led": people["led"],
            "unsure": companies.frame["id"].is_in(twice.implode()).gather(mine),
            "same": places.gather(there) == places.gather(mine),  # through a record that carries both
        }
    )
    # A deal that came since may give its person a company: no earlier lap wrote that one, and none will.
    pending = pl.col("nowhere") & pl.col("led")
    elsewhere = pl.when(~pl.col("nowhere")).then(pl.lit(ELSEWHERE, dtype=pl.UInt32))
    kept = ~pl.col("known") | pl.any_horizontal("unsure", "same") | pending
    chosen = pl.when(kept.fill_null(value=False)).then("mine").otherwise(pl.coalesce("there", elsewhere))
    return rows.select(chosen.alias("company_at")).to_series()


def shown_parties(
    records: pl.DataFrame, item: str, held: Held, people: Targets, companies: Targets, *, both: bool = False
) -> pl.DataFrame:
    """The person and organization that a row may name beside some deals or leads of Pipedrive's.

    A row with a person names that person's own organization or none, as another one would move the person.

    Args:
        records: id (Sell's), and the columns of `held[item]`.
        both: the organization stands there all the same, as the mapping wishes.

    Returns:
        id, shown (true), held_person_id, held_person, held_organization_id, held_organization, and withheld:
        there is an organization that is not named. No row where the export lacks the columns.
    """
    if held.shows(item, "person_id", "organization_id"):
        rows = records.with_columns(own=_own_organization(records, held, people, companies))
    else:
        rows = records.clear().with_columns(own=BLANK)
    person, organization = pl.col("person_id"), pl.col("organization_id")
    fits = person.is_null() | organization.eq_missing(pl.col("own")) | pl.lit(both)
    named = organization.is_not_null() & fits
    return rows.select(
        "id",
        held_person_id="person_id",
        held_person=pl.coalesce("person", _printed(held.persons, rows["person_id"])),
        held_organization_id=pl.when(named).then("organization_id"),
        held_organization=pl.coalesce("organization", _printed(held.organizations, rows["organization_id"])),
        shown=pl.lit(value=True),
        withheld=~named & pl.coalesce("organization_id", "own").is_not_null(),
    )


def _own_organization(records: pl.DataFrame, held: Held, people: Targets, companies: Targets) -> pl.Series:
    """System ID of the organization of each record's person: Pipedrive's, or Sell's where none is shown.

    Of a person of whom Sell knows nothing either, such as a lead's own, it is the record's.
    """
    if held.shows("persons", "organization_id"):
        at = positions(records["person_id"], held.persons["system_id"])
        return held.persons["organization_id"].gather(at)
    at = positions(records["person_id"], people.frame["system_id"])
    of_sell = companies.frame["system_id"].gather(people.frame["company_at"].gather(at))
    return of_sell.zip_with(at.is_not_null(), records["organization_id"])


def _printed(records: pl.DataFrame, ids: pl.Series) -> pl.Series:
    """How Pipedrive prints the names of records under some System IDs."""
    return records["name"].gather(positions(ids, records["system_id"]))
