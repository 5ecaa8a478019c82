"""What no value of a column decides, and the cells by which columns contradict themselves."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from typing import Final

import polars as pl

from zsell_transform import issues
from zsell_transform.cleaning.cells import text
from zsell_transform.cleaning.moments import UNDECIDED
from zsell_transform.evidence import SERIAL_DAY, SHAPES
from zsell_transform.mapping_values import key_in_braces
from zsell_transform.sell.columns import plain_name
from zsell_transform.survey.facts import Column, Survey

#: What becomes of cells that nobody can read: of a field of text, and of one of dates or numbers.
TEXT: Final = "left as text"
BLANK: Final = "left blank"


def contradictions(seen: Survey, entity: str, frame: pl.LazyFrame) -> list[pl.LazyFrame]:
    """The cells by which columns of dates contradict themselves, or are none, one issue each, lazily.

    Args:
        frame: the entity's records, with `_file`, `_row` and `_id` where there are any.
    """
    columns = seen.columns.get(entity, {}).values()
    return [
        *(_one_way_only(frame, entity, column.name) for column in columns if column.dates == "contradicts"),
        *(_serial_days(frame, entity, column.name) for column in columns if column.serial_days),
    ]


def _one_way_only(frame: pl.LazyFrame, entity: str, column: str) -> pl.LazyFrame:
    value = text(column)
    day_first, month_first = (value.str.contains(SHAPES[shape]) for shape in ("dmy", "mdy"))
    way = pl.when(day_first).then(pl.lit("day first")).otherwise(pl.lit("month first"))
    proving = frame.filter(day_first != month_first)
    return issues.found(proving, "contradicting_date", entity=entity, field=column, value=value, detail=way)


def _serial_days(frame: pl.LazyFrame, entity: str, column: str) -> pl.LazyFrame:
    spoiled = frame.filter(text(column).str.contains(SERIAL_DAY))
    return issues.found(spoiled, "serial_day", entity=entity, field=column, value=text(column))


def doubt(entity: str, column: Column, counts: MappingOf[str, int]) -> pl.DataFrame:
    """What nothing in the column decides, and which line of the mapping would."""

    def told(code: str, detail: str, values: int = column.filled) -> pl.DataFrame:
        return issues.issue(code, entity=entity, field=column.name, value=values, detail=detail)

    left = TEXT if column.custom else BLANK
    if column.dates == UNDECIDED:
        detail = f"{left}; {how_to_decide(entity, column)}"
        # None of its own: people's dates decide for companies, and leads' for deals.
        return told("undecided_date_order", detail, counts["slashed"] or column.filled)
    if column.dates == "contradicts":
        both = counts["dmy"] + counts["mdy"] - counts["slashed"]
        detail = f"{counts['dmy'] - both} can only be day first, {counts['mdy'] - both} only month first"
        return told("contradicting_dates", detail)
    if column.decimal == "undecided":
        return told("undecided_decimal_mark", left, counts["number"])
    if column.decimal == "contradicts":
        either = counts["dot"] + counts["comma"] - counts["number"]
        comma, dot = counts["comma"] - either, counts["dot"] - either
        said = f"{dot} can only have a decimal point, {comma} only a comma"
        return told("contradicting_numbers", said, counts["number"])
    return issues.empty()


def how_to_decide(entity: str, column: Column) -> str:
    """What says the order of a column's dates."""
    return f"the mapping decides with {deciding([(entity, column.name)])} (false for month first)"


def deciding(columns: Iterable[tuple[str, str]]) -> str:
    """The line of the mapping that has dates read day first, of columns with their entity."""
    wishes: dict[str, list[str]] = {}
    for entity, column in columns:
        wishes.setdefault(entity, []).append(f"{key_in_braces(plain_name(column))}: true")
    groups = (f"{entity}: {{{', '.join(names)}}}" for entity, names in wishes.items())
    return f"day_first: {{{', '.join(groups)}}}"
