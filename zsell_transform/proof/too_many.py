"""Labels and chosen options that a record has in Pipedrive and not in Sell: no import takes them off.

So a file of the repair names what is there beside what lacks, whether imported labels are added or replace
those that are there, and what is too many is told, to be taken off by hand.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from zsell_transform.drafting import Drafts
from zsell_transform.folding import folded
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.pipedrive.fields import NAMES, PREFIXES
from zsell_transform.proof.differences import DIFFERING
from zsell_transform.standing.sameness import LISTS, kinds
from zsell_transform.standing.update_rows import printed

TAKE_OFF: Final = dict.fromkeys(("entity", "source_id", "system_id", "name", "field", "take_off"), pl.String)


def importable(rows: pl.DataFrame) -> pl.DataFrame:
    """The differing values that an import can put right, with what its cell says under `sell`.

    Args:
        rows: as of `beside`.
    """
    extra, lacks = pl.col("extra"), pl.col("lacking").is_not_null()
    cell = pl.concat_str("sell", extra, separator=", ", ignore_nulls=True)
    return rows.filter(extra.is_null() | lacks).with_columns(sell=cell).select(*DIFFERING)


def to_take_off(rows: pl.DataFrame, held: Held) -> pl.DataFrame:
    """What is too many, as `TAKE_OFF`, with the record as Pipedrive calls it.

    Args:
        rows: as of `beside`.
    """
    rows = rows.filter(pl.col("extra").is_not_null()).rename({"extra": "take_off"})
    parts = [pl.DataFrame(schema=TAKE_OFF)]
    for item, prefix in PREFIXES.items():
        names = printed(item, held).rename({NAMES[item]: "name"})
        mine = rows.filter(pl.col("field").str.starts_with(f"{prefix} - "))
        parts.append(mine.join(names, on="system_id", how="left", maintain_order="left").select(*TAKE_OFF))
    return pl.concat(parts)


def beside(found: pl.DataFrame, drafts: Drafts) -> pl.DataFrame:
    """Differing values with `extra` and `lacking`: labels that only Pipedrive has, and that only Sell has.

    Args:
        found: as of `differing`.
    """
    numbered = found.with_row_index("n")
    mine = numbered.join(_lists(found, drafts), on=["entity", "field"], how="semi", maintain_order="left")
    there, in_sell = _each(mine, "pipedrive"), _each(mine, "sell")
    for name, ours, others in (("extra", there, in_sell), ("lacking", in_sell, there)):
        alone = ours.join(others, on=["n", "key"], how="anti", maintain_order="left")
        joined = alone.group_by("n", maintain_order=True).agg(pl.col("label").str.join(", ").alias(name))
        numbered = numbered.join(joined, on="n", how="left", maintain_order="left")
    return numbered


def _lists(found: pl.DataFrame, drafts: Drafts) -> pl.DataFrame:
    """entity, field of the differing fields that hold several values."""
    fields = found.select("entity", "field").unique(maintain_order=True)
    of = [
        kinds([field], drafts[entity].types if entity in drafts else {})[field]
        for entity, field in zip(fields["entity"], fields["field"], strict=True)
    ]
    return fields.filter(pl.Series(of, dtype=pl.String).is_in(LISTS))


def _each(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    """n, label, key: one row for each label of a cell, as it stands and as it is compared."""
    labels = rows.select("n", label=pl.col(column).str.split(",")).explode("label")
    cell = labels.with_columns(pl.col("label").str.strip_chars())
    return cell.with_columns(key=folded(pl.col("label"))).filter(pl.col("key").is_not_null())
