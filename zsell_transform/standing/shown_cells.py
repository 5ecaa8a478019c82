"""The cells of Pipedrive's exports: which one shows what stands under a header of the wizard."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from collections.abc import Mapping as MappingOf
from functools import cache
from typing import Final

import polars as pl

from zsell_transform.frames.sparse import BLANK
from zsell_transform.pipedrive.export_headers import vocabulary
from zsell_transform.pipedrive.exports import Held
from zsell_transform.pipedrive.fields import PREFIXES, field_key

#: Headers that hold a key, not a value.
KEYS: Final = ("Zendesk Sell ID", "Zendesk Sell lead ID", "Pipedrive System ID", "Pipedrive system ID")


def values_of(item: str, headers: Collection[str]) -> tuple[str, ...]:
    """The headers that hold values of an item itself: no keys, and nothing of a linked record."""
    prefix = f"{PREFIXES[item]} - "
    return tuple(h for h in headers if h.startswith(prefix) and h.removeprefix(prefix) not in KEYS)


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


# --- beside cells of Sell's -----------------------------------------------------------------------------


def in_pipedrive(header: str) -> str:
    """What the cells are called that Pipedrive shows under a header, beside those of Sell's under it."""
    return f"= {header}"


def is_shown(held: Held, item: str, header: str) -> bool:
    """Whether there is an export of an item that shows what stands under a header."""
    return item in held.raw and shown_cell(item, header, held.raw[item].columns) is not None


def shown_beside(held: Held, item: str, headers: Iterable[str]) -> pl.DataFrame:
    """system_id, and what Pipedrive shows under each header, as `in_pipedrive`; blank if it shows no such."""
    raw = held.raw[item]
    cells = {header: shown_cell(item, header, raw.columns) for header in headers}
    return raw.select(
        pl.col("ID").alias("system_id"),
        *((BLANK if cell is None else cell).alias(in_pipedrive(header)) for header, cell in cells.items()),
    )
