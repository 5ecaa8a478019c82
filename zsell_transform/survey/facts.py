"""What the survey knows when it is done: of each column, and of the whole export."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping as MappingOf
from typing import Any, Final

import attrs
import polars as pl

from zsell_transform.sell.columns import Headers

STAGES: Final[dict[str, Any]] = {
    "pipeline_id": pl.String, "pipeline_name": pl.String, "stage_id": pl.String, "stage_name": pl.String,
    "deals": pl.Int64, "likelihood": pl.Float64, "category": pl.String,
}  # fmt: skip


@attrs.frozen
class Column:
    """What is known about one column of one entity.

    `type` governs what is written, `dates` and `decimal` how it is read.

    Attributes:
        filled: cells that hold more than blanks.
        distinct: different values, where they were counted (up to about 1,100); None when there are more
            or nobody asked.
        longest: characters of the longest value; 0 where nobody asked.
        dates: "ymd", "dmy", "mdy" (years first may be mixed in), "undecided", "contradicts", or None: not all
            are dates.
        moments: some of its dates have a time.
        decimal: ".", ",", "undecided", "contradicts" (of Sell's own numbers), or None: it is no column of
            numbers.
        type: Pipedrive's field type; `datetime` stands for a date and a time field.
        options: for option types, most used first.
        evidence: what proves the type, in one phrase.
        custom: no Sell table has this column of its own.
        either_order: every value is a date that reads day first and month first alike, so that `day_first`
            decides.
        either_mark: all of its numbers, such as whole ones, say the same under each decimal mark.
        tidy: every cell is already as `cells.text` reads it, without outer spaces or apostrophe.
        serial_days: all are dates save some that a spreadsheet has made numbers of, in a custom field.
        long_numbers: values of more digits than a numerical field takes, in a column of numbers.
    """

    name: str
    filled: int
    distinct: int | None
    longest: int
    dates: str | None = None
    moments: bool = False
    decimal: str | None = None
    type: str = "text"
    options: tuple[str, ...] = ()
    evidence: str = ""
    custom: bool = False
    tidy: bool = False
    long_numbers: int = 0
    either_order: bool = False
    serial_days: bool = False
    either_mark: bool = False


@attrs.frozen(eq=False)
class Survey:
    """The facts about an export that must be known before its first row is written.

    Attributes:
        rows: records of each entity.
        columns: entity → column → `Column`.
        values: entity → vocabulary column → frame `value, count`, most used first (`tags` are counted one by
            one).
        stages: pipelines and stages in their order (schema `STAGES`), names trimmed.
        issues: columns whose dates or numbers nothing decides (schema `issues.RAW`).
        other_stages: of a dump's table and of an earlier run (schema `STAGES`), whatever deals are in them.
        stages_there: `pipeline, stage` of the deals that Pipedrive shows.
        names: entity → custom column → the name that an earlier run gave to its field.
        headers: entity → the headers of its files, and the columns that each means.
    """

    rows: MappingOf[str, int]
    columns: MappingOf[str, MappingOf[str, Column]]
    values: MappingOf[str, MappingOf[str, pl.DataFrame]]
    stages: pl.DataFrame
    issues: pl.DataFrame
    other_stages: pl.DataFrame = attrs.field(factory=lambda: pl.DataFrame(schema=STAGES))
    stages_there: pl.DataFrame = attrs.field(factory=pl.DataFrame)
    names: MappingOf[str, MappingOf[str, str]] = attrs.field(factory=dict)
    headers: MappingOf[str, Headers] = attrs.field(factory=dict)

    def words(self, column: str, *entities: str) -> dict[str, int]:
        """The values of a vocabulary column with their counts, over some entities or all of them."""
        counts: Counter[str] = Counter()
        for entity, columns in self.values.items():
            if column in columns and (not entities or entity in entities):
                counts.update(dict(zip(columns[column]["value"], columns[column]["count"], strict=True)))
        return dict(counts)
