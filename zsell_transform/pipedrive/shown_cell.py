"""Which cell of Pipedrive's exports shows what stands under a header of the wizard."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping as MappingOf
from functools import cache

import polars as pl

from zsell_transform.pipedrive.exports.headers import vocabulary
from zsell_transform.pipedrive.fields import PREFIXES, field_key


def shown_cell(item: str, header: str, columns: Collection[str]) -> pl.Expr | None:
    """The cell of Pipedrive's export for a header of the wizard; None where the export has no such column."""
    name = header.removeprefix(f"{PREFIXES[item]} - ")
    if name == "Stage (pipeline)":
        return _stage_shown(columns)
    if item == "organizations" and name == "Address":
        parts = [c for c in ("Address", "Full/combined address of Address") if c in columns]
        return pl.coalesce(parts) if parts else None
    canonical = _canonical(item).get(name, name)
    if canonical in columns:
        return pl.col(canonical)
    alike = [column for column in columns if field_key(column) == field_key(name)]
    return pl.col(alike[0]) if alike else None


@cache
def _canonical(item: str) -> dict[str, str]:
    """Name in the wizard → name in the export."""
    columns: MappingOf[str, MappingOf[str, str]] = vocabulary()["columns"][item]
    return {forms["wizard"]: name for name, forms in columns.items() if "wizard" in forms}


def _stage_shown(columns: Collection[str]) -> pl.Expr | None:
    if "Stage" not in columns:
        return None
    stage = pl.col("Stage")
    return (
        pl.coalesce(pl.format("{} ({})", stage, pl.col("Pipeline")), stage)
        if "Pipeline" in columns
        else stage
    )
