"""How the values of today are written: the decimal mark, and the order of day and month.

The type of a field stays as the earlier run made it, but the notation belongs to each export: a spreadsheet
or another language may have turned one of them round. So the values of then are read as they prove, and those
of today by this rule, each column for itself:

1. What the values of today prove counts.
2. Where they prove nothing, the mapping decides (an order), else what the values of then prove.
3. Nothing decides where the mapping and the values of then say different things; nor do those of then where
   another column of the list proves that today's notation is another one.

What nothing decides is read only where it says the same either way; the rest is left blank, and told.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from typing import Final

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.cleaning.cells import text
from zsell_transform.cleaning.moments import ORDERS, UNDECIDED
from zsell_transform.cleaning.numbers import MARKS
from zsell_transform.evidence import MAPPING, SHAPE_FAMILIES, SHAPES, Evidence
from zsell_transform.mapping import Mapping
from zsell_transform.sell.columns import Headers
from zsell_transform.survey.facts import Column
from zsell_transform.survey.readings import Evidences, Reading, decide_readings, sibling_of
from zsell_transform.survey.undecided import BLANK, how_to_decide
from zsell_transform.transformers.custom import DAYS, NUMBERS

Columns = MappingOf[str, MappingOf[str, Column]]
#: Orders that say which of two numbers is the day.
_TURNED: Final = ("dmy", "mdy")
_WORDS: Final = {"dmy": "day first", "mdy": "month first"}
#: Lists that come from the same files.
_TOGETHER: Final = ("companies", "contacts")


# --- what the values prove -----------------------------------------------------------------------------


def _order(column: Column) -> str | None:
    """The order of day and month that the values prove."""
    return column.dates if column.dates in _TURNED and not column.either_order else None


def _mark(column: Column) -> str | None:
    """The decimal mark that the values prove."""
    return column.decimal if column.decimal in MARKS and not column.either_mark else None


@attrs.frozen
class Seen:
    """The columns of today, and what was counted anew of some."""

    columns: Columns
    evidence: Evidences


def as_fields(
    now: Columns,
    then: Columns,
    frames: MappingOf[str, pl.LazyFrame],
    ask: Mapping,
    headers: MappingOf[str, Headers],
) -> Seen:
    """The columns of today; those whose field is one of dates or numbers say what is known of these, whatever
    else stands among them by now.

    Args:
        then: the columns as they were, of those that there were.
        frames: the records of today.
        headers: entity → the headers of its files, by which the mapping may name columns.
    """
    mixed = {
        entity: [
            name
            for name, column in known.items()
            if (before := then.get(entity, {}).get(name)) is not None and _is_mixed(before, column)
        ]
        for entity, known in now.items()
    }
    known = {entity: dict(columns) for entity, columns in now.items()}
    if not any(mixed.values()):
        return Seen(known, {})
    evidence = _evidence(mixed, now, frames)
    read = decide_readings(evidence, ask, None, headers, made=mixed)
    for entity, names in mixed.items():
        for name in names:
            before, seen = then[entity][name], evidence[entity][name]
            known[entity][name] = _as_read(known[entity][name], before, read[entity][name], seen)
    return Seen(known, evidence)


def _is_mixed(before: Column, now: Column) -> bool:
    days, numbers = before.type in DAYS and now.dates is None, before.type in NUMBERS and now.decimal is None
    return now.custom and now.filled > 0 and (days or numbers)


def _as_read(now: Column, before: Column, read: Reading, seen: Evidence) -> Column:
    if before.type in NUMBERS:
        return attrs.evolve(now, decimal=read.mark, either_mark=seen.either_mark)
    return attrs.evolve(now, dates=read.order, either_order=read.order == UNDECIDED or read.by == MAPPING)


def _evidence(
    mixed: MappingOf[str, list[str]], now: Columns, frames: MappingOf[str, pl.LazyFrame]
) -> Evidences:
    """The counts of these columns, and of those that may decide for them (`sibling_of`)."""
    asked = {entity: dict.fromkeys(names) for entity, names in mixed.items()}
    for entity, names in mixed.items():
        for name in names:
            other, sibling = sibling_of(entity, name, now)
            if sibling:
                asked[other][sibling] = None
    return {entity: _counts(frames[entity], list(names), now[entity]) for entity, names in asked.items()}


def _counts(frame: pl.LazyFrame, names: list[str], known: MappingOf[str, Column]) -> dict[str, Evidence]:
    if not names:
        return {}
    shapes = [*SHAPE_FAMILIES["dates"], *SHAPE_FAMILIES["numbers"]]
    row = frame.select(
        text(name).str.contains(SHAPES[shape]).sum().alias(f"{n}:{shape}")
        for n, name in enumerate(names)
        for shape in shapes
    ).collect(engine="streaming")
    none = dict.fromkeys(SHAPES, 0)
    return {
        name: Evidence(
            known[name].filled,
            known[name].longest,
            none | {shape: int(row[f"{n}:{shape}"].item() or 0) for shape in shapes},
        )
        for n, name in enumerate(names)
    }


# --- the rule ------------------------------------------------------------------------------------------


@attrs.frozen
class Notations:
    """Which lists prove another notation by now than the earlier run."""

    orders: frozenset[str]
    marks: frozenset[str]

    @classmethod
    def of(cls, now: Columns, then: Columns) -> Notations:
        both = [
            (entity, before, column)
            for entity, known in now.items()
            for name, column in known.items()
            if (before := then.get(entity, {}).get(name)) is not None
        ]
        return cls(
            _with_siblings({entity for entity, *two in both if {*map(_order, two)} == {*_TURNED}}),
            _with_siblings({entity for entity, *two in both if {*map(_mark, two)} == {*MARKS}}),
        )

    def read(self, entity: str, before: Column, now: Column) -> Column:
        """The column of today with the order and the mark by which it is read (the rule is the module's)."""
        return attrs.evolve(
            now,
            dates=_order_by_rule(before, now, turned=entity in self.orders),
            decimal=_mark_by_rule(before, now, turned=entity in self.marks),
        )


def _with_siblings(entities: set[str]) -> frozenset[str]:
    return frozenset(entities.union(_TOGETHER if entities.intersection(_TOGETHER) else ()))


def _order_by_rule(before: Column, now: Column, *, turned: bool) -> str | None:
    if now.dates is None:  # no date by which to tell: none is read otherwise
        return before.dates if before.dates in ORDERS else None
    if now.dates == "contradicts" and now.custom and before.type in DAYS:
        return UNDECIDED  # each is read by itself
    if not now.either_order:
        return now.dates
    mapped, proven = now.dates if now.dates in _TURNED else None, None if turned else _order(before)
    if mapped and proven and mapped != proven:
        return UNDECIDED
    by_mapping_then = None if turned or before.dates not in _TURNED else before.dates
    return mapped or proven or by_mapping_then or UNDECIDED


def _mark_by_rule(before: Column, now: Column, *, turned: bool) -> str | None:
    if _mark(now) or now.decimal == "contradicts":
        return now.decimal
    if proven := _mark(before):
        return now.decimal if now.either_mark else UNDECIDED if turned else proven
    return now.decimal


# --- what is told --------------------------------------------------------------------------------------


def doubts(found: pl.DataFrame, now: Columns, seen: Seen, read: Columns, then: Columns) -> pl.DataFrame:
    """What nothing decides, as it is by now: some doubts are settled, others are of fields of another type.

    Args:
        found: the doubts, as the survey told them.
        now: the columns as the survey knows them.
        read: the same in the fields of then, as they are read.
        then: the columns as they were.
    """
    other = [
        (entity, name)
        for entity, known in read.items()
        for name, column in known.items()
        if name in then.get(entity, {}) and column != now[entity][name]
    ]
    names = pl.DataFrame(other, schema={"entity": pl.String, "field": pl.String}, orient="row")
    stale = found.filter(found["code"].is_in(list(_DOUBTS.values())))
    stale = stale.join(names, on=["entity", "field"], how="semi", maintain_order="left")
    kept = found.join(stale, on=found.columns, how="anti", maintain_order="left", nulls_equal=True)
    cells = dict(zip(zip(stale["entity"], stale["field"], strict=True), stale["value"], strict=True))
    told = [
        _doubt(entity, then[entity][name], seen, read[entity][name], cells.get((entity, name)))
        for entity, name in other
        if "contradicts" not in (now[entity][name].dates, now[entity][name].decimal)
    ]
    return issues.gather([kept, *told])


#: What an issue is about → its code.
_DOUBTS: Final = {"order": "undecided_date_order", "mark": "undecided_decimal_mark"}


def _contested(before: Column, now: Column) -> str:
    """How the mapping and the values of then contradict each other; blank where they do not."""
    proven = _order(before)
    if proven is None or now.dates not in _WORDS:
        return ""
    return f"the mapping says {_WORDS[now.dates]}, and the values of the earlier run prove {_WORDS[proven]}"


def _doubt(entity: str, before: Column, seen: Seen, read: Column, cells: str | None) -> pl.DataFrame:
    """The doubt about a column whose cells are read, or nothing."""
    counts = seen.evidence.get(entity, {}).get(read.name)
    if read.dates == UNDECIDED and (not read.custom or read.type in DAYS):
        why = _contested(before, seen.columns[entity][read.name]) or how_to_decide(entity, read)
        count = counts.counts["slashed"] if counts else read.filled
        return issues.issue(
            _DOUBTS["order"], entity=entity, field=read.name, value=cells or count, detail=f"{BLANK}; {why}"
        )
    if read.decimal == UNDECIDED and (not read.custom or read.type in NUMBERS):
        count = counts.counts["number"] if counts else read.filled
        return issues.issue(
            _DOUBTS["mark"], entity=entity, field=read.name, value=cells or count, detail=BLANK
        )
    return issues.empty()
