"""Several files of one entity → one record an id: the full export gives it, its latest state where there
are several; other files fill what it has not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Final

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.cleaning.moments import ORDERS, iso
from zsell_transform.cleaning.numbers import MARKS, number
from zsell_transform.folding import folded
from zsell_transform.frames.positions import stands_twice
from zsell_transform.frames.sparing import Reading
from zsell_transform.frames.sparse import column_or_blank, unless_blank
from zsell_transform.frames.tall import name_of, tall
from zsell_transform.reading.vocabulary import FAMILIES
from zsell_transform.sell.columns import STANDARD, is_custom, plain_name
from zsell_transform.sell.states import DAY, updated
from zsell_transform.sell.words import status_labels
from zsell_transform.ticks import tick

#: Columns that say where a record comes from, not what it is.
_PLACE: Final = ("_file", "_row", "_company", "_smart_list", "_rank", "_n", "_day")
#: Columns that families spell in ways of their own (`Deal`, `deal`), and when a state was updated.
_SPELLED_APART: Final = re.compile(r"able_type$|^resource_type$|^updated_at$")
#: A cell of a column that its file has, and that holds nothing; null where the file has no such column.
_EMPTY: Final = ""


@attrs.frozen
class Part:
    """One file's canonical table: `_file`, `_row`, its columns; of people and companies also `_company`.

    Attributes:
        only: True where it holds nothing but companies.
    """

    file: str
    family: str
    frame: pl.LazyFrame
    columns: tuple[str, ...]
    only: bool | None = None


@attrs.frozen
class United:
    """The parts of one entity as they are to be scanned, and what uniting them found.

    Attributes:
        tables: disjoint tables in input order, each with its part's `only`.
        merged: input records that went into another one; for people and companies by `_company`.
    """

    tables: tuple[tuple[pl.LazyFrame, bool | None], ...]
    issues: pl.DataFrame
    merged: dict[bool | None, int] = attrs.field(factory=dict)


def united(parts: Sequence[Part], entity: str, temporary: Path) -> United:
    """The parts as they are when no id stands in two of them (lazily); else one table, a record an id."""
    parts = _one_vocabulary(parts, entity) if len({part.family for part in parts}) > 1 else parts
    with_id = [part for part in parts if "id" in part.columns]
    if len(with_id) < 2 or not _overlap(with_id):
        return United(tuple((part.frame, part.only) for part in parts), issues.empty())
    whole = pl.concat(
        [
            part.frame.with_columns(
                unless_blank(pl.col(_values(part.columns))).fill_null(_EMPTY),
                pl.lit(FAMILIES.index(part.family) if part.family in FAMILIES else len(FAMILIES)).alias(
                    "_rank"
                ),
            )
            for part in parts
        ],
        how="diagonal",
    ).with_row_index("_n")
    table = whole.collect(engine="streaming")
    stated = table.filter(pl.col("id").is_not_null() & pl.col("id").is_duplicated())
    several = _without_blanks(stated)
    rest = _without_blanks(table.filter(pl.col("id").is_null() | ~pl.col("id").is_duplicated()))
    records = _records(stated)
    done = pl.concat([rest, records], how="diagonal").sort("_n").drop("_n", "_rank")
    temporary.mkdir(parents=True, exist_ok=True)
    done.write_parquet(temporary / "united.parquet")
    return United(
        ((pl.scan_parquet(temporary / "united.parquet", glob=False), None),),
        issues.gather([_told(several, records, entity), _differing(several, records, entity)]),
        _merged(several, records),
    )


def _overlap(parts: Sequence[Part]) -> bool:
    """Whether an id stands twice among the parts."""
    ids = pl.concat([part.frame.select(pl.col("id").drop_nulls()) for part in parts])
    return stands_twice(ids.collect(engine="streaming").to_series())


def _one_vocabulary(parts: Sequence[Part], entity: str) -> list[Part]:
    """Custom fields under the full export's headers: `Weight` is `custom Weight`, where only one is."""
    standard = STANDARD.get(entity, frozenset())
    by_name: dict[str, list[str]] = {}
    for part in parts:
        for column in part.columns if part.family == FAMILIES[0] else ():
            if is_custom(entity, column) and column not in by_name.setdefault(plain_name(column), []):
                by_name[plain_name(column)].append(column)
    alike = {name: columns[0] for name, columns in by_name.items() if len(columns) == 1}
    done = []
    for part in parts:
        # Beside a standard column, or one of ours, a list's own field is `custom X` by now.
        said = {
            column: plain_name(column) if is_custom(entity, column) else column for column in part.columns
        }
        names = {
            column: alike[name]
            for column, name in said.items()
            if name in alike and column not in standard and alike[name] not in part.columns
        }
        columns = tuple(names.get(column, column) for column in part.columns)
        done.append(attrs.evolve(part, frame=part.frame.rename(names), columns=columns))
    return done


def _records(several: pl.DataFrame) -> pl.DataFrame:
    """One record an id: of each family its latest state, of those each column's first value; labels joined.

    Two exports of different days may lie in one folder: what was emptied since is empty.
    """
    values = _values(several.columns)
    place = [name for name in ("_file", "_row", "_company", "_n") if name in several.columns]
    lists = [name for name in ("_smart_list",) if name in several.columns]
    ordered = several.with_columns(_day=updated(several.columns, "id", "_rank")).sort(
        "_rank", "_day", "_n", descending=[False, True, False], nulls_last=True
    )
    # In a state of known date a blank cell is a value: nothing of an earlier state stands there.
    blank = (pl.col(values) == _EMPTY) & pl.col("_day").is_null()
    of_family = _without_blanks(
        ordered.with_columns(pl.when(~blank).then(pl.col(values)))
        .group_by("id", "_rank", maintain_order=True)
        .agg(pl.col(place).first(), pl.col(values).drop_nulls().first(), pl.col(lists))
    )
    labels = pl.col(lists).list.explode().drop_nulls().unique(maintain_order=True).str.join(", ")
    return of_family.group_by("id", maintain_order=True).agg(
        pl.col(*place, "_rank").first(), pl.col(values).drop_nulls().first(), labels.replace("", None)
    )


def _values(columns: Iterable[str]) -> list[str]:
    """The columns that say what a record is."""
    return [name for name in columns if name not in (*_PLACE, "id")]


def _without_blanks(frame: pl.DataFrame) -> pl.DataFrame:
    values = pl.col([name for name in _values(frame.columns) if frame.schema[name] == pl.String])
    return frame.with_columns(pl.when(values != _EMPTY).then(values))


def _merged(several: pl.DataFrame, records: pl.DataFrame) -> dict[bool | None, int]:
    if "_company" not in several.columns:
        return {None: several.height - records.height}
    final = several.select("id").join(
        records.select("id", "_company"), on="id", how="left", maintain_order="left"
    )
    return {
        company: final.filter(pl.col("_company") == company).height
        - records.filter(pl.col("_company") == company).height
        for company in (False, True)
    }


def _told(several: pl.DataFrame, records: pl.DataFrame, entity: str) -> pl.DataFrame:
    return issues.issue("records_united", entity=entity, value=several.height - records.height)


def _differing(several: pl.DataFrame, records: pl.DataFrame, entity: str) -> pl.DataFrame:
    """An issue for each value that is not used, save another spelling of the same."""
    values = [name for name in _values(several.columns) if not _SPELLED_APART.search(name)]
    given = tall(several.lazy(), values, ("id", "_file", "_row", "_n"), "field", "value")
    used = tall(records.lazy(), values, ("id",), "field", "used")
    apart = (
        given.filter(pl.col("value").is_not_null())
        .join(used, on=["id", "field"], how="left", maintain_order="left")
        .filter(~_same(pl.col("value"), pl.col("used")).fill_null(value=False))
        .join(_first_names(records).lazy(), on="id", how="left", maintain_order="left")
        .pipe(_without_spellings)
        .sort("_n", maintain_order=True)
        .rename({"id": "_id"})
        .with_columns(name_of("field"))
    )
    return issues.found(
        apart,
        "records_differ",
        entity=entity,
        field=pl.col("field"),
        value=pl.col("value"),
        detail=pl.col("used"),
    ).collect()


def _first_names(records: pl.DataFrame) -> pl.DataFrame:
    first = column_or_blank(records.columns, "first_name")
    return records.select("id", first.alias("first"))


def _without_spellings(apart: pl.LazyFrame) -> pl.LazyFrame:
    """Only cells whose `value` says something else than `used` in any reading.

    Families spell days, numbers and ticks in ways of their own, and lists have no column but the last name
    for a lead's full one.
    """
    # Named columns, layer by layer: polars 2.1 takes readings of two expressions in one layer for the same.
    texts = ("value", "used")
    readings: dict[str, Reading] = {
        **{order: partial(iso, order=order) for order in ORDERS},
        **{mark: partial(number, mark=mark) for mark in MARKS},
        "tick": lambda text: tick(text).cast(pl.String),
    }
    read = apart.with_columns(pl.col(*texts).str.strip_chars().name.prefix("_")).with_columns(
        reading(pl.col(f"_{text}")).alias(f"_{text} {name}")
        for text in texts
        for name, reading in readings.items()
    )
    orders = [(pl.col(f"_value {one}"), pl.col(f"_used {other}")) for one, other in product(ORDERS, ORDERS)]
    marks = [
        [
            pl.col(f"_{text} {mark}").cast(pl.Float64, strict=False)
            for text, mark in zip(texts, pair, strict=True)
        ]
        for pair in product(MARKS, MARKS)
    ]
    whole, last, first = (folded(pl.col(name)) for name in ("_value", "_used", "first"))
    statuses = [
        (name_of("field") == f"{kind}_status") & (_status("_value", kind) == _status("_used", kind))
        for kind in ("customer", "prospect")
    ]
    alike = (
        *statuses,
        *(one.str.starts_with(other) | other.str.starts_with(one) for one, other in orders),
        *(one == other for one, other in marks),
        pl.col("_value tick") == pl.col("_used tick"),
        (name_of("field") == "last_name")
        & pl.any_horizontal(
            whole == pl.concat_str(*parts, separator=between)
            for *parts, between in ((first, last, " "), (last, first, " "), (last, first, ", "))
        ),
    )
    return read.filter(~pl.any_horizontal(part.fill_null(value=False) for part in alike))


def _status(column: str, kind: str) -> pl.Expr:
    """What a status comes to: the full export says `current`, a Smart List `Customer`."""
    labels = {said: label or "" for said, label in status_labels(kind).items()}
    said = pl.col(column).str.to_lowercase()
    return said.replace_strict(list(labels), list(labels.values()), default=said, return_dtype=pl.String)


def _same(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    """Whether two texts say the same: equal, or the same day, moment or number in another spelling."""

    def plain(text: pl.Expr) -> pl.Expr:
        bare = text.str.strip_chars().str.strip_prefix("'").str.replace(r"( UTC|Z)$", "")
        return bare.str.replace(r"^(\d{4}-\d\d-\d\d)T", "$1 ")

    a, b = plain(one), plain(other)
    moments = a.str.contains(DAY) & b.str.contains(DAY) & (a.str.starts_with(b) | b.str.starts_with(a))
    numbers = (a.cast(pl.Float64, strict=False) == b.cast(pl.Float64, strict=False)).fill_null(value=False)
    return (a == b) | moments | numbers
