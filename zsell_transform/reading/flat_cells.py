"""Objects of the API that a program has taken apart, a column a part: addresses and custom fields.

`address__city` (Singer), `address_city` (Fivetran), `address.city` and `address/city` (what turns JSON into
CSV). Beside `address` there are two that become one line each, as they do where they are JSON.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from functools import cache
from typing import Final

import polars as pl

from zsell_transform.cleaning.cells import text
from zsell_transform.cleaning.texts import joined
from zsell_transform.reading import json_cells
from zsell_transform.reading.vocabulary import address_parts, street_column

#: How the header of a custom field begins that was taken out of its object.
CUSTOM: Final = "custom_fields__"
_OF_CUSTOM: Final = "custom_fields"
#: Other ways to begin it; a number behind it counts fields of a list, and is no name.
_CUSTOM_TOO: Final = re.compile(r"custom_fields[./](?!\d+[./])(?=.)", re.IGNORECASE)
_BETWEEN: Final = ("__", "_", ".", "/")
_IN_ONE_LINE: Final = ("billing_address", "shipping_address")


def objects(names: Sequence[str]) -> list[str]:
    """The headers that may be those of an object, or of a part of one."""

    def is_one(name: str) -> bool:
        low = name.lower()
        is_custom = low.startswith(CUSTOM) or bool(_CUSTOM_TOO.match(name))
        return is_custom or low in json_cells.NESTED or low in _spellings()

    return [name for name in names if is_one(name)]


def of_party(
    party: str,
    names: Sequence[str],
    columns: MappingOf[str, str],
    wishes: MappingOf[str, MappingOf[str, str]],
) -> dict[str, str]:
    """Header → canonical column, less what only the other party's wishes make of objects and their parts.

    Args:
        party: whose rows they are.
        names: the headers of objects and their parts.
        columns: header → canonical column, by the wishes of both.
        wishes: party → header → what the mapping wants of it.
    """
    of_others = {header for other in wishes if other != party for header in wishes[other]}
    not_asked = of_others.difference(wishes[party]).intersection(kept(names, columns))
    return {header: column for header, column in columns.items() if header not in not_asked}


def kept(names: Sequence[str], known: MappingOf[str, str]) -> list[str]:
    """The headers that the mapping wants to be something else than what is in them: they keep their names.

    Args:
        names: the headers.
        known: header → what it means, by the mapping or otherwise.
    """

    def itself(name: str) -> str:
        return "custom" if name.lower().startswith(_OF_CUSTOM) else name.lower()

    return [name for name in names if known.get(name, itself(name)) not in (itself(name), name.lower())]


def spelled_alike(names: Sequence[str], known: MappingOf[str, str]) -> dict[str, str]:
    """Header → the same in one spelling, where it may hold JSON or a part of an object.

    Some warehouses write their columns in capitals. The name of a custom field stays as it is.

    Args:
        names: the headers.
        known: header → what it means, by the mapping or otherwise.
    """
    new: dict[str, str] = {}
    passed = kept(names, known)
    for name in (one for one in names if one not in passed):
        low = name.lower()
        if low in json_cells.NESTED:
            new.setdefault(low, name)
        elif low in _spellings():
            new.setdefault(_spellings()[low], name)
        elif low.startswith(CUSTOM):
            new.setdefault(CUSTOM + name[len(CUSTOM) :], name)
        elif begins := _CUSTOM_TOO.match(name):
            new.setdefault(CUSTOM + name[begins.end() :], name)
    return {name: one for one, name in new.items() if one not in names}


@cache
def _spellings() -> dict[str, str]:
    """Header of a part of an address, in small letters → the same as Singer writes it."""
    parts = {**{part: part for part in address_parts()}, "line_1": "line1"}
    return {
        f"{address}{between}{spelled}": f"{address}__{part}"
        for address in ("address", *_IN_ONE_LINE)
        for between in _BETWEEN
        for spelled, part in parts.items()
    }


def in_one_line(
    frame: pl.LazyFrame, names: list[str], passed: Sequence[str]
) -> tuple[pl.LazyFrame, list[str]]:
    """The table with the parts of a billing or shipping address as one text: `street, zip city, …`.

    Args:
        frame: the table.
        names: its headers.
        passed: those that keep their names.
    """
    for address in _IN_ONE_LINE:
        parts = {f"{address}__{part}" for part in address_parts()}.difference(passed)
        there = [name for name in names if name in parts]
        if not there or address in names:
            continue
        street, city, code, state, country = (
            text(pl.col(name)) if (name := f"{address}__{part}") in there else pl.lit(None, pl.String)
            for part in ("line1", "city", "postal_code", "state", "country")
        )
        line = joined(street, joined(code, city), state, country, by=", ")
        frame = frame.with_columns(line.alias(address)).drop(there)
        names = [name for name in names if name not in there] + [address]
    return frame, names


def named(
    frame: pl.LazyFrame, names: list[str], entity: str, passed: Sequence[str]
) -> tuple[pl.LazyFrame, list[str]]:
    """The table with the parts of addresses and the custom fields under names of their own.

    Args:
        frame: the table.
        names: its headers.
        entity: decides the name of an address's first line.
        passed: those that keep their names.
    """
    parts = {**address_parts(), "line1": street_column(entity)}
    flat = {f"address__{part}": column for part, column in parts.items()}
    flat |= {name: name.removeprefix(CUSTOM) for name in names if name.startswith(CUSTOM)}
    flat = {name: column for name, column in flat.items() if name in names and name not in passed}
    firsts = {column: name for name, column in reversed(flat.items()) if column not in names}
    found = {name: column for column, name in firsts.items()}
    return frame.rename(found), [found.get(name, name) for name in names]
