"""The names of parent companies, which dumps of the API give by their ids alone.

Asked of all companies together, once their files are one table: a parent may stand in another file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from zsell_transform import issues
from zsell_transform.frames.positions import firsts

_ID: Final = "parent_organisation_id"
_NAME: Final = "parent_organisation_name"


def with_parents(companies: Sequence[pl.LazyFrame]) -> tuple[tuple[pl.LazyFrame, ...], pl.DataFrame]:
    """The companies with their parents' names, as far as any file has them, and an issue for those without.

    Args:
        companies: `_file`, `_row` and canonical columns.
    """
    columns = [frame.collect_schema().names() for frame in companies]
    asking = [_ID in names and _NAME not in names for names in columns]
    if not any(asking):
        return tuple(companies), issues.empty()
    ids = [
        frame.select(pl.col(_ID).drop_nulls().unique())
        for frame, asks in zip(companies, asking, strict=True)
        if asks
    ]
    asked = pl.concat(ids).collect(engine="streaming").to_series().unique(maintain_order=True)
    named = [
        frame.select("id", "name").filter(pl.col("id").is_in(asked.implode()))
        for frame, names in zip(companies, columns, strict=True)
        if {"id", "name"} <= set(names)
    ]
    nobody = pl.LazyFrame(schema={"id": pl.String, "name": pl.String})
    known = firsts(pl.concat([nobody, *named]).drop_nulls().collect(engine="streaming"), "id")
    parent = pl.col(_ID).replace_strict(known["id"], known["name"], default=None, return_dtype=pl.String)
    done = (
        frame.with_columns(parent.alias(_NAME)) if asks else frame
        for frame, asks in zip(companies, asking, strict=True)
    )
    return tuple(done), unnamed(
        asked.filter(~asked.is_in(known["id"].implode())), "companies", _ID, "contacts"
    )


def unnamed(
    ids: pl.Series, entity: str, field: str, dictionary: str, file: str | None = None
) -> pl.DataFrame:
    """The issue that some different ids have no name (`ids_unnamed`); none where there are none."""
    if not ids.len():
        return issues.empty()
    listed = issues.listed(ids.sort())
    return issues.issue("ids_unnamed", entity=entity, file=file, field=field, value=listed, detail=dictionary)
