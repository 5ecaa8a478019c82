"""JSON in the cells of API dumps → columns: addresses into their parts, tags into a list, each custom field
a column.

This is the second and last place where records are looped over: keys are known only after reading every
cell, and one pass of Python's json is quicker than a path expression a key.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import polars as pl

from zsell_transform import issues
from zsell_transform.reading.vocabulary import address_parts, street_column
from zsell_transform.sell.columns import own_name

#: Columns of an API object that may hold JSON, and how each is read.
NESTED: Final = ("address", "billing_address", "shipping_address", "tags", "custom_fields")
#: Records that are looked at to see whether they do.
_SAMPLE: Final = 1_000


def nested_columns(frame: pl.LazyFrame, names: list[str]) -> list[str]:
    """Those columns whose first filled cells look like JSON (or like Python's print of it)."""
    asked = [name for name in NESTED if name in names]
    if not asked:
        return []
    looks = pl.col(asked).drop_nulls().head(_SAMPLE).str.contains(r"^\s*[\[{]").any()
    seen = frame.select(looks).collect(engine="streaming").row(0)
    return [name for name, yes in zip(asked, seen, strict=True) if yes]


def expanded(
    frame: pl.LazyFrame, nested: list[str], entity: str, file: str, target: Path
) -> tuple[pl.LazyFrame, pl.DataFrame]:
    """The table with its JSON columns replaced by what they hold, and an issue for each cell that is no JSON.

    Args:
        frame: `_row` and text columns.
        nested: the columns to expand.
        entity: decides the name of an address's first line.
        file: for the issues.
        target: where the new table is stored (parquet).
    """
    table = frame.collect(engine="streaming")
    taken = [name for name in table.columns if name not in nested]
    parts: list[pl.DataFrame] = []
    notes: list[pl.DataFrame] = []
    for column in nested:
        cells, wrong = _columns(table[column].to_list(), _READERS[column](entity))
        if wrong:
            cells.setdefault(own_name(column, taken), {}).update(wrong)
            where = table.select("_row", pl.Series("value", _filled(wrong, table.height), pl.String))
            bad = where.filter(pl.col("value").is_not_null()).lazy().with_columns(pl.lit(file).alias("_file"))
            notes.append(
                issues.found(
                    bad, "cell_not_json", entity=entity, field=column, value=pl.col("value"), detail=column
                ).collect()
            )
        named: dict[str, list[str | None]] = {}
        for name, values in cells.items():
            named[own_name(name, [*taken, *named])] = _filled(values, table.height)
        taken += named
        parts.append(pl.DataFrame(named, schema=dict.fromkeys(named, pl.String)))
    pl.concat([table.drop(nested), *(part for part in parts if part.width)], how="horizontal").write_parquet(
        target
    )
    return pl.scan_parquet(target, glob=False), issues.gather(notes)


def _columns(
    cells: list[str | None], read: Callable[[Any], Iterator[tuple[str, str]]]
) -> tuple[dict[str, dict[int, str]], dict[int, str]]:
    """Column → row → value, for what is in the cells; and the cells that are no JSON."""
    found: dict[str, dict[int, str]] = {}
    wrong: dict[int, str] = {}
    for n, cell in enumerate(cells):
        if not cell:
            continue
        try:
            for name, value in read(_parsed(cell)):
                if value:
                    found.setdefault(name, {})[n] = value
        except (ValueError, SyntaxError, TypeError, AttributeError):
            wrong[n] = cell
    return found, wrong


def _parsed(cell: str) -> Any:
    """JSON with its numbers as they are written; else Python's own print of a dict or list."""
    try:
        return json.loads(cell, parse_float=str, parse_int=str)
    except ValueError:
        import ast

        return ast.literal_eval(cell)


def _filled(values: dict[int, str], height: int) -> list[str | None]:
    return [values.get(n) for n in range(height)]


def _address(entity: str) -> Callable[[Any], Iterator[tuple[str, str]]]:
    columns = {**address_parts(), "line1": street_column(entity)}

    def read(value: Any) -> Iterator[tuple[str, str]]:
        if not isinstance(value, dict):
            raise TypeError
        for part, content in value.items():
            yield columns.get(part, f"address {part}"), _text(content)

    return read


def _one_line(column: str) -> Callable[[str], Callable[[Any], Iterator[tuple[str, str]]]]:
    def of_entity(_: str) -> Callable[[Any], Iterator[tuple[str, str]]]:
        def read(value: Any) -> Iterator[tuple[str, str]]:
            yield column, _text(value)

        return read

    return of_entity


def _tags(_: str) -> Callable[[Any], Iterator[tuple[str, str]]]:
    def read(value: Any) -> Iterator[tuple[str, str]]:
        yield "tags", ",".join(_text(each) for each in value) if isinstance(value, list) else _text(value)

    return read


def _custom_fields(_: str) -> Callable[[Any], Iterator[tuple[str, str]]]:
    def read(value: Any) -> Iterator[tuple[str, str]]:
        for name, content in _pairs(value):
            yield name, _text(content)

    return read


def _pairs(value: Any) -> Iterator[tuple[str, Any]]:
    """Custom fields as an object, or as an array of `{name, value}`."""
    if isinstance(value, list):
        for each in value:
            yield str(each["name"]), each.get("value")
    else:
        yield from ((str(name), content) for name, content in value.items())


def _text(value: Any) -> str:
    """A JSON value as the full export would write it: choices by name with commas, an address in one line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(filter(None, map(_text, value)))
    if isinstance(value, dict):
        if "name" in value:
            return _text(value["name"])
        return (
            _address_line(value)
            if value.keys() & address_parts().keys()
            else json.dumps(value, ensure_ascii=False)
        )
    return str(value)


def _address_line(value: dict[str, Any]) -> str:
    """`street, zip city, region, country`."""
    town = " ".join(filter(None, (_text(value.get("postal_code")), _text(value.get("city")))))
    lines = (_text(value.get("line1")), town, _text(value.get("state")), _text(value.get("country")))
    return ", ".join(filter(None, lines))


_READERS: Final[dict[str, Callable[[str], Callable[[Any], Iterator[tuple[str, str]]]]]] = {
    "address": _address,
    "billing_address": _one_line("billing_address"),
    "shipping_address": _one_line("shipping_address"),
    "tags": _tags,
    "custom_fields": _custom_fields,
}
