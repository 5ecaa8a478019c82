"""The relations of the account in one shape: who refers, to which id, e-mail or name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import polars as pl

from zsell_transform.sell.entities import HISTORY


@attrs.frozen
class References:
    """References of one relation: n, file, row, source (id of the referring record), id, email, name."""

    entity: str
    relation: str
    rows: pl.DataFrame


def references_of(
    keys: Mapping[str, pl.DataFrame], leads: pl.DataFrame, about: pl.DataFrame
) -> dict[str, References]:
    """Every relation of the account in one shape."""
    contacts, deals = keys["contacts"], keys["deals"]
    return {
        "employer": _reference("contacts", "company", contacts, "company_id", None, "company_name"),
        "main_contact": _reference(
            "deals", "main_contact", deals, "main_contact_id", "main_contact_email", "main_contact_name"
        ),
        "deal_company": _reference("deals", "company", deals, "company_id", None, "company_name"),
        "lead_company": _reference("leads", "company", leads, "company_id", None, "company_name"),
        "about": References("history", "about", about),
    }


def _reference(
    entity: str, relation: str, frame: pl.DataFrame, by_id: str, by_email: str | None, by_name: str
) -> References:
    email = pl.col(by_email) if by_email else pl.lit(None, dtype=pl.String)
    rows = frame.select(
        "n",
        "file",
        "row",
        pl.col("id").alias("source"),
        pl.col(by_id).alias("id"),
        email.alias("email"),
        pl.col(by_name).alias("name"),
    )
    return References(entity, relation, rows)


def about_references(keys: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    history = [
        keys[entity].with_columns(pl.lit(entity).alias("entity"))
        for entity in HISTORY
        if entity in keys and keys[entity].height
    ]
    shape: dict[str, Any] = {
        "entity": pl.String,
        "n": pl.UInt32,
        "file": keys["companies"].schema["file"],
        "row": pl.Int64,
        "source": pl.String,
        "type": pl.String,
        "id": pl.String,
        "email": pl.String,
        "name": pl.String,
        "about_first": pl.String,
        "about_last": pl.String,
        "about_company": pl.String,
        "about_deal": pl.String,
    }
    if not history:
        return pl.DataFrame(schema=shape)
    person = pl.concat_str("about_first", "about_last", separator=" ", ignore_nulls=True)
    named = pl.when(person.str.strip_chars() != "").then(person).otherwise(pl.col("about_company"))
    return pl.concat(
        frame.select(
            "entity",
            "n",
            "file",
            "row",
            pl.col("id").alias("source"),
            pl.col("about_type").alias("type"),
            pl.col("about_id").alias("id"),
            pl.lit(None, dtype=pl.String).alias("email"),
            named.alias("name"),
            "about_first",
            "about_last",
            "about_company",
            "about_deal",
        )
        for frame in history
    )


def by_entity(about: pl.DataFrame) -> dict[str, pl.DataFrame]:
    return {entity: rows for entity in HISTORY if (rows := about.filter(pl.col("entity") == entity)).height}
