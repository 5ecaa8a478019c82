"""What the survey asks of every Sell table: lazy, and cheap enough to ride along with another pass.

Two rounds. `questions` count cells and guess how many different values there are; `follow_ups` look at the
columns whose values matter (custom fields, dates, numbers), and count values only where the first round has
shown that they are few, so that no column can fill the memory.
"""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from zsell_transform.cleaning import name as one_line
from zsell_transform.cleaning import text
from zsell_transform.evidence import EXCLUDED, FAMILIES, TEXT_LIMIT, families
from zsell_transform.sell.columns import DATES, NUMBERS, VOCABULARY, is_custom

#: Up to about this many different values are counted one by one; a field of options has at most 500.
#: `approx_n_unique` errs by one or two per cent.
_ABOUT_FEW: Final = 1100
#: No date, number, phone or web address that decides a type is longer; longer columns are text without
#: asking.
_SHORT: Final = 80
_STAGE_KEYS: Final = ("pipeline_id", "pipeline_name", "stage_id", "stage_name")


def questions(entity: str, columns: list[str], frame: pl.LazyFrame) -> dict[str, pl.LazyFrame]:
    """The first questions about one entity; all of them stream and hold little.

    Args:
        entity: the Sell entity.
        columns: its Sell columns, without the `_…` ones.
        frame: its records, all text.

    Returns:
        `facts` (one row: record count, and for each column filled, longest, untidy, where its values matter
        also distinct and example), `values` (`column, value, count` of the vocabulary columns), for deals
        also `stages`.
    """
    asked = {"facts": frame.select(pl.len().alias("rows"), *_facts(entity, columns))}
    words = [name for name in VOCABULARY.get(entity, ()) if name in columns]
    if words:
        asked["values"] = _counted(frame, words)
    if entity == "deals" and "stage_name" in columns:
        asked["stages"] = _stages(frame, columns)
    return asked


def follow_ups(entity: str, facts: pl.DataFrame, frame: pl.LazyFrame) -> dict[str, pl.LazyFrame]:
    """The second questions, about the columns whose values matter; best asked of the stored records.

    Returns:
        `few` (`column, value, count`) for columns of few different values; for the others, under the name of
        each family of shapes that one of their values has, how many values have each shape (`column`, and the
        shapes of the family).
    """
    wanted = [fact for fact in read_facts(facts) if fact["filled"] and matters(entity, fact["column"])]
    few = [fact["column"] for fact in wanted if _is_few(fact)]
    many = {
        fact["column"]: families(fact["example"].removeprefix("'"))
        for fact in wanted
        if not _is_few(fact) and fact["longest"] <= _SHORT
    }
    asked: dict[str, pl.LazyFrame] = {}
    if few:
        asked["few"] = _counted(frame, few)
    for family, shapes in FAMILIES.items():
        columns = [column for column, fitting in many.items() if family in fitting]
        if columns:
            tall = _weighed(_long(frame, columns), shapes)
            asked[family] = tall.group_by("column").agg(pl.col(*shapes).sum()).sort("column")
    return asked


def _weighed(tall: pl.LazyFrame, shapes: dict[str, str]) -> pl.LazyFrame:
    """The values with a column for each shape: whether they have it, or null where that is known to be no.

    Nearly all dates begin with the year, and these have none of the shapes that another shape excludes.
    """
    value = pl.col("value")
    excluding = [shape for shape in EXCLUDED if shape in shapes]
    tall = tall.with_columns(value.str.contains(shapes[shape]).alias(shape) for shape in excluding)
    left = {other: pl.when(~pl.col(shape)).then(value) for shape in excluding for other in EXCLUDED[shape]}
    return tall.with_columns(
        left.get(shape, value).str.contains(pattern).alias(shape)
        for shape, pattern in shapes.items()
        if shape not in excluding
    )


def _is_few(fact: dict[str, Any]) -> bool:
    return bool(fact["distinct"] <= _ABOUT_FEW and fact["longest"] <= TEXT_LIMIT)


def _facts(entity: str, columns: list[str]) -> list[pl.Expr]:
    """A few aggregates a column, labelled `position:what:column`, in one row."""
    return [
        fact.alias(f"{n}:{what}:{name}")
        for n, name in enumerate(columns)
        for what, fact in _facts_of(entity, name).items()
    ]


def _facts_of(entity: str, name: str) -> dict[str, pl.Expr]:
    raw = pl.col(name)
    trimmed = raw.str.strip_chars()
    facts = {
        "filled": (trimmed.str.len_bytes() > 0).sum(),
        "longest": trimmed.str.len_chars().max(),
        "untidy": (raw.str.starts_with("'") | (raw != trimmed) | (trimmed == "")).sum(),
    }
    if matters(entity, name):
        facts |= {"distinct": raw.approx_n_unique(), "example": trimmed.max()}
    return facts


def read_facts(facts: pl.DataFrame) -> list[dict[str, Any]]:
    """The one wide row → `{column, filled, longest, untidy …}`, in the order of the columns."""
    found: dict[str, dict[str, Any]] = {}
    for label, value in facts.drop("rows").row(0, named=True).items():
        _, what, name = label.split(":", 2)
        found.setdefault(name, {"column": name})[what] = value or ("" if what == "example" else 0)
    return list(found.values())


def matters(entity: str, column: str) -> bool:
    """Whether the values of a column are looked at: of custom fields, and of Sell's own dates and numbers."""
    return is_custom(entity, column) or column in DATES.get(entity, ()) or column in NUMBERS.get(entity, ())


def _counted(frame: pl.LazyFrame, columns: list[str]) -> pl.LazyFrame:
    """`column, value, count` of some columns, in that order."""
    counts = pl.len().cast(pl.Int64).alias("count")
    return _long(frame, columns).group_by("column", "value").agg(counts).sort("column", "value")


def _long(frame: pl.LazyFrame, columns: list[str]) -> pl.LazyFrame:
    """The filled cells of some columns as `column, value`, trimmed; tags one by one."""
    tall = frame.select(columns).unpivot(variable_name="column", value_name="value")
    if "tags" in columns:
        parts = (
            pl.when(pl.col("column") == "tags")
            .then(pl.col("value").str.split(","))
            .otherwise(pl.concat_list("value"))
        )
        tall = tall.with_columns(parts.alias("value")).explode("value")
    return tall.with_columns(text("value")).filter(pl.col("value").is_not_null())


def _stages(frame: pl.LazyFrame, columns: list[str]) -> pl.LazyFrame:
    def key(name: str) -> pl.Expr:
        return (one_line(text(name)) if name in columns else pl.lit(None, dtype=pl.String)).alias(name)

    likelihood = (
        pl.col("current_win_likelihood")
        if "current_win_likelihood" in columns
        else pl.lit(None, dtype=pl.String)
    )
    wanted = frame.select(
        *map(key, _STAGE_KEYS), likelihood.cast(pl.Float64, strict=False).alias("likelihood")
    )
    counts = pl.len().cast(pl.Int64).alias("deals"), pl.col("likelihood").median()
    return wanted.group_by(_STAGE_KEYS).agg(*counts).sort(_STAGE_KEYS)
