"""Rows that change what Pipedrive holds: by System ID and name, and without a blank cell, which would empty a
field.
"""

from __future__ import annotations

import polars as pl

from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.pipedrive.fields import NAMES, TITLES


def printed(item: str, held: Held) -> pl.DataFrame:
    """system_id, and the name as Pipedrive prints it under the wizard's header."""
    header, column = NAMES[item], TITLES[item]
    raw = held.raw.get(item)
    if raw is None or column not in raw.columns:
        return pl.DataFrame(schema={"system_id": pl.String, header: pl.String})
    return raw.select(pl.col("ID").alias("system_id"), pl.col(column).alias(header))


def without_blanks(rows: pl.DataFrame) -> list[pl.DataFrame]:
    """Rows → parts in which every column is filled on every row; other columns are left out of a part."""
    if not rows.height:
        return []
    pattern = pl.concat_str(pl.col(c).is_null().cast(pl.UInt8).cast(pl.String) for c in rows.columns)
    parts = rows.with_columns(pattern.alias("_fill")).partition_by(
        "_fill", maintain_order=True, include_key=False
    )
    filled = [part.select(c for c in part.columns if part[c].null_count() == 0) for part in parts]
    return sorted(filled, key=lambda part: -part.width)
