"""Rows → the files of a lap: one pass that writes, checks and counts, then everything that is told about it."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf, Sequence
from typing import Final

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.addressing import Addressed
from zsell_transform.drafting import Drafts
from zsell_transform.guide import setup
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive import contract
from zsell_transform.records import Records
from zsell_transform.sell.entities import ITEMS, TARGETS
from zsell_transform.writing.folder import Folder
from zsell_transform.writing.manifest import FileFacts

#: Item → the stem of its files; the number is the upload order.
STEMS: Final = {item: f"{n}-{item}" for n, item in enumerate(ITEMS, start=1)}


@attrs.frozen(eq=False)
class Written:
    """What one pass gave: files by item, issues found while writing, the values that Pipedrive must know, the pipelines."""

    files: MappingOf[str, tuple[FileFacts, ...]]
    found: pl.DataFrame
    values: MappingOf[str, pl.DataFrame]
    pipelines: pl.DataFrame


def write_tables(
    folder: Folder, drafts: Drafts, rows: MappingOf[str, Addressed], records: Records, ask: Mapping
) -> Written:
    """Writes the numbered files, and asks all that must be asked of the whole account on the way."""
    sinks = [
        sink
        for item, addressed in rows.items()
        for sink in folder.sink(
            STEMS[item], addressed.files(), rows=ask.limits.rows, megabytes=ask.limits.megabytes, bom=ask.bom
        )
    ]
    told = [lazy for draft in drafts.values() for lazy in draft.issues]
    told += [lazy for item, addressed in rows.items() for lazy in _checked(item, addressed, drafts)]
    asked = setup.questions(drafts.values())
    pipelines = _pipelines(drafts, records)
    answers = pl.collect_all([*told, *asked.values(), *pipelines, *sinks], engine="streaming")
    found, values = answers[: len(told)], answers[len(told) : len(told) + len(asked)]
    stages = answers[len(told) + len(asked) : len(told) + len(asked) + len(pipelines)]
    settled = folder.settle()
    return Written(
        files={item: tuple(settled.get(stem, ())) for item, stem in STEMS.items()},
        found=issues.gather(found),
        values=dict(zip(asked, values, strict=True)),
        pipelines=pl.concat(stages) if stages else pl.DataFrame(),
    )


def _checked(item: str, addressed: Addressed, drafts: Drafts) -> Sequence[pl.LazyFrame]:
    types = {
        row["header"]: row["type"]
        for draft in drafts.values()
        if draft.target == item
        for row in draft.origins.select("header", "type").to_dicts()
    }
    entity = next(entity for entity, target in TARGETS.items() if target == item)
    return contract.check(addressed.scan(), addressed.headers, entity=entity, types=types)


def _pipelines(drafts: Drafts, records: Records) -> list[pl.LazyFrame]:
    """Deals and their sums by pipeline, stage, status and currency: as Sell has them, and as they arrive."""
    if "deals" not in drafts:
        return []
    frame = drafts["deals"].frame
    names = records.frames["deals"].collect_schema().names()
    there = set(frame.collect_schema().names())

    def column(header: str) -> pl.Expr:
        return pl.col(header) if header in there else pl.lit(None, dtype=pl.String)

    sell = records.frames["deals"].select(
        "_n", *(pl.col(c).str.strip_chars() if c in names else pl.lit(None, dtype=pl.String).alias(c) for c in
                ("pipeline_name", "stage_name"))
    )
    deals = frame.select(
        "_n", column("Deal - Status").alias("status"), column("Deal - Currency of value").alias("currency"),
        column("Deal - Value").cast(pl.Float64, strict=False).alias("value"),
        column("Deal - Stage (pipeline)").alias("cell"),
    ).join(sell, on="_n", how="left", maintain_order="left")

    def grouped(side: str, stage: str) -> pl.LazyFrame:
        return (
            deals.group_by("pipeline_name", stage, "status", "currency")
            .agg(pl.len().cast(pl.Int64).alias("deals"), pl.col("value").sum())
            .sort("pipeline_name", stage, "status", "currency")
            .select(
                side=pl.lit(side), pipeline="pipeline_name", stage=stage, status="status", currency="currency",
                deals="deals", value="value",
            )
        )

    return [grouped("Sell", "stage_name"), grouped("Pipedrive", "cell")]
