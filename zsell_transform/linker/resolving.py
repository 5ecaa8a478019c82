"""One reference, one record: by id, then e-mail, then name; what fits several is told with its candidates."""

from __future__ import annotations

from typing import Final

import attrs
import polars as pl

from zsell_transform.folding import folded
from zsell_transform.linker.references import References

#: How many candidates of an ambiguous reference an issue names.
CANDIDATES: Final = 5

#: How a reference that leads nowhere was resolved.
LOST: Final = ("ambiguous", "dangling")


@attrs.frozen
class Index:
    """Targets by id, e-mail and name; `to` is null where several records share the value."""

    by_id: pl.DataFrame
    by_email: pl.DataFrame
    by_name: pl.DataFrame


def of_kind(party: pl.DataFrame, kind: str) -> pl.DataFrame:
    return party.select("id", "name", "email", pl.lit(kind).alias("kind"))


def index_of(party: pl.DataFrame) -> Index:
    keyed = party.select("kind", "id", "name", e=folded(pl.col("email")), f=folded(pl.col("name")))
    return Index(
        keyed.select(
            pl.col("id"), pl.col("id").alias("to"), "kind", "f", pl.col("name").alias("target_name")
        ),
        _grouped(keyed, "e"),
        _grouped(keyed, "f"),
    )


def _grouped(keyed: pl.DataFrame, by: str) -> pl.DataFrame:
    """Each value with the one record that has it, or with several; only these are gathered into groups."""
    valued = keyed.filter(pl.col(by).is_not_null())
    single = pl.col(by).is_unique()
    alone = valued.filter(single).select(
        by,
        pl.col("id").alias("to"),
        "kind",
        pl.col("name").alias("target_name"),
        pl.lit(1, dtype=pl.get_index_type()).alias("several"),
        pl.col("id").alias("candidates"),
    )
    crowded = (
        valued.filter(~single)
        .group_by(by, maintain_order=True)
        .agg(
            pl.lit(None, dtype=pl.String).alias("to"),
            pl.col("kind").first(),
            pl.col("name").first().alias("target_name"),
            pl.len().alias("several"),
            pl.col("id").head(CANDIDATES).str.join(", ").alias("candidates"),
        )
    )
    return pl.concat([alone, crowded])


def resolve(reference: References, index: Index) -> pl.DataFrame:
    """References → the same rows with `to`, `kind`, `how`, `candidates`, and `says` where the name says
    otherwise.
    """
    rows = reference.rows.with_columns(e=folded(pl.col("email")), f=folded(pl.col("name")))
    found = (
        rows.join(index.by_id.rename({"f": "target_f"}), on="id", how="left", maintain_order="left")
        .join(index.by_email, on="e", how="left", maintain_order="left", suffix="_e")
        .join(index.by_name, on="f", how="left", maintain_order="left", suffix="_f")
    )
    by_id, by_email, by_name = (
        pl.col("to").is_not_null(),
        pl.col("to_e").is_not_null(),
        pl.col("to_f").is_not_null(),
    )
    has_id = pl.col("id").is_not_null()
    how = (
        pl.when(by_id)
        .then(pl.lit("id"))
        .when(has_id)
        .then(pl.lit("dangling"))
        .when(by_email)
        .then(pl.lit("email"))
        .when(by_name)
        .then(pl.lit("name"))
        .when(pl.col("several").is_not_null() | pl.col("several_f").is_not_null())
        .then(pl.lit("ambiguous"))
        .when(pl.col("e").is_not_null() | pl.col("f").is_not_null())
        .then(pl.lit("dangling"))
    )
    return found.with_columns(how=how).select(
        *rows.columns,
        pl.when(by_id)
        .then("to")
        .when(has_id)
        .then(None)
        .when(by_email)
        .then("to_e")
        .otherwise("to_f")
        .alias("to"),
        pl.when(by_id)
        .then("kind")
        .when(has_id)
        .then(None)
        .when(by_email)
        .then("kind_e")
        .when(by_name)
        .then("kind_f")
        .alias("kind"),
        "how",
        pl.coalesce("candidates", "candidates_f").alias("candidates"),
        _contradiction().alias("says"),
    )


def _contradiction() -> pl.Expr:
    """What the other evidence says, where it is not what the deciding evidence says."""
    used = pl.when(pl.col("to").is_not_null()).then(pl.col("to")).otherwise(pl.col("to_e"))
    email = pl.col("to_e").is_not_null() & (pl.col("to_e") != used)
    name_of_id = (
        pl.col("to").is_not_null() & pl.col("f").is_not_null() & pl.col("f").ne_missing(pl.col("target_f"))
    )
    name_of_email = pl.col("to").is_null() & pl.col("to_e").is_not_null() & (pl.col("to_f") != pl.col("to_e"))
    return (
        pl.when(email)
        .then(pl.format("the e-mail is that of {}", pl.col("to_e")))
        .when(name_of_id)
        .then(pl.format("the record is named {}", pl.col("target_name").fill_null("(without a name)")))
        .when(name_of_email)
        .then(pl.format("the name is that of {}", pl.col("to_f")))
    )
