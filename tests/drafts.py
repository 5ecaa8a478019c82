"""Records as the transformers meet them, and what they make of them."""

from __future__ import annotations

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.mapping import Mapping
from zsell_transform.survey.facts import STAGES, Column, Survey
from zsell_transform.transformers import Draft, draft

NOTHING_SEEN = Survey({}, {}, {}, pl.DataFrame(schema=STAGES), issues.empty())


def records(*rows: dict[str, str | None]) -> pl.LazyFrame:
    """Records as the transformers meet them; `id` gives `_id`."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    frame = pl.DataFrame(
        [[row.get(name) for name in columns] for row in rows],
        schema=dict.fromkeys(columns, pl.String),
        orient="row",
    )
    ids = pl.col("id") if "id" in columns else pl.lit("7")
    return (
        frame.with_row_index("_n")
        .with_columns(ids.alias("_id"), pl.lit("file.csv").alias("_file"), (pl.col("_n") + 2).alias("_row"))
        .lazy()
    )


def made(
    entity: str,
    *rows: dict[str, str | None],
    ask: dict[str, object] | None = None,
    seen: Survey = NOTHING_SEEN,
) -> list[dict[str, str]]:
    """The draft's rows without what is blank."""
    found = draft(entity, records(*rows), Mapping.load(ask), seen).frame.collect(engine="streaming")
    return [{name: value for name, value in row.items() if value is not None} for row in found.to_dicts()]


def told(found: Draft) -> pl.DataFrame:
    return issues.gather([found.notes, issues.tell(found.whole.collect(), found.audit)])


def column(entity: str, **columns: Column) -> Survey:
    return attrs.evolve(NOTHING_SEEN, columns={entity: {facts.name: facts for facts in columns.values()}})


def survey_of_stages(*rows: tuple[str, str, str, str, float | None]) -> Survey:
    frame = pl.DataFrame([(*row[:4], 1, row[4], None, 0) for row in rows], schema=STAGES, orient="row")
    return attrs.evolve(NOTHING_SEEN, stages=frame)
