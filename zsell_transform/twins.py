"""Custom fields of one name, or nearly: which of Pipedrive's is which, by the values of records there.

The order of columns names them, and says nothing any more once a twin was added in Sell, or the order is
another one. Pipedrive shows them all beside Sell ids; so whoever has no earlier run's folder asks the values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as MappingOf
from itertools import permutations
from typing import Final

import attrs
import polars as pl

from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.pipedrive.fields import PREFIXES, created_names, default_names, field_key
from zsell_transform.records import Records
from zsell_transform.sell.columns import plain_name
from zsell_transform.sell.entities import LINKED
from zsell_transform.standing.sameness import same
from zsell_transform.survey.facts import Survey
from zsell_transform.transformers import Draft, draft
from zsell_transform.transformers.custom import CUSTOMERS_OWN, SELLS_OWN

#: What tells a field from others of its name.
_APART: Final = re.compile(rf"(?: \(\d+\)|{re.escape(CUSTOMERS_OWN)}|{re.escape(SELLS_OWN)})+$")
#: Fewer records that say the same may do so by chance.
_NO_CHANCE: Final = 3
#: More twins than these are left as the order of columns names them: nobody has so many.
_MOST: Final = 4

#: (column, name in Pipedrive) → records of which both say the same, and others.
_Scores = MappingOf[tuple[str, str], int]


def named_as_there(records: Records, held: Held, ask: Mapping) -> Records:
    """The records, whose survey has the names of an item's custom fields where Pipedrive's values show that
    twins among them are called otherwise than the order of columns says.
    """
    seen = records.seen
    for entity, item in LINKED.items():
        known = _custom(seen, entity)
        if entity == "leads":  # they have the fields of deals
            known += [name for name in _custom(seen, "deals") if name not in known]
        has_twins = len({field_key(name) for name in known}) < len(known)
        if has_twins and item in held.raw and entity in records.frames:
            drafted = draft(entity, records.frames[entity], ask, seen)
            if shown := _shown(drafted, held):
                seen = attrs.evolve(seen, names={**seen.names, entity: shown})
    return records if seen is records.seen else attrs.evolve(records, seen=seen)


def _custom(seen: Survey, entity: str) -> list[str]:
    columns = seen.columns.get(entity, {}).values()
    return [plain_name(column.name) for column in columns if column.custom]


def _shown(drafted: Draft, held: Held) -> dict[str, str]:
    """Column → name, save of twins that no value tells of; none where the order of columns has them right."""
    names, moved = dict(drafted.names), False
    columns = held.raw[drafted.target].columns
    for twins in _twins(drafted):
        there = _called_so(drafted.target, columns, twins, drafted.names)
        if not there or max(len(twins), len(there)) > _MOST:
            continue
        proven = _assigned(twins, there, drafted.names, _scores(drafted, twins, there, held))
        if any(field_key(drafted.names[twin]) != field_key(name) for twin, name in proven.items()):
            moved = True
            for twin in twins:
                names.pop(twin)
            names |= proven
    return names if moved else {}


def _twins(drafted: Draft) -> Iterator[list[str]]:
    """The columns of each name that several have, here or among the deals of leads."""
    by_key: dict[str, list[str]] = {}
    for column in drafted.names:
        by_key.setdefault(field_key(plain_name(column)), []).append(column)
    for columns in by_key.values():
        if len(columns) > 1 or drafted.names[columns[0]] != drafted.ordered.get(columns[0]):
            yield columns


def _called_so(
    item: str, columns: Sequence[str], twins: Sequence[str], names: MappingOf[str, str]
) -> list[str]:
    """Pipedrive's columns that could be these fields: of that name, and no other field of Sell's."""
    key = field_key(plain_name(twins[0]))
    others = {field_key(name) for column, name in names.items() if column not in twins}
    others |= default_names(item) | created_names(item)
    return [
        column
        for column in columns
        if field_key(_APART.sub("", column)) == key and field_key(column) not in others
    ]


def _scores(drafted: Draft, twins: Sequence[str], there: Sequence[str], held: Held) -> _Scores:
    """How many records say for each pair that they are one field; none where most say that they are not."""
    prefix = PREFIXES[drafted.target]
    custom = drafted.origins.filter((pl.col("kind") == "custom") & pl.col("source").is_in(list(twins)))
    first = custom.unique("source", keep="first", maintain_order=True)  # of a date-time, the day
    ids = held[drafted.target].select("system_id", _id="sell_id").drop_nulls()
    shown = held.raw[drafted.target].select(
        pl.col("ID").alias("system_id"), *(pl.col(name).alias(f"{prefix}: {name}") for name in there)
    )
    beside = ids.join(shown, on="system_id", how="inner", maintain_order="left")
    cells = drafted.frame.select("_id", *first["header"]).join(
        beside.lazy(), on="_id", how="inner", maintain_order="left"
    )
    pairs = {
        (source, name): _alike(same(kind, mine, theirs), mine, theirs)
        for header, source, kind in zip(*(first[c] for c in ("header", "source", "type")), strict=True)
        for name in there
        for mine, theirs in [(pl.col(header), pl.col(f"{prefix}: {name}"))]
    }
    counts = cells.select(alike.alias(str(n)) for n, alike in enumerate(pairs.values())).collect()
    return dict(zip(pairs, counts.row(0), strict=True))


def _alike(is_same: pl.Expr, mine: pl.Expr, theirs: pl.Expr) -> pl.Expr:
    filled = mine.is_not_null() & theirs.is_not_null()
    alike = (is_same & filled).sum()
    return pl.when((alike >= _NO_CHANCE) & (alike * 2 > filled.sum())).then(alike).otherwise(0)


def _assigned(
    twins: Sequence[str], there: Sequence[str], names: MappingOf[str, str], scores: _Scores
) -> dict[str, str]:
    """The columns that have most values in common with the fields they are given; as they are named by their
    order, where that is as good. Those without a common value are not among them.
    """
    by_key = {field_key(name): name for name in there}
    by_order = tuple(by_key.get(field_key(names[twin])) for twin in twins)
    places = [*there, *[None] * len(twins)]
    best = max([by_order, *permutations(places, len(twins))], key=lambda given: _worth(twins, given, scores))
    return {
        twin: name
        for twin, name in zip(twins, best, strict=True)
        if name is not None and scores.get((twin, name))
    }


def _worth(twins: Sequence[str], given: Sequence[str | None], scores: _Scores) -> int:
    return sum(scores.get((twin, name), 0) for twin, name in zip(twins, given, strict=True) if name)
