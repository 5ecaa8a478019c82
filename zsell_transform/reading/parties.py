"""People and companies share one table in Sell; here they part."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.folding import folded
from zsell_transform.frames.sparse import column_or_blank, unless_blank
from zsell_transform.reading.recognise import Meaning, says_kind
from zsell_transform.reading.vocabulary import PARTIES
from zsell_transform.sell.columns import COMPANY, PERSON

#: Entity → its columns in which nothing but ids of companies stand.
_OF_COMPANIES: Final = {
    **dict.fromkeys(PARTIES, ("organisation_id", "parent_organisation_id")),
    "leads": ("organisation_id",),
    "deals": ("company_id",),
}
#: Of records that stand under a company's name, so many in ten have one of their own where all are companies:
#: a company that was entered twice is usual.
_NAMES_IN_TEN: Final = 9
_NOBODY: Final = pl.Series(dtype=pl.String)


@attrs.frozen
class Known:
    """Ids of people and of companies, as far as the tables of an export tell: for a list that does not tell.

    Attributes:
        people: ids of records that their own table tells.
        companies: the same, and ids that people, deals and leads have as that of their company.
    """

    people: pl.Series = _NOBODY
    companies: pl.Series = _NOBODY


def known_kinds(tables: Sequence[tuple[Meaning, pl.LazyFrame]]) -> Known:
    """What all tables of an export prove; not asked for where each of them tells its kinds itself."""
    parties = [(meaning, frame) for meaning, frame in tables if meaning.entity in PARTIES]
    if all(_tells_all(meaning, frame) for meaning, frame in parties):
        return Known()
    named = [
        frame.select(id=column)
        for meaning, frame in tables
        for column in _OF_COMPANIES.get(meaning.entity, ())
        if column in frame.collect_schema().names()
    ]
    said = [
        frame.select("id", _company=_said(meaning, frame))
        for meaning, frame in parties
        if "id" in frame.collect_schema().names()
    ]
    nobody = pl.LazyFrame(schema={"id": pl.String, "_company": pl.Boolean})
    kinds = pl.concat([nobody, *said]).drop_nulls().collect(engine="streaming")
    ids = pl.concat([nobody.select("id"), *named]).drop_nulls().collect(engine="streaming")
    return Known(
        people=kinds.filter(~pl.col("_company"))["id"],
        companies=pl.concat([kinds.filter("_company")["id"], ids["id"].unique(maintain_order=True)]),
    )


def with_kind(
    frame: pl.LazyFrame, meaning: Meaning, file: str, known: Known
) -> tuple[pl.LazyFrame, pl.DataFrame]:
    """The table with `_company`: by its flag, else by a first or last name, else by the kind of list, else by
    what ids, employers and titles prove, else by the name of the file; of an export's own tables, each is of
    one kind.

    What nothing proves is read as a person, and told.
    """
    said = _said(meaning, frame)
    if _tells_all(meaning, frame):
        return frame.with_columns(_company=said), issues.empty()
    frame = frame.with_columns(_company=pl.coalesce(said, _proved(meaning, frame, file, known)))
    unknown = frame.select(pl.col("_company").null_count()).collect(engine="streaming").item()
    notes = issues.empty()
    if unknown:
        told = partial(issues.issue, entity=meaning.entity, file=file, field=file)
        notes = told("kind_assumed", value="people", detail=str(unknown))
    return frame.with_columns(pl.col("_company").fill_null(value=False)), notes


def by_party(frame: pl.LazyFrame, meaning: Meaning) -> dict[str, pl.LazyFrame]:
    """People's rows and those that their table calls companies', of a table under canonical names; no party
    without rows, if there are any.
    """
    company = _said(meaning, frame).fill_null(value=False)
    found = frame.select(rows=pl.len(), companies=company.sum()).collect(engine="streaming")
    rows, companies = found.row(0)
    if companies in (0, rows):
        return {"companies" if companies else "contacts": frame}
    return {"contacts": frame.filter(~company), "companies": frame.filter(company)}


def of_kind(frame: pl.LazyFrame, company: bool | None) -> pl.LazyFrame:
    """The companies of a table with `_company`, or its people; any other table as it is."""
    if company is None:
        return frame
    return frame.filter(pl.col("_company") if company else ~pl.col("_company")).drop("_company")


def _persons(frame: pl.LazyFrame) -> list[str]:
    names = frame.collect_schema().names()
    return [name for name in ("first_name", "last_name") if name in names]


def _tells_all(meaning: Meaning, frame: pl.LazyFrame) -> bool:
    """Whether a table tells the kind of each of its records itself."""
    return bool(_persons(frame)) or meaning.entity == "companies" or meaning.is_parted


def _said(meaning: Meaning, frame: pl.LazyFrame) -> pl.Expr:
    """Whether a record is a company, as its own table says; null where that does not tell."""
    names, persons = frame.collect_schema().names(), _persons(frame)
    has_flag = "is_organisation" in names
    company = pl.lit(meaning.entity == "companies" or None, dtype=pl.Boolean)
    if meaning.is_parted:
        company = pl.lit(meaning.entity == "companies")
    elif persons and (has_flag or meaning.entity != "companies"):
        company = pl.all_horizontal(unless_blank(pl.col(persons)).is_null())
    if has_flag:
        flag = pl.col("is_organisation").str.strip_chars().str.to_lowercase()
        said = pl.when(flag.is_in(COMPANY)).then(True).when(flag.is_in(PERSON)).then(False)
        company = said.otherwise(company)  # what says neither is told by the transformers
    return company


def _proved(meaning: Meaning, frame: pl.LazyFrame, file: str, known: Known) -> pl.Expr:
    """Whether a record is a company; null where nothing proves it.

    Of Sell's help on bulk updates: a list of contacts has the ids of companies under `Contact ID`, too. Their
    people and deals have the same under `Company ID`.
    """
    names = [name for name in frame.collect_schema().names() if not name.startswith("_")]
    own, employer, name, company_name, title = (
        unless_blank(column_or_blank(names, column))
        for column in ("id", "organisation_id", "name", "organisation_name", "title")
    )
    file_says = {"companies": True, "people": False}.get(says_kind(meaning, file))
    person, company = pl.lit(False), pl.lit(True)
    shown = (
        pl.when(own.is_in(known.people.implode())).then(person),
        pl.when(own.is_in(known.companies.implode())).then(company),
        pl.when(employer != own).then(person),
        # Sell's people have an employer and a title; the company of a company is its own name.
        pl.when((folded(company_name) != folded(name)) | title.is_not_null()).then(person),
        pl.lit(file_says, dtype=pl.Boolean),  # users name their lists, and rows know better
    )
    # Sell puts the name before the id: where that is a company's, and no other name is there.
    if names[:2] != ["organisation_name", "id"] or "name" in names:
        return pl.coalesce(shown)
    is_maybe = company_name.is_not_null() & pl.coalesce(shown).fill_null(value=True)
    called = folded(company_name).filter(is_maybe)
    records = pl.struct(name=folded(company_name), id=own).filter(is_maybe)
    # Where many records share a company's name, they are its people, in a list that does not show theirs.
    is_of_companies = called.n_unique() * 10 >= records.n_unique() * _NAMES_IN_TEN
    return pl.coalesce(*shown, pl.when(company_name.is_not_null() & is_of_companies).then(company))
