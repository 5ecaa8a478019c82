"""Deals and sums by pipeline, stage, status and currency: as Sell has them, and as they arrive."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import polars as pl

from zsell_transform.cleaning.cells import text
from zsell_transform.cleaning.texts import name
from zsell_transform.folding import fold
from zsell_transform.frames.sparse import BLANK, column_or_blank
from zsell_transform.guide.story import PIPELINE
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.fields import DEAL_STAGE, DEAL_STATUS
from zsell_transform.sell.stages import Stage, as_listed, stages


def of_deals(chunks: list[pl.DataFrame], seen: pl.DataFrame, ask: Mapping) -> pl.DataFrame:
    """Both sides (schema `story.PIPELINE`): Sell's in the order of the survey's stages, what arrives in that
    of the setup list.

    Args:
        chunks: the deals, `narrowed`.
        seen: the survey's stages (`Survey.stages`) in their order.
        ask: the mapping, for how stages are called in Pipedrive.
    """
    if not chunks:
        return pl.DataFrame(schema=PIPELINE)
    deals = pl.concat(chunks)
    known = seen.select(pl.col("pipeline_name").alias("pipeline"), pl.col("stage_name").alias("stage"))
    in_sell = _once(known.with_row_index("place"))
    arriving = _once(known.with_columns(_arriving(stages(seen, ask))))
    return pl.concat(
        [_grouped(deals, "Sell", "stage", in_sell), _grouped(deals, "Pipedrive", "arrives", arriving)]
    )


def _arriving(placed: Sequence[Stage]) -> tuple[pl.Series, pl.Series]:
    """Where the deals of each stage stand in Pipedrive, and the place of that on the setup list."""
    listed: dict[tuple[str, str], int] = {}
    for stage in as_listed(placed):
        listed.setdefault((stage.pipeline, fold(stage.stands_in)), len(listed))
    places = [listed[stage.pipeline, fold(stage.stands_in)] for stage in placed]
    names = [stage.stands_in or None for stage in placed]
    return pl.Series("stage", names, pl.String), pl.Series("place", places, pl.UInt32)


def _once(places: pl.DataFrame) -> pl.DataFrame:
    """The first place of each stage: ids tell apart what has one name here."""
    return places.sort("place").unique(["pipeline", "stage"], keep="first", maintain_order=True)


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
