"""People and companies share one table in Sell; here they part."""

from __future__ import annotations

from pathlib import PurePosixPath

import polars as pl

from zsell_transform import issues
from zsell_transform.frames.sparse import unless_blank
from zsell_transform.reading.recognise import Meaning
from zsell_transform.sell.columns import COMPANY, PERSON


def with_kind(
    frame: pl.LazyFrame, meaning: Meaning, file: str, rows: int
) -> tuple[pl.LazyFrame, pl.DataFrame]:
    """The table with `_company`: by its flag, else by a first or last name, else by the kind of list; of an
    export's own tables, each is of one kind.
    """
    names = frame.collect_schema().names()
    persons = [name for name in ("first_name", "last_name") if name in names]
    by_list = pl.lit(meaning.entity == "companies")
    by_name = by_list
    if persons and not meaning.is_parted:
        by_name = pl.all_horizontal(unless_blank(pl.col(persons)).is_null())
    if "is_organisation" in names:
        flag = pl.col("is_organisation").str.strip_chars().str.to_lowercase()
        said = pl.when(flag.is_in(COMPANY)).then(True).when(flag.is_in(PERSON)).then(False)
        company = said.otherwise(by_name)  # what says neither is told by the transformers
        return frame.with_columns(company.alias("_company")), issues.empty()
    if meaning.entity == "companies":
        return frame.with_columns(by_list.alias("_company")), issues.empty()
    notes = issues.empty()
    if not persons and rows and not _says_people(file):
        notes = issues.issue("kind_assumed", entity=meaning.entity, file=file, field=file, value="people")
    return frame.with_columns(by_name.alias("_company")), notes


def of_kind(frame: pl.LazyFrame, company: bool | None) -> pl.LazyFrame:
    """The companies of a table with `_company`, or its people; any other table as it is."""
    if company is None:
        return frame
    return frame.filter(pl.col("_company") if company else ~pl.col("_company")).drop("_company")


def _says_people(file: str) -> bool:
    name = PurePosixPath(file).name.casefold()
    return any(word in name for word in ("people", "person", "contact"))
