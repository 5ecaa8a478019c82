"""What notes, tasks and calls hang on: a party, a deal or a lead, and the company that stands beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from zsell_transform.cleaning.texts import shortened
from zsell_transform.folding import folded
from zsell_transform.frames.pieces import in_slices
from zsell_transform.frames.positions import positions
from zsell_transform.frames.sparse import BLANK
from zsell_transform.linker.references import DEAL, LEAD, PARTY, about_of, is_person
from zsell_transform.linker.resolving import ANSWER, Index, of_kind, resolve, with_names

#: What may stand beside a reference of history.
_BESIDE: Final = ("about_first", "about_last", "about_company")


def resolved_about(
    about: pl.DataFrame,
    parties: pl.DataFrame,
    deals: pl.DataFrame,
    leads: pl.DataFrame,
    *,
    longest_title: int,
) -> pl.DataFrame:
    """The record that a note, task or call hangs on, of whichever kind its type says.

    Args:
        parties: the resolved references to companies and contacts.
        longest_title: how many characters of a title are compared, as Pipedrive keeps no more.
    """
    # An e-mail or phone stands in for the name of nobody, and Sell calls such a lead by its company.
    values = pl.col("email", "work", "mobile")
    stands_in = pl.any_horizontal(values == pl.col("name"))
    person = pl.when(~stands_in.fill_null(value=False)).then("name")
    titles = {
        DEAL: _titled(deals.select("id", name="title"), "deals"),
        LEAD: _titled(
            leads.select(
                "id", name=pl.coalesce(person, "company_name", "name", "title"), also="company_name"
            ),
            "leads",
        ),
    }
    answers = [parties.select("place", *ANSWER)]
    for target, index in titles.items():
        asked = _cut_as_titles(about_of(about, target), longest_title)
        asked = asked.with_columns(number=positions(asked["id"], index.records["id"]))
        answers.append(resolve(with_names(asked, index), index).select("place", *ANSWER))
    answers.append(about.select("place").filter(~about["target"].is_in([PARTY, *titles])))
    return about.hstack(_in_order([answers[0], *(answer for answer in answers[1:] if answer.height)]))


def _cut_as_titles(asked: pl.DataFrame, longest: int) -> pl.DataFrame:
    """References with names as titles are that were too long for Pipedrive."""
    most: Any = asked["name"].str.len_bytes().max()
    return asked if (most or 0) <= longest else asked.with_columns(shortened("name", longest))


def with_other_company(about: pl.DataFrame, companies: Mapping[str, pl.Series]) -> pl.DataFrame:
    """What history hangs on, with `other_company`: the company beside a person's name that is not the one of
    the record; `says` tells that one.

    Args:
        companies: kind of record → the company of each of them.
    """
    apart = pl.concat(
        _of_other_company(some, companies)
        for some in in_slices(about.with_row_index("nth").select("nth", "kind", "at", *_BESIDE))
    )
    if not apart.height:
        return about.with_columns(other_company=BLANK)
    said = pl.format("the record's company is {}", pl.col("own")).fill_null("the record has no company")
    told = apart.select("nth", said.alias("its"), other_company="about_company")
    spread = about.with_row_index("nth").join(told, on="nth", how="left", maintain_order="left")
    says = pl.concat_str("says", "its", separator=", and ", ignore_nulls=True).replace("", None)
    return spread.with_columns(says.alias("says")).drop("nth", "its")


def _of_other_company(about: pl.DataFrame, companies: Mapping[str, pl.Series]) -> pl.DataFrame:
    """The few of the references that name another company than the record has: with `own`, which is that."""
    rows = about.filter(pl.col("at").is_not_null() & pl.col("about_company").is_not_null() & is_person())
    at = {kind: pl.when(pl.col("kind") == kind).then("at") for kind in companies}
    own = [names.gather(rows.select(at[kind]).to_series()).alias(kind) for kind, names in companies.items()]
    rows = rows.with_columns(pl.select(pl.coalesce(own).alias("own")).to_series())
    # What is written the same is the same; only the others are folded.
    of_them = pl.any_horizontal(pl.col("kind") == kind for kind in companies)
    rows = rows.filter(of_them & pl.col("about_company").ne_missing(pl.col("own")))
    return rows.filter(folded(pl.col("about_company")).ne_missing(folded(pl.col("own"))))


def _titled(records: pl.DataFrame, kind: str) -> Index:
    """Records that no e-mail leads to."""
    return Index(of_kind(records, kind), lambda: records["id"].clear().extend_constant(None, records.height))


def _in_order(answers: list[pl.DataFrame]) -> pl.DataFrame:
    """Answers by the place of their question; what none of them says is no longer held for each."""
    said = [c for c in ANSWER if any(c in one.columns and one[c].count() for one in answers)]
    every = pl.concat(
        [one.select("place", *(c for c in said if c in one.columns)) for one in answers], how="diagonal"
    )
    ordered = every if every["place"].is_sorted() else every.sort("place")
    nothing = [pl.lit(None, dtype=answers[0].schema[c]).alias(c) for c in ANSWER if c not in said]
    return ordered.with_columns(nothing).select(ANSWER)


def history_of(about: pl.DataFrame) -> pl.DataFrame:
    """The resolved references of one entity, as `Graph.history` has them."""
    return about.select(
        "n",
        "file",
        "row",
        id="source",
        about="kind",
        about_at="at",
        deal_name=pl.when(pl.col("target") != LEAD).then("about_deal"),
        lead_name=pl.when(pl.col("target") == LEAD).then(pl.coalesce("name", "about_deal")),
        name=pl.when(~pl.col("target").is_in([DEAL, LEAD])).then("name"),
        asked=pl.col("how").is_not_null(),
    )
