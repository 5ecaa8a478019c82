"""Stages that no deal of the export is in, and that are there all the same: by them two pipelines may share a
name.

A lap would else call a stage without its pipeline as soon as the last deal has left the other one.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf

import attrs
import polars as pl

from zsell_transform.ids import exact
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.records import Records
from zsell_transform.survey.facts import STAGES


def with_other_stages(
    records: Records,
    dictionaries: MappingOf[str, pl.DataFrame],
    held: Held,
) -> Records:
    """The records, whose survey knows of other stages.

    Args:
        dictionaries: the tables of a dump that name ids; none elsewhere.
        held: Pipedrive's exports.
    """
    others, there = _of_dump(dictionaries), _of_pipedrive(held)
    seen = attrs.evolve(records.seen, other_stages=others, stages_there=there)
    return attrs.evolve(records, seen=seen)


def _of_dump(dictionaries: MappingOf[str, pl.DataFrame]) -> pl.DataFrame:
    """The stages of a dump's own table, where it says of which pipeline each is."""
    stages, pipelines = dictionaries.get("stages"), dictionaries.get("pipelines")
    if stages is None or not {"name", "pipeline_id"} <= set(stages.columns):
        return pl.DataFrame(schema=STAGES)
    rows = stages.with_columns(exact(pl.col("pipeline_id")))
    if pipelines is not None and {"id", "name"} <= set(pipelines.columns):
        names = pipelines.select(exact(pl.col("id")).alias("pipeline_id"), pipeline_name="name")
        rows = rows.join(names.unique("pipeline_id"), on="pipeline_id", how="left", maintain_order="left")
    rows = rows.rename({"name": "stage_name"})
    cells = [pl.col(c) if c in rows.columns else pl.lit(None).alias(c) for c in STAGES]
    return rows.select(cell.cast(STAGES[c], strict=False) for c, cell in zip(STAGES, cells, strict=True))


def _of_pipedrive(held: Held) -> pl.DataFrame:
    """pipeline, stage: of the deals that Pipedrive shows."""
    raw = held.raw.get("deals", pl.DataFrame())
    if not {"Pipeline", "Stage"} <= set(raw.columns):
        return pl.DataFrame(schema={"pipeline": pl.String, "stage": pl.String})
    return raw.select(pipeline="Pipeline", stage="Stage").drop_nulls().unique(maintain_order=True)
