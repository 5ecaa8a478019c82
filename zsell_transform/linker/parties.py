"""Who there is: what the export holds, and what it only names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Final

import attrs
import polars as pl

from zsell_transform.details import Details
from zsell_transform.frames.positions import positions
from zsell_transform.frames.sparse import BLANK, column_or_blank, sparse
from zsell_transform.ids import BY_NAME
from zsell_transform.linker.references import LEAD, PARTY, is_person
from zsell_transform.linker.resolving import Index, named_now, of_kind, with_names

COLUMNS: Final = ("id", "name", "first", "last", "email", "address", "city")
#: Relations that lead to a company; the others lead to a company or a contact.
TO_COMPANIES: Final = ("employer", "deal_company", "lead_company")

_ROW: Final = pl.lit(None, dtype=pl.UInt32)

Rows = Mapping[str, pl.DataFrame]


@attrs.frozen
class Parties:
    """Companies and contacts, with those that are only referred to added behind them.

    Attributes:
        in_companies, in_both: what the relations are looked up in.
    """

    companies: pl.DataFrame
    contacts: pl.DataFrame
    in_companies: Index
    in_both: Index

    def index(self, relation: str) -> Index:
        return self.in_companies if relation in TO_COMPANIES else self.in_both


def parties_of(keys: Mapping[str, pl.DataFrame], details: Details, rows: Rows) -> tuple[Parties, Rows]:
    """Who there is, by what the export holds and by every relation to a party; and the references, ready to
    be resolved: with `number` and the columns of `with_names`.

    Added people refer to a company themselves, by the name that stood beside them, or may get one from their
    deals: the references to employers grow by these, in the order of the contacts.

    Args:
        keys: the key frames of companies and contacts, as the room describes them.
        details: reads e-mails of contacts.
        rows: relation → its references, of `references`: id, name, email, file, row.
    """
    companies, contacts = _party(keys["companies"]), _party(keys["contacts"])
    placed = {relation: _placed(relation, frame, companies, contacts) for relation, frame in rows.items()}
    more_companies, more_contacts = _missing_by_id(placed)
    companies, contacts = _extended(companies, more_companies), _extended(contacts, more_contacts)
    if more_companies.height or more_contacts.height:
        placed = {relation: _placed(relation, frame, companies, contacts) for relation, frame in rows.items()}
    placed["employer"] = _with_employers(placed["employer"], more_contacts)
    beside = _beside_named_people(companies, contacts, details, placed["about"])
    companies, placed = _with_named_companies(companies, placed, beside)
    contacts, placed = _with_named_people(companies, contacts, details, placed)
    in_both = _in_both(companies, contacts, details)
    parties = Parties(companies, contacts, _in_companies(companies), in_both)
    return parties, {name: frame.drop("company", "contact") for name, frame in placed.items()}


def _party(frame: pl.DataFrame) -> pl.DataFrame:
    columns = [column_or_blank(frame.columns, c) for c in COLUMNS]
    twin = ["twin"] if "twin" in frame.columns else []
    return frame.select("n", "file", "row", *columns, *twin, pl.lit(False).alias("added"))


def _extended(party: pl.DataFrame, more: pl.DataFrame) -> pl.DataFrame:
    if not more.height:
        return party
    shaped = more.select(c for c in more.columns if c in party.columns).with_columns(added=pl.lit(True))
    return sparse(pl.concat([party, shaped], how="diagonal")).rechunk()


def _with_employers(
    employers: pl.DataFrame, people: pl.DataFrame, companies: Index | None = None
) -> pl.DataFrame:
    """References to employers, with those of added people; by name as well, where companies are given."""
    if not people.height:
        return employers
    rows = people.select(
        pl.col("file").cast(employers.schema["file"]), "row", source="id", name="company_name"
    )
    if companies is not None:
        rows = with_names(rows.with_columns(number=_ROW), companies)
    return sparse(pl.concat([employers, rows], how="diagonal")).rechunk()


def _in_companies(companies: pl.DataFrame) -> Index:
    return Index(of_kind(companies, "companies"), partial(companies.get_column, "email"))


def _in_both(companies: pl.DataFrame, contacts: pl.DataFrame, details: Details) -> Index:
    """Contacts stand behind companies."""

    def emails() -> pl.Series:
        named = contacts["email"].tail(contacts.height - details.values.height)
        return pl.concat([companies["email"], details.values["email"], named])

    return Index(pl.concat([of_kind(companies, "companies"), of_kind(contacts, "contacts")]), emails)


# --- by id -----------------------------------------------------------------------------------------------


def _placed(
    relation: str, rows: pl.DataFrame, companies: pl.DataFrame, contacts: pl.DataFrame
) -> pl.DataFrame:
    """References with `company` or `contact`: at which row the record of that id stands.

    The kind that a relation usually leads to is looked at first, the other one for the rest only.
    """
    known = {"company": companies["id"], "contact": contacts["id"]}
    rows = rows.with_columns(company=_ROW, contact=_ROW)
    for kind in known if relation in TO_COMPANIES else reversed(known):
        asked = rows.select(pl.when(_is_lost()).then("id")).to_series()
        rows = rows.with_columns(positions(asked, known[kind]).alias(kind))
    return rows


def _is_lost() -> pl.Expr:
    return pl.col("id").is_not_null() & pl.col("company").is_null() & pl.col("contact").is_null()


def _missing_by_id(rows: Rows) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Companies and contacts under ids that the export does not hold, each with the first name beside it."""
    lost = {
        relation: frame.filter(_is_lost() & pl.col("name").is_not_null()) for relation, frame in rows.items()
    }
    about = lost["about"].filter(pl.col("type") == PARTY)
    wanted = pl.concat(
        [
            *(_wanted(lost[relation], person=pl.lit(False)) for relation in TO_COMPANIES),
            _wanted(lost["main_contact"], person=pl.lit(True)),
            _wanted(
                about,
                first=pl.col("about_first"),
                last=pl.col("about_last"),
                company_name=pl.when(is_person()).then("about_company"),
                person=is_person(),
            ),
        ]
    )
    first = wanted.unique("id", keep="first", maintain_order=True)
    people = wanted.group_by("id", maintain_order=True).agg(
        pl.col("person").all(), *(pl.col(c).drop_nulls().first() for c in ("first", "last", "company_name"))
    )
    named = first.select("file", "row", "id", "name").join(people, on="id", how="left", maintain_order="left")
    return named.filter(~pl.col("person")), named.filter("person")


def _wanted(
    rows: pl.DataFrame,
    *,
    person: pl.Expr,
    first: pl.Expr = BLANK,
    last: pl.Expr = BLANK,
    company_name: pl.Expr = BLANK,
) -> pl.DataFrame:
    return rows.select(
        "file", "row", "id", "name", first=first, last=last, company_name=company_name, person=person
    )


# --- by name ---------------------------------------------------------------------------------------------


def _beside_named_people(
    companies: pl.DataFrame, contacts: pl.DataFrame, details: Details, about: pl.DataFrame
) -> pl.DataFrame:
    """The companies beside people without an id whose name no record has: their employers, once they are
    added.
    """
    asked = about.filter(pl.col("id").is_null() & is_person() & pl.col("about_company").is_not_null())
    if asked.height:
        asked = with_names(asked.with_columns(number=_ROW), _in_both(companies, contacts, details))
        asked = asked.filter(pl.col("f").is_not_null()).unique("f", keep="first", maintain_order=True)
    return asked.select("id", name="about_company", number=_ROW)


def _with_named_companies(
    companies: pl.DataFrame, rows: Rows, beside: pl.DataFrame
) -> tuple[pl.DataFrame, dict[str, pl.DataFrame]]:
    index = _in_companies(companies)
    named = {name: with_names(rows[name].with_columns(number="company"), index) for name in TO_COMPANIES}
    nobody = rows["about"].filter(pl.col("id").is_null() & ~is_person()).with_columns(number=_ROW)
    more = _missing_by_name([*named.values(), *(with_names(few, index) for few in (nobody, beside))])
    named = {name: named_now(frame, more["f"], companies.height) for name, frame in named.items()}
    return _extended(companies, more), {**rows, **named}


def _with_named_people(
    companies: pl.DataFrame, contacts: pl.DataFrame, details: Details, rows: Rows
) -> tuple[pl.DataFrame, dict[str, pl.DataFrame]]:
    index = _in_both(companies, contacts, details)
    number = pl.coalesce(pl.col("contact") + companies.height, "company")
    named = {
        name: with_names(rows[name].with_columns(number=number), index) for name in ("main_contact", "about")
    }
    people = named["main_contact"].filter(pl.col("email").is_null())
    more = _missing_by_name([people, named["about"].filter(is_person())])
    named = {
        name: named_now(frame, more["f"], companies.height + contacts.height) for name, frame in named.items()
    }
    said = more.join(_said_of(named["about"]), on="f", how="left", maintain_order="left")
    employer = _with_employers(rows["employer"], said, _in_companies(companies))
    return _extended(contacts, said.drop("file", "row")), {**rows, **named, "employer": employer}


def _said_of(about: pl.DataFrame) -> pl.DataFrame:
    """What stands beside the names of people whom no record has (`f`): first and last name, and the first
    company, with the place where it stands.
    """
    people = about.filter(pl.col("f").is_not_null() & pl.col("id").is_null() & is_person())
    there = pl.col("about_company").is_not_null()
    return people.group_by("f", maintain_order=True).agg(
        first=pl.col("about_first").first(),
        last=pl.col("about_last").first(),
        **{name: pl.col(name).filter(there).first() for name in ("file", "row")},
        company_name=pl.col("about_company").filter(there).first(),
    )


def _missing_by_name(rows: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Names without an id that no record has: one `name:` record each, in their first spelling."""
    nobody = pl.col("f").is_not_null() & pl.col("named").is_null() & pl.col("namesakes").is_null()
    names = pl.concat(frame.filter(nobody & pl.col("id").is_null()).select("name", "f") for frame in rows)
    return names.unique("f", keep="first", maintain_order=True).select(
        "f", id=pl.lit(BY_NAME) + pl.col("f"), name=pl.col("name").str.strip_chars()
    )


def leads_of(leads: pl.DataFrame, about: pl.DataFrame) -> pl.DataFrame:
    """Leads, with those added that history refers to by an id that the export does not hold, and names.

    Args:
        leads: the key frame: id, title, name, first, last, company_name and more.
        about: type, id, name, about_first, about_last, about_company of what history refers to.

    Returns:
        The leads with `added`; added ones have no more than id, title, name, first, last and company_name.
    """
    lost = (
        about.filter((pl.col("type") == LEAD) & pl.col("id").is_not_null() & pl.col("name").is_not_null())
        .join(leads.select("id"), on="id", how="anti", maintain_order="left")
        .unique("id", keep="first", maintain_order=True)
    )
    if not lost.height:
        return leads.with_columns(added=pl.lit(False))
    person = pl.when(is_person()).then("name")
    title = pl.concat_str(person, "about_company", separator=", ", ignore_nulls=True)
    more = lost.select(
        "id", title=title, name=person, first="about_first", last="about_last", company_name="about_company"
    )
    return pl.concat(
        [leads.with_columns(added=pl.lit(False)), more.with_columns(added=pl.lit(True))],
        how="diagonal_relaxed",
    ).rechunk()
