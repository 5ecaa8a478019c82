"""What rows of deals and leads have in common: one person and one organization, a state, and what is told."""

from __future__ import annotations

import polars as pl

from zsell_transform import issues
from zsell_transform.frames.sparse import one_of
from zsell_transform.lap.link_cells import ABSENT, BY_ID, BY_KEY, WAIT, form
from zsell_transform.lap.placeholder import PLACEHOLDER_ID
from zsell_transform.lap.plans import OUT, PRESENT, SKIPPED, WAITING, state
from zsell_transform.lap.reasons import NO_EXPORT, NO_KEYS, NO_ORGANIZATION_KEY, NO_PERSON_KEY, reason
from zsell_transform.lap.targets import Targets
from zsell_transform.pipedrive.exports.held import Held


def one_organization(rows: pl.DataFrame, *, both: bool) -> pl.DataFrame:
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


def on_nothing() -> pl.Expr:
    """Whether a deal or lead has no link left."""
    return pl.col("person_at").is_null() & pl.col("organization_at").is_null()


def placed_orphans(rows: pl.DataFrame, orphan: pl.Expr, wish: str, companies: Targets) -> pl.DataFrame:
    """Records with no link left (`orphan`) hang on the placeholder, or are left out, as is the wish."""
    placeholder = pl.lit(companies.frame["id"].index_of(PLACEHOLDER_ID), dtype=pl.UInt32)
    return rows.with_columns(
        orphan=orphan,
        organization_at=pl.when(orphan & pl.lit(wish == "placeholder"))
        .then(placeholder)
        .otherwise("organization_at"),
    )


def is_left_out() -> pl.Expr:
    """Whether a record has no link left, and no placeholder either."""
    return pl.col("orphan") & pl.col("organization_at").is_null()


def usable_key() -> pl.Expr:
    """Whether a value of the person's key is on the row: e-mail, phone, or its own organization."""
    has_organization = pl.col("organization_at").is_not_null()
    own = has_organization & pl.col("organization_at").eq_missing(pl.col("p_company_at"))
    return pl.col("p_by_value") | own


def person_form() -> pl.Expr:
    """The row's person: by System ID, by its key where that is usable; or it waits."""
    return (
        pl.when(pl.col("person_at").is_null())
        .then(None)
        .when(pl.col("p_form") == BY_ID)
        .then(form(BY_ID))
        .when((pl.col("p_form") == BY_KEY) & usable_key() & ~pl.col("strict"))
        .then(form(BY_KEY))
        .otherwise(form(WAIT))
    )


def organization_form() -> pl.Expr:
    """The row's organization: by id or key; none where its person's own would have to move; or it waits."""
    return (
        pl.when(pl.col("organization_at").is_null() & pl.col("p_company_at").is_not_null())
        .then(form(ABSENT))
        .when(pl.col("organization_at").is_null())
        .then(None)
        .when(pl.col("strict") & (pl.col("o_form") != BY_ID))
        .then(form(WAIT))
        .otherwise("o_form")
    )


def stated(rows: pl.DataFrame, held: Held, item: str, *, blocked: bool) -> pl.DataFrame:
    """The rows with their `state`, and the `reason` of those that wait.

    Args:
        rows: id, there, p_form, o_form, orphan, organization_at; of leads also left_out.
        blocked: Pipedrive's export of the item was not given, so that nothing can be known to be absent.
    """
    there = pl.col("there") | one_of("id", held.claimed_twice(item))
    no_person, no_organization = pl.col("p_form").eq_missing(form(WAIT)), pl.col("o_form").eq_missing(WAIT)
    left_out = is_left_out() | pl.col("left_out") if "left_out" in rows.columns else is_left_out()
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


def as_issues_tell(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Rows of a plan as issues are told of them."""
    placed = rows.with_columns(pl.col("file").cast(pl.String))
    return placed.rename({"file": "_file", "row": "_row", "id": "_id"})


def told_orphans(told: pl.LazyFrame, entity: str) -> list[pl.LazyFrame]:
    """What is told of deals or leads without a link: placed under the placeholder, or left out."""
    placed = pl.col("organization_at").is_not_null()
    orphans = told.filter("orphan")
    return [
        issues.found(orphans.filter(placed), "placed_under_placeholder", entity=entity),
        issues.found(orphans.filter(~placed), "orphan_left_out", entity=entity),
    ]
