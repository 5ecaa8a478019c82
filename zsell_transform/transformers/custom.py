"""Custom fields: what no table knows goes through under its own name, with a type that its values prove."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as MappingOf
from types import MappingProxyType
from typing import Final

import attrs
import polars as pl

from zsell_transform.cleaning.moments import ORDERS, UNDECIDED, clock_of, date, date_of, hour
from zsell_transform.cleaning.numbers import number
from zsell_transform.evidence import DIGIT_LIMIT
from zsell_transform.frames.unique import free
from zsell_transform.pipedrive.fields import PREFIXES, created_names, default_names, field_key
from zsell_transform.sell.columns import CUSTOM, plain_name
from zsell_transform.survey.facts import Column, Survey

#: Types of days and of numbers.
DAYS: Final = ("date", "datetime")
NUMBERS: Final = ("numerical", "monetary")
#: Types whose cells are read; under all others, a cell is written as it stands.
READ: Final = (*DAYS, "time", *NUMBERS)
#: What the time of a date-time has behind its name.
TIME: Final = " (time)"
A_TIME: Final = "a time of day like 09:30"
_OF_CUSTOMERS: Final = "prospect/customer"
#: Behind the name of a field that has a twin in the other scope, and of one that Pipedrive has itself.
CUSTOMERS_OWN: Final = " (customer)"
SELLS_OWN: Final = " (Sell)"
_NONE: Final[MappingOf[str, str]] = MappingProxyType({})


@attrs.frozen
class Custom:
    """One custom column as one Pipedrive field; a date-time is two of them.

    Attributes:
        column: the header in Sell's file.
        header: `Person - <name>`.
        type: Pipedrive's field type.
        value: how its cells are read.
        expects: what a readable cell looks like; unset where every cell is readable.
        renamed: the name differs from Sell's, since another field has that one.
        is_time: the second of two fields of a date-time.
    """

    column: str
    header: str
    type: str
    value: pl.Expr
    expects: str = ""
    renamed: bool = False
    is_time: bool = False


def custom_fields(
    entity: str, item: str, written: list[str], names: MappingOf[str, str], seen: Survey
) -> tuple[Custom, ...]:
    """The custom fields of an item.

    Args:
        written: the custom columns that hold something, in the order of the file.
        names: of every custom column (`unique_names`); also the empty ones have theirs, so that a name does
            not change when an empty column gets its first value.
    """
    prefix = f"{PREFIXES[item]} - " if item in PREFIXES else ""
    made: list[Custom] = []
    for column in written:
        facts = seen.columns.get(entity, {}).get(column) or Column(column, 1, None, 0)
        made += _fields(
            column,
            f"{prefix}{names[column]}",
            facts,
            renamed=names[column] != plain_name(column),
        )
    return tuple(made)


def _fields(column: str, header: str, facts: Column, *, renamed: bool) -> Iterator[Custom]:
    def made(name: str, kind: str, value: pl.Expr, expects: str = "", *, is_time: bool = False) -> Custom:
        return Custom(column, name, kind, value, expects, renamed=renamed, is_time=is_time)

    order = facts.dates if facts.dates in (*ORDERS, UNDECIDED) else None
    if order and facts.type == "date":
        yield made(header, "date", date(column, order), "a date like 2024-05-31")
    elif order and facts.type == "datetime":
        yield made(header, "date", date_of(column, order), "a date like 2024-05-31 or 2024-05-31 09:30")
        yield made(f"{header}{TIME}", "time", clock_of(column), is_time=True)
    elif facts.type in NUMBERS:
        mark = facts.decimal or "undecided"  # of a field that an earlier run made: nothing proves it by now
        yield made(header, facts.type, _fitting(number(column, mark)), "a number like 1200.50")
    elif facts.type == "time":
        yield made(header, "time", hour(column), A_TIME)
    else:
        yield made(header, facts.type, pl.col(column))


def _fitting(number: pl.Expr) -> pl.Expr:
    """Bare numbers of as many digits as a field takes.

    A column has longer ones only where an earlier run made its field.
    """
    sign, point = number.str.starts_with("-"), number.str.contains(".", literal=True)
    digits = number.str.len_bytes().cast(pl.Int64) - sign.cast(pl.Int64) - point.cast(pl.Int64)
    return pl.when(digits <= DIGIT_LIMIT).then(number)


def unique_names(
    columns: Iterable[str],
    item: str,
    earlier: MappingOf[str, str] = _NONE,
    shared: MappingOf[str, str] = _NONE,
) -> dict[str, str]:
    """Custom column → its name in Pipedrive.

    No two names of one item are equal without case, accents and spaces: a later one gets ` (2)`, ` (3)`, the
    prospect/customer twin of a contact field ` (customer)`, one that equals a field of Pipedrive's ` (Sell)`.

    Args:
        columns: in the order of the file.
        earlier: the names that an earlier run gave. They stay, whatever the order is by now: Pipedrive holds
            fields of these names, and those of columns that are gone are still there.
        shared: the names of the columns whose fields these columns have, too: of deals, for leads. A column
            has the field of its namesake there, and no field of another one.
    """
    columns = list(columns)
    names = _kept(columns, earlier)
    contact_fields = {
        field_key(plain_name(column)) for column in (*names, *columns) if _scope(column) != _OF_CUSTOMERS
    }
    taken = set(default_names(item) | created_names(item))
    for name in names.values():
        taken |= _keys_of(name)
    for column, name in _of_namesakes(columns, shared).items():
        if column not in names and not _keys_of(name) & taken:
            names[column] = name
            taken |= _keys_of(name)
    others = taken.union(*map(_keys_of, shared.values()))
    namesakes = {plain_name(column) for column in shared}
    # What stands there for another column: under a number of its own, or for the time of a moment.
    foreign = others - taken - {field_key(name) for name in namesakes}
    for column in columns:
        if column in names:
            continue
        name = plain_name(column)
        apart = name in namesakes  # its field is there under a name that it cannot have here
        if field_key(name) in default_names(item):
            name += SELLS_OWN
        if _scope(column) == _OF_CUSTOMERS and field_key(plain_name(column)) in contact_fields:
            name += CUSTOMERS_OWN
        is_free = field_key(name) not in taken | foreign and not apart
        names[column] = name if is_free else free(name, others, field_key)
        taken |= _keys_of(names[column])
        others |= _keys_of(names[column])
    return names


def _of_namesakes(columns: Iterable[str], shared: MappingOf[str, str]) -> dict[str, str]:
    """Column → the name of the field of its namesake, letter by letter, among others."""
    fields: dict[str, str] = {}
    for column, name in shared.items():
        fields.setdefault(plain_name(column), name)
    return {column: fields[name] for column in columns if (name := plain_name(column)) in fields}


def _keys_of(name: str) -> set[str]:
    """What a field takes, with that of the time that it may have."""
    return {field_key(name), field_key(f"{name}{TIME}")}


def _scope(column: str) -> str | None:
    return found.group(1) if (found := CUSTOM.match(column)) else None


def _kept(columns: list[str], earlier: MappingOf[str, str]) -> dict[str, str]:
    """The earlier names. A column that is gone leaves its name to a new one that is the same field, as
    another kind of export calls it: without the scope, or with one.
    """
    names = dict(earlier)
    gone = [column for column in earlier if column not in columns]
    for column in columns:
        if column in earlier:
            continue
        same = [
            other
            for other in gone
            if plain_name(other) == plain_name(column) and None in (_scope(other), _scope(column))
        ]
        if len(same) == 1:
            gone.remove(same[0])
            names[column] = names.pop(same[0])
    return names
