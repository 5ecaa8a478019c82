"""The rehearsal at the end of a run: what the wizard would make of the files, and what is told of that."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from zsell_transform import issues
from zsell_transform.frames.sparse import BLANK
from zsell_transform.guide import story as stories
from zsell_transform.mapping import Mapping
from zsell_transform.output import Written
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.pipedrive.fields import PREFIXES
from zsell_transform.progress import Tell
from zsell_transform.sell.entities import ENTITY_OF

if TYPE_CHECKING:
    from zsell_transform.pipedrive.wizard import Rehearsal

#: Rows up to which a run is rehearsed unasked.
MOST_ROWS: Final = 500_000


def rehearsed(
    folder: Path, written: Written, held: Held, ask: Mapping, wish: bool | None, tell: Tell
) -> tuple[stories.Rehearsed | None, Rehearsal | None, pl.DataFrame]:
    """Imports the files into what Pipedrive holds.

    Args:
        ask: the mapping: where it answers what is not known of the wizard, the model reads it so.
        wish: None = up to `MOST_ROWS` rows.

    Returns:
        What the report says, the rehearsal itself (both None where it was not done), and issues: rows that
        the wizard would skip, records that it would take for one, and values that it would overwrite.
    """
    rows = sum(facts.rows or 0 for files in written.files.values() for facts in files)
    if not rows or wish is False or (wish is None and rows > MOST_ROWS):
        return None, None, issues.empty()
    # A run without rehearsal needs no wizard.
    from zsell_transform.pipedrive.wizard import Rehearsal, rehearse

    done = rehearse(folder, Rehearsal.of(held.raw), assumptions=answered(ask), progress=tell)
    said = stories.Rehearsed(
        files=done.files.select(list(stories.REHEARSED)),
        reasons=done.skipped.group_by("file", "reason").agg(pl.len().alias("count")).sort("file", "reason"),
        assumptions=tuple(done.assumptions["says"]),
    )
    return said, done, _found(done, held)


def answered(ask: Mapping) -> dict[str, str]:
    """Assumption → the reading that the mapping states: one key of it tells how the wizard reads."""
    return {"bare_organizations": ask.bare_organizations}


def _found(done: Rehearsal, held: Held) -> pl.DataFrame:
    entities = pl.DataFrame({"item": list(ENTITY_OF), "entity": list(ENTITY_OF.values())})

    def told(frame: pl.DataFrame, code: str, value: pl.Expr, detail: pl.Expr) -> list[pl.DataFrame]:
        if not frame.height:
            return []
        named = frame.join(entities, on="item", how="left", maintain_order="left")
        return [
            issues.found(
                part.rename({"file": "_file", "row": "_row"}).lazy(),
                code,
                entity=entity,
                value=value,
                detail=detail,
            ).collect()
            for (entity,), part in named.partition_by("entity", as_dict=True, maintain_order=True).items()
        ]

    # A System ID that no export shows is there, and only the model does not find it.
    unseen = [f"{word} not found" for item, word in PREFIXES.items() if not held[item].height]
    skipped = done.skipped.filter(~pl.col("reason").is_in(unseen))
    # A record that nobody brought in becomes Sell's: `joins_existing` has told of it.
    merged = done.collapsed.filter(pl.col("into").is_not_null())
    return issues.gather(
        [
            *told(skipped, "rehearsal_skipped", BLANK, pl.col("reason")),
            *told(merged, "rehearsal_merged", pl.col("sell_id"), pl.col("into")),
            *told(
                in_words(done.overwritten.filter(pl.col("sell_id").is_not_null()), done),
                "rehearsal_overwrote",
                pl.col("old"),
                pl.col("field"),
            ),
        ]
    )


def in_words(overwritten: pl.DataFrame, done: Rehearsal) -> pl.DataFrame:
    """Links that were overwritten as the wizard calls them, with what stood there by name and System ID."""
    from zsell_transform.pipedrive.wizard.store import LINK, names

    links = [
        names(done.store, item).select(
            "name", field=pl.lit(link), old="id", link=pl.lit(PREFIXES[item].lower())
        )
        for item, link in LINK.items()
    ]
    rows = overwritten.join(pl.concat(links), on=["field", "old"], how="left", maintain_order="left")
    return rows.with_columns(
        field=pl.coalesce("link", "field"), old=pl.coalesce(pl.format("{} ({})", "name", "old"), "old")
    ).drop("name", "link")
