"""Deals and sums by pipeline, stage, status and currency: as Sell has them, and as they arrive."""

from __future__ import annotations

from functools import partial

import polars as pl

from zsell_transform.cleaning.cells import text
from zsell_transform.cleaning.texts import name
from zsell_transform.frames.sparse import BLANK, column_or_blank
from zsell_transform.guide.story import PIPELINE
from zsell_transform.pipedrive.fields import DEAL_STAGE, DEAL_STATUS


def of_deals(chunks: list[pl.DataFrame], stages: pl.DataFrame) -> pl.DataFrame:
    """Both sides, in the order of the survey's stages (schema `story.PIPELINE`).

    Args:
        chunks: the deals, `narrowed`.
        stages: the survey's stages in their order: pipeline_name, stage_name.
    """
    if not chunks:
        return pl.DataFrame(schema=PIPELINE)
    deals = pl.concat(chunks)
    place = (
        stages.select(pl.col("pipeline_name").alias("pipeline"), pl.col("stage_name").alias("stage"))
        .with_row_index("place")
        .unique(["pipeline", "stage"], keep="first", maintain_order=True)
    )
    return pl.concat(
        [_grouped(deals, "Sell", "stage", place), _grouped(deals, "Pipedrive", "arrives", place)]
    )


def narrowed(whole: pl.LazyFrame) -> pl.LazyFrame:
    """What counts of drafted deals with Sell's columns beside them."""
    names = whole.collect_schema().names()
    column = partial(column_or_blank, names)

    def one_line(column: str) -> pl.Expr:  # as the survey calls it
        return name(text(column)) if column in names else BLANK

    pipeline = one_line("pipeline_name")
    return whole.select(
        pipeline=pipeline,
        stage=one_line("stage_name"),
        # Where two pipelines share a stage, the cell names the pipeline too.
        arrives=column(DEAL_STAGE).str.strip_suffix(pl.format(" ({})", pipeline.fill_null(""))),
        status=column(DEAL_STATUS),
        currency=column("Deal - Currency of value"),
        value=column("Deal - Value").cast(pl.Float64, strict=False),
    )


def _grouped(deals: pl.DataFrame, side: str, stage: str, place: pl.DataFrame) -> pl.DataFrame:
    return (
        deals.group_by("pipeline", pl.col(stage).alias("stage"), "status", "currency")
        .agg(pl.len().cast(pl.Int64).alias("deals"), pl.col("value").sum())
        .join(place, on=["pipeline", "stage"], how="left", nulls_equal=True)
        .sort("pipeline", "place", "stage", "status", "currency", nulls_last=True)
        .select(pl.lit(side).alias("side"), "pipeline", "stage", "status", "currency", "deals", "value")
    )
