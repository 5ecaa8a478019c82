"""People of whom no record names a company: their deals may name it, or the domain of their address."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from zsell_transform import issues
from zsell_transform.details import Details
from zsell_transform.domains import by_domain
from zsell_transform.folding import folded
from zsell_transform.linker.parties import Parties
from zsell_transform.linker.resolving import HOW, KIND


def employers_from_deals(
    employer: pl.DataFrame, parties: Parties, deals: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """People without a company, or with a name of several, get the company that all their deals name."""
    pairs = deals.select("person_at", "company_at").drop_nulls().unique()
    single = pairs.filter(pl.col("person_at").is_unique())
    if not single.height:
        return employer, issues.empty()
    at = pl.repeat(None, employer.height, dtype=pl.UInt32, eager=True)
    at = at.scatter(single["person_at"], single["company_at"])
    is_ambiguous = pl.col("how").eq_missing(pl.lit("ambiguous", dtype=HOW))
    named = pl.DataFrame([at.alias("at"), parties.companies["name"].gather(at)])
    said, led = (folded(pl.when(is_ambiguous).then(name)) for name in (pl.col("name"), named["name"]))
    fits = said == led
    taken = pl.lit(at).is_not_null() & (pl.col("how").is_null() | (is_ambiguous & fits))
    at = employer.select(pl.when(taken).then(at)).to_series()
    return _led_to(employer, at, "deals"), _told_employers(
        employer, at, parties.companies, "company_from_deals", value=pl.col("name"), detail=pl.col("company")
    )


def employers_from_domains(
    employer: pl.DataFrame,
    parties: Parties,
    keys: Mapping[str, pl.DataFrame],
    details: Details,
    *,
    follow: bool,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """People without any company, who may get the one that the domain of their address belongs to."""
    free = employer["how"].head(keys["contacts"].height).is_null()  # behind these stand people without e-mail
    if not free.any():
        return employer, issues.empty()
    at = by_domain(details.values.select(pl.when(free).then("email")).to_series(), keys["companies"])
    if at is None:
        return employer, issues.empty()
    at = at.extend_constant(None, employer.height - at.len())
    code = "company_from_domain" if follow else "link_suggested"
    found = _told_employers(employer, at, parties.companies, code, value=pl.col("company"))
    return _led_to(employer, at, "domain") if follow else employer, found


def _led_to(employer: pl.DataFrame, at: pl.Series, how: str) -> pl.DataFrame:
    """The references, with those led to the companies at some rows that have any there."""
    led = pl.lit(at).is_not_null()
    return employer.with_columns(
        at=pl.when(led).then(at).otherwise("at"),
        kind=pl.when(led).then(pl.lit("companies", dtype=KIND)).otherwise("kind"),
        how=pl.when(led).then(pl.lit(how, dtype=HOW)).otherwise("how"),
    )


def _told_employers(
    employer: pl.DataFrame, at: pl.Series, companies: pl.DataFrame, code: str, **said: pl.Expr
) -> pl.DataFrame:
    placed = employer.select(
        "name", _file="file", _row="row", _id="source", company=companies["id"].gather(at)
    )
    led = issues.few(placed, pl.col("company").is_not_null())
    return issues.found(led, code, entity="contacts", field="organisation_name", **said).collect()
