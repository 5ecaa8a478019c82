"""Who there is: what the export holds, and what it only names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import attrs
import polars as pl

from zsell_transform.folding import folded
from zsell_transform.linker.references import References

PARTY: Final = ("id", "name", "first", "last", "email", "work", "mobile", "address", "city")


def parties_of(
    keys: Mapping[str, pl.DataFrame], references: dict[str, References]
) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, References]]:
    """Companies and contacts, with those that are only referred to added behind them.

    Added people refer to a company themselves, by the name that stood beside them, or may get one from their
    deals: the references grow by these.
    """
    companies, contacts = _party(keys["companies"]), _party(keys["contacts"])
    held = pl.concat([companies["id"], contacts["id"]])
    missing_companies, missing_contacts = _missing_by_id(references, held)
    companies, contacts = _extended(companies, missing_companies), _extended(contacts, missing_contacts)
    references = _with_employers(references, missing_contacts)
    about = references["about"].rows
    loose = about.filter(pl.col("id").is_null() & (pl.col("type").is_null() | (pl.col("type") == "contact")))
    of_companies = [references[name].rows for name in ("employer", "deal_company", "lead_company")]
    companies = _extended(
        companies, _missing_by_name([*of_companies, loose.filter(~is_person())], [companies["name"]])
    )
    people = references["main_contact"].rows.filter(pl.col("email").is_null())
    named = _missing_by_name([people, loose.filter(is_person())], [contacts["name"], companies["name"]])
    nothing = pl.lit(None, dtype=pl.String)
    nowhere = named.with_columns(file=nothing, row=pl.lit(None, dtype=pl.Int64), company_name=nothing)
    return companies, _extended(contacts, named), _with_employers(references, nowhere)


def _with_employers(references: dict[str, References], people: pl.DataFrame) -> dict[str, References]:
    employers = references["employer"]
    rows = pl.concat([employers.rows, _employer_rows(people)], how="diagonal_relaxed")
    return {**references, "employer": attrs.evolve(employers, rows=rows)}


def is_person() -> pl.Expr:
    return pl.col("about_first").is_not_null() | pl.col("about_last").is_not_null()


def _party(frame: pl.DataFrame) -> pl.DataFrame:
    columns = [pl.col(c) if c in frame.columns else pl.lit(None, dtype=pl.String).alias(c) for c in PARTY]
    return frame.select("n", "file", "row", *columns, pl.lit(False).alias("added"))


def _extended(party: pl.DataFrame, more: pl.DataFrame) -> pl.DataFrame:
    if not more.height:
        return party
    shaped = more.select(c for c in more.columns if c in party.columns).with_columns(added=pl.lit(True))
    return pl.concat([party, shaped], how="diagonal").rechunk()


def _employer_rows(missing_contacts: pl.DataFrame) -> pl.DataFrame:
    return missing_contacts.select(
        "file", "row", pl.col("id").alias("source"), pl.col("company_name").alias("name")
    )


def _missing_by_id(
    references: Mapping[str, References], held: pl.Series
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Records under ids that the export does not hold, with the first name that stands beside each."""
    as_company = pl.concat(
        references[relation].rows.select("file", "row", "id", "name")
        for relation in ("employer", "deal_company", "lead_company")
    ).with_columns(
        first=pl.lit(None, dtype=pl.String),
        last=pl.lit(None, dtype=pl.String),
        company_name=pl.lit(None, dtype=pl.String),
        person=pl.lit(False),
    )
    about = references["about"].rows.filter(pl.col("type") == "contact")
    as_party = pl.concat(
        [
            references["main_contact"]
            .rows.select("file", "row", "id", "name")
            .with_columns(
                first=pl.lit(None, dtype=pl.String),
                last=pl.lit(None, dtype=pl.String),
                company_name=pl.lit(None, dtype=pl.String),
                person=pl.lit(True),
            ),
            about.select(
                "file",
                "row",
                "id",
                "name",
                first="about_first",
                last="about_last",
                company_name=pl.when(is_person()).then("about_company"),
                person=is_person(),
            ),
        ]
    )
    wanted = pl.concat([as_company, as_party]).filter(
        pl.col("id").is_not_null() & pl.col("name").is_not_null()
    )
    lost = wanted.join(held.to_frame("id"), on="id", how="anti", maintain_order="left")
    first = lost.unique("id", keep="first", maintain_order=True)
    people = lost.group_by("id", maintain_order=True).agg(
        pl.col("person").all(), *(pl.col(c).drop_nulls().first() for c in ("first", "last", "company_name"))
    )
    named = first.select("file", "row", "id", "name").join(people, on="id", how="left", maintain_order="left")
    return named.filter(~pl.col("person")), named.filter("person")


def _missing_by_name(rows: Iterable[pl.DataFrame], known: Iterable[pl.Series]) -> pl.DataFrame:
    """Names without an id that no record has: one `name:` record each, in their first spelling."""
    names = pl.concat(frame.filter(pl.col("id").is_null()).select("name") for frame in rows)
    return (
        names.with_columns(pl.col("name").str.strip_chars(), folded(pl.col("name")).alias("f"))
        .filter(pl.col("f").is_not_null())
        .unique("f", keep="first", maintain_order=True)
        .join(
            pl.concat(known).to_frame("name").select(f=folded(pl.col("name"))),
            on="f",
            how="anti",
            maintain_order="left",
        )
        .select(id=pl.lit("name:") + pl.col("f"), name="name")
    )


def leads_of(leads: pl.DataFrame, about: pl.DataFrame) -> pl.DataFrame:
    """Leads, with those added that history refers to by an id that the export does not hold, and names."""
    lost = (
        about.filter((pl.col("type") == "lead") & pl.col("id").is_not_null() & pl.col("name").is_not_null())
        .join(leads.select("id"), on="id", how="anti", maintain_order="left")
        .unique("id", keep="first", maintain_order=True)
    )
    person = pl.when(is_person()).then("name")
    title = pl.concat_str(person, "about_company", separator=", ", ignore_nulls=True)
    more = lost.select(
        "id", title=title, name=person, first="about_first", last="about_last", company_name="about_company"
    )
    return pl.concat(
        [leads.with_columns(added=pl.lit(False)), more.with_columns(added=pl.lit(True))],
        how="diagonal_relaxed",
    ).rechunk()
