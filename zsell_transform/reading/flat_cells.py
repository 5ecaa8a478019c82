"""Objects of the API that a program has taken apart, a column a part: addresses and custom fields.

`address__city` (Singer), `address_city` (Fivetran), `address.city` and `address/city` (what turns JSON into
CSV). Beside `address` there are two that become one line each, as they do where they are JSON.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from functools import cache
from typing import Final

import polars as pl

from zsell_transform.cleaning.cells import text
from zsell_transform.cleaning.texts import joined
from zsell_transform.reading import json_cells
from zsell_transform.reading.vocabulary import address_parts, street_column

#: How the header of a custom field begins that was taken out of its object.
CUSTOM: Final = "custom_fields__"
#: Other ways to begin it; a number behind it counts fields of a list, and is no name.
_CUSTOM_TOO: Final = re.compile(r"custom_fields[./](?!\d+[./])(?=.)", re.IGNORECASE)
_BETWEEN: Final = ("__", "_", ".", "/")
_IN_ONE_LINE: Final = ("billing_address", "shipping_address")


def spelled_alike(names: Sequence[str], known: Container[str]) -> dict[str, str]:
    """Header → the same in one spelling, where it may hold JSON or a part of an object.

    Some warehouses write their columns in capitals. The name of a custom field stays as it is.

    Args:
        names: the headers.
        known: those whose meaning is known, by the mapping or otherwise.
    """
    new: dict[str, str] = {}
    for name in names:
        low = name.lower()
        if low in json_cells.NESTED:
            new.setdefault(low, name)
        elif low in _spellings() and name not in known:
            new.setdefault(_spellings()[low], name)
        elif low.startswith(CUSTOM):
            new.setdefault(CUSTOM + name[len(CUSTOM) :], name)
        elif (begins := _CUSTOM_TOO.match(name)) and name not in known:
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


def in_one_line(frame: pl.LazyFrame, names: list[str]) -> tuple[pl.LazyFrame, list[str]]:
    """The table with the parts of a billing or shipping address as one text: `street, zip city, …`."""
    for address in _IN_ONE_LINE:
        there = [name for name in names if name in {f"{address}__{part}" for part in address_parts()}]
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


def named(frame: pl.LazyFrame, names: list[str], entity: str) -> tuple[pl.LazyFrame, list[str]]:
    """The table with the parts of addresses and the custom fields under names of their own."""
    parts = {**address_parts(), "line1": street_column(entity)}
    flat = {f"address__{part}": column for part, column in parts.items()}
    flat |= {name: name.removeprefix(CUSTOM) for name in names if name.startswith(CUSTOM)}
    found = {name: column for name, column in flat.items() if name in names and column not in names}
    return frame.rename(found), [found.get(name, name) for name in names]
