"""What Pipedrive's exports do not show, so that it can be neither proved nor disproved."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from zsell_transform.pipedrive.fields import DEAL_STAGE, NOTE
from zsell_transform.proof.closed_stages import PLACED_EARLIER
from zsell_transform.proof.links import Links
from zsell_transform.sell.entities import HISTORY
from zsell_transform.standing.shown_links import WORDS

UNVERIFIABLE: Final[dict[str, Any]] = {
    "entity": pl.String, "field": pl.String, "count": pl.Int64, "reason": pl.String,
}  # fmt: skip
NO_COLUMN: Final = "Pipedrive's export has no such column"
_NOTES_OF_LEADS: Final = "the export of notes does not show on which lead a note is"
_LINK: Final = "link: "


def unverifiable(columns: pl.DataFrame, links: Links, notes: int, placed: pl.DataFrame) -> pl.DataFrame:
    """All of it, as `UNVERIFIABLE`.

    Args:
        columns: of `differences.unseen_columns`.
        notes: how many notes of leads cannot be told from others.
        placed: deals that an earlier run placed, of `closed_stages.placed_earlier`.
    """
    parts = [
        pl.DataFrame(schema=UNVERIFIABLE),
        columns.select("entity", "field", "count", reason=pl.lit(NO_COLUMN)),
        links.unseen.filter(pl.col("count") > 0)
        .group_by("entity", "relation", "why", maintain_order=True)
        .agg(pl.col("count").sum())
        .select(
            "entity",
            pl.format(_LINK + "{}", "relation").alias("field"),
            "count",
            reason=pl.coalesce("why", pl.lit(NO_COLUMN)),
        ),
    ]
    if notes:
        parts.append(
            pl.DataFrame([["leads", NOTE, notes, _NOTES_OF_LEADS]], schema=UNVERIFIABLE, orient="row")
        )
    if placed.height:
        stages = [["deals", DEAL_STAGE, placed.height, PLACED_EARLIER]]
        parts.append(pl.DataFrame(stages, schema=UNVERIFIABLE, orient="row"))
    return pl.concat(parts)


def not_exported(told: pl.DataFrame) -> tuple[int, int]:
    """How many values and links stand in columns that somebody left out of the exports.

    On which lead an activity or a note is, an export may not show at all, whatever columns are chosen.

    Args:
        told: as of `unverifiable`.
    """
    of_lead = pl.col("entity").is_in(HISTORY) & (pl.col("field") == _LINK + WORDS["leads"])
    lacking = told.filter((pl.col("reason") == NO_COLUMN) & ~of_lead)
    is_link = pl.col("field").str.starts_with(_LINK)
    values, links = (lacking.filter(kind)["count"].sum() for kind in (~is_link, is_link))
    return int(values), int(links)
