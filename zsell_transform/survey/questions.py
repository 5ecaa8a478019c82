"""What the survey asks of every Sell table: lazy, and all of them stream.

Two rounds. `questions` count cells and guess how many different values there are; `follow_ups` look at the
columns whose values matter (custom fields, dates, numbers), and count values only where the first round has
shown that they are few, so that no column can fill the memory.
"""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from zsell_transform.cleaning.cells import text
from zsell_transform.cleaning.numbers import percent
from zsell_transform.cleaning.texts import name as one_line
from zsell_transform.evidence import EXCLUDED, LONGER, SHAPE_FAMILIES, TEXT_LIMIT, families
from zsell_transform.frames.sparse import BLANK, column_or_blank
from zsell_transform.frames.tall import name_of, tall
from zsell_transform.sell.columns import DATES, NUMBERS, VOCABULARY, is_custom
from zsell_transform.sell.stages import KEYS as STAGE_KEYS
from zsell_transform.sell.stages import LOSS_REASONS

#: Up to about this many different values are counted one by one; a field of options has at most 500.
#: `approx_n_unique` errs by one or two per cent.
_MOST_COUNTED: Final = 1100
#: No date, number, phone or web address that decides a type is longer; longer columns are text without
#: asking.
_SHORT: Final = 80
#: Text that begins with an apostrophe, or another sign before the bracket, is less: asked for half the price.
_AFTER_APOSTROPHE: Final = "("


def questions(entity: str, columns: list[str], frame: pl.LazyFrame) -> dict[str, pl.LazyFrame]:
    """The first questions about one entity; all of them stream and hold little.

    Args:
        entity: the Sell entity.
        columns: its Sell columns, without the `_…` ones.
        frame: its records, all text.

    Returns:
        `facts` (one row: record count, and for each column cells, filled, outer, low, where its values matter
        also longest, distinct and example), `values` (`column, value, count` of the vocabulary columns), for
        deals also `stages`.
    """
    asked = {"facts": _facts(entity, columns, frame)}
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
        each family of shapes that one of their values has, how many values have each shape (one row, for
        `read_facts`).
    """
    wanted = [fact for fact in read_facts(facts) if fact["filled"] and matters(entity, fact["column"])]
    read = {fact["column"]: _read(fact) for fact in wanted}
    few = [fact["column"] for fact in wanted if _is_few(fact)]
    many = {
        fact["column"]: _families(entity, fact)
        for fact in wanted
        if not _is_few(fact) and (fact["longest"] <= _SHORT or not is_custom(entity, fact["column"]))
    }
    asked: dict[str, pl.LazyFrame] = {}
    if few:
        asked["few"] = _counted(frame, few)
    for family, shapes in SHAPE_FAMILIES.items():
        columns = [column for column, fitting in many.items() if family in fitting]
        if columns:
            asked[family] = _counts(frame, {column: read[column] for column in columns}, shapes)
    return asked


def _families(entity: str, fact: dict[str, Any]) -> set[str]:
    """The families of shapes to ask a column for. Sell's own dates and numbers stay what they are, whatever
    else stands among them.
    """
    own = {"dates": DATES, "numbers": NUMBERS}
    sells = {family for family, columns in own.items() if fact["column"] in columns.get(entity, ())}
    return sells or {*families(fact["example"].removeprefix("'"))}


def _counts(frame: pl.LazyFrame, read: dict[str, pl.Expr], shapes: dict[str, str]) -> pl.LazyFrame:
    """How many values of each column have each shape, in one row.

    A shape that another excludes is not looked for, and one that another has from some length on
    is measured: nearly all dates begin with the year, so that the other shapes cost nothing.
    """
    first = [shape for shape in EXCLUDED if shape in shapes]
    texts = frame.select(value.alias(name) for name, value in read.items())
    for shape in first:
        texts = texts.with_columns(
            pl.col(name).str.contains(shapes[shape]).alias(f"{shape}:{name}") for name in read
        )
    because = {other: shape for shape in first for other in (*EXCLUDED[shape], *LONGER[shape])}

    def has(name: str, shape: str) -> pl.Expr:
        if shape in first:
            return pl.col(f"{shape}:{name}")
        if shape not in because:
            return pl.col(name).str.contains(shapes[shape])
        known, longest = pl.col(f"{because[shape]}:{name}"), LONGER[because[shape]].get(shape)
        looked_for = pl.when(~known).then(name).str.contains(shapes[shape])
        if longest is None:
            return looked_for
        return pl.when(known).then(pl.col(name).str.len_chars() > longest).otherwise(looked_for)

    return texts.select(
        has(name, shape).sum().alias(f"{n}:{shape}:{name}") for n, name in enumerate(read) for shape in shapes
    )


def _is_few(fact: dict[str, Any]) -> bool:
    return bool(fact["distinct"] <= _MOST_COUNTED and fact["longest"] <= TEXT_LIMIT)


def _facts(entity: str, columns: list[str], frame: pl.LazyFrame) -> pl.LazyFrame:
    """A few aggregates a column, labelled `position:what:column`, in one row."""
    # Every cell is trimmed once, by name: the engine would trim it again for each aggregate.
    trimmed = frame.with_columns(pl.col(name).str.strip_chars().alias(f"trimmed:{name}") for name in columns)
    return trimmed.select(
        pl.len().alias("rows"),
        *(
            fact.alias(f"{n}:{what}:{name}")
            for n, name in enumerate(columns)
            for what, fact in _facts_of(entity, name).items()
        ),
    )


def _facts_of(entity: str, name: str) -> dict[str, pl.Expr]:
    raw, trimmed = pl.col(name), pl.col(f"trimmed:{name}")
    facts = {
        "cells": raw.count(),
        "filled": (trimmed.str.len_bytes() > 0).sum(),
        "outer": (raw.str.len_bytes() - trimmed.str.len_bytes()).sum(),
        "low": (raw < _AFTER_APOSTROPHE).sum(),
    }
    if matters(entity, name):
        longest = trimmed.str.len_chars().max()
        facts |= {"longest": longest, "distinct": raw.approx_n_unique(), "example": trimmed.max()}
    return facts


def _read(fact: dict[str, Any]) -> pl.Expr:
    """A column as `cells.text` reads it, which nearly every column is already."""
    return pl.col(fact["column"]) if is_tidy(fact) else text(fact["column"])


def is_tidy(fact: dict[str, Any]) -> bool:
    """Whether every cell of a column is already as `cells.text` reads it."""
    return not fact["outer"] and not fact["low"] and fact["cells"] == fact["filled"]


def read_facts(facts: pl.DataFrame) -> list[dict[str, Any]]:
    """One wide row → `{column, filled, longest …}`, in the order of the columns."""
    found: dict[str, dict[str, Any]] = {}
    for label, value in facts.drop("rows", strict=False).row(0, named=True).items():
        _, what, name = label.split(":", 2)
        found.setdefault(name, {"column": name})[what] = value or ("" if what == "example" else 0)
    return list(found.values())


def matters(entity: str, column: str) -> bool:
    """Whether the values of a column are looked at: of custom fields, and of Sell's own dates and numbers."""
    return is_custom(entity, column) or column in DATES.get(entity, ()) or column in NUMBERS.get(entity, ())


def _counted(frame: pl.LazyFrame, columns: list[str]) -> pl.LazyFrame:
    """`column, value, count` of some columns, in that order: filled cells, trimmed; tags one by one.

    Cells are counted as they stand, and only the different ones are trimmed and parted.
    """
    cells = tall(frame, columns, (), "column", "value")
    counts = (
        cells.group_by("column", "value").agg(pl.len().cast(pl.Int64).alias("count")).sort("column", "value")
    ).with_columns(name_of("column"))
    if "tags" in columns:
        counts = counts.with_columns(
            pl.when(pl.col("column") == "tags")
            .then(pl.col("value").str.split(","))
            .otherwise(pl.concat_list("value"))
        ).explode("value")
    read = counts.with_columns(text("value")).filter(pl.col("value").is_not_null())
    return read.group_by("column", "value").agg(pl.col("count").sum()).sort("column", "value")


def _stages(frame: pl.LazyFrame, columns: list[str]) -> pl.LazyFrame:
    def key(name: str) -> pl.Expr:
        return (one_line(text(name)) if name in columns else BLANK).alias(name)

    likelihood = percent(text(column_or_blank(columns, "current_win_likelihood")))
    wanted = frame.select(
        *map(key, (*STAGE_KEYS, "stage_category")),
        likelihood.cast(pl.Float64, strict=False).alias("likelihood"),
        pl.coalesce(text(column_or_blank(columns, one)) for one in LOSS_REASONS).alias("reasons"),
    )
    counts = (
        pl.len().cast(pl.Int64).alias("deals"),
        pl.col("likelihood").median(),
        pl.col("stage_category").first().alias("category"),
        pl.col("reasons").count().cast(pl.Int64),
    )
    return wanted.group_by(STAGE_KEYS).agg(*counts).sort(STAGE_KEYS)
