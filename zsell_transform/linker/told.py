"""What is told of references: how many were resolved in which way, and which were not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import polars as pl

from zsell_transform import issues
from zsell_transform.frames.sparse import column_or_blank
from zsell_transform.linker.references import References


def counted(resolved: Iterable[tuple[References, pl.DataFrame]]) -> pl.DataFrame:
    """entity, relation, how, count of all relations, each with its references as they were resolved."""
    counts = [
        rows["how"]
        .drop_nulls()
        .value_counts()
        .select(
            pl.lit(reference.entity).alias("entity"),
            pl.lit(reference.relation).alias("relation"),
            pl.col("how").cast(pl.String),
            pl.col("count").cast(pl.Int64),
        )
        .sort("how")
        for reference, rows in resolved
    ]
    return pl.concat(counts)


#: What a reference that was not simply found becomes in the issues.
_TOLD: Final = {"ambiguous": "link_ambiguous", "dangling": "link_dangling"}


def told_references(reference: References, rows: pl.DataFrame, people: pl.Series) -> pl.DataFrame:
    """The issues of one relation.

    Args:
        rows: its references as they were resolved.
        people: ids of all contacts.
    """
    placed = rows.rename({"file": "_file", "row": "_row", "source": "_id"})
    missing = pl.lit("not in the export")
    if reference.relation == "company":  # people and companies have ids of one row of numbers
        is_person = pl.col("id").is_in(people.implode())
        missing = pl.when(is_person).then(pl.lit("a person, and no company")).otherwise(missing)
    details = {"ambiguous": pl.col("candidates"), "dangling": missing}
    other_company = column_or_blank(rows.columns, "other_company")
    value = pl.coalesce(
        pl.concat_str("name", other_company, "id", separator=" · ", ignore_nulls=True), "email"
    )
    told = [
        issues.found(
            issues.few(placed, pl.col("how") == how),
            code,
            entity=reference.entity,
            field=reference.relation,
            value=value,
            detail=details[how],
        )
        for how, code in _TOLD.items()
    ]
    told.append(
        issues.found(
            issues.few(placed, pl.col("says").is_not_null()),
            "link_evidence_differs",
            entity=reference.entity,
            field=reference.relation,
            value=value,
            detail=pl.col("says"),
        )
    )
    return issues.gather(pl.collect_all(told))
