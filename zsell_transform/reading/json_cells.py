"""JSON in the cells of API dumps → columns: parts of addresses, lists of tags, a column a custom field.

Cells that are alike are read once. Flat objects of texts, nearly all cells, are read by polars, column by
column (`flat_json.py`); this is one of two places that loop over records.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.frames.parallel import two_at_once
from zsell_transform.frames.sparse import column_or_blank, unless_blank
from zsell_transform.reading.flat_json import HALF, flat
from zsell_transform.reading.vocabulary import address_parts, street_column
from zsell_transform.sell.columns import own_name

#: Columns of an API object that may hold JSON, and how each is read.
NESTED: Final = ("address", "billing_address", "shipping_address", "tags", "custom_fields")
#: Records that are looked at to see whether they do.
_SAMPLE: Final = 1_000
#: Nothing, as JSON and as Python print it.
_NOTHING: Final = r"^(?:null|None)?$"
#: Tags with a comma in them, beside the columns that are read: no list of labels can hold them.
_WITH_COMMA: Final = "_tags_with_comma"
_NUMBER: Final = re.compile(r"[\d\s.'+-]+$")
#: Cells that are read at once.
_SLICE: Final = 20_000
#: Lists and objects within each other that Sell's cells are far from; how many Python itself can read depends
#: on who called it, and the same input must give the same bytes.
_DEEPEST: Final = 50
#: Numbers stay as they are written.
_DECODER: Final = json.JSONDecoder(parse_float=str, parse_int=str)


@attrs.frozen
class _Kind:
    """How a column is read.

    Attributes:
        read: a JSON value → the names of columns and what stands in them.
        named: a key → the name of its column, where `read` takes an object key by key; else None.
    """

    read: Callable[[Any], Iterator[tuple[str, str]]]
    named: Callable[[str], str] | None = None


@attrs.frozen
class _Found:
    """What some cells hold: columns by name, and those cells that are no JSON (blank elsewhere)."""

    columns: dict[str, pl.Series]
    wrong: pl.Series

    def at(self, places: pl.Series) -> _Found:
        """The same for cells that stand in these places; null for none."""
        return _Found(
            {name: cells.gather(places) for name, cells in self.columns.items()}, self.wrong.gather(places)
        )


def nested_columns(frame: pl.LazyFrame, names: list[str], flattened: str) -> list[str]:
    """Those columns whose first filled cells look like JSON (or like Python's print of it).

    Args:
        flattened: how the headers of single custom fields begin: only where all of their cells look so.
    """
    single = [name for name in names if name.startswith(flattened)]
    asked = [*(name for name in NESTED if name in names), *single]
    if not asked:
        return []
    first = {name: unless_blank(pl.col(name)).drop_nulls().head(_SAMPLE).str.strip_chars() for name in asked}
    like_json = {name: cells.str.contains(r"^[\[{]") for name, cells in first.items()}
    looks = (
        (each.all() & (each.len() > 0) if name in single else each.any()).alias(f"{name} looks")
        for name, each in like_json.items()
    )
    empty = (cells.str.contains(_NOTHING).all() & (cells.len() > 0) for cells in first.values())
    seen = frame.select(*looks, *empty).collect(engine="streaming").row(0, named=True)
    return [name for name in asked if seen[f"{name} looks"] or seen[name]]


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
    parts: list[pl.Series] = []
    notes: list[pl.DataFrame] = []
    for column in nested:
        kind = _KINDS[column](entity) if column in _KINDS else _Kind(_one_line(column))
        found = _read(_without_nothing(table[column]), kind)
        columns = dict(found.columns)
        notes.append(_parted(table, columns.pop(_WITH_COMMA, None), entity, file))
        if found.wrong.count():
            kept = own_name(column, taken)
            columns[kept] = found.wrong.zip_with(found.wrong.is_not_null(), columns.get(kept, found.wrong))
            notes.append(_told("cell_not_json", table, found.wrong, entity, file, column))
        for name, cells in columns.items():
            taken.append(own_name(name, taken))
            parts.append(cells.alias(taken[-1]))
    table.drop(nested).hstack(parts).write_parquet(target)
    return pl.scan_parquet(target, glob=False), issues.gather(notes)


def _parted(table: pl.DataFrame, tags: pl.Series | None, entity: str, file: str) -> pl.DataFrame:
    """What is told of tags with a comma in them."""
    return issues.empty() if tags is None else _told("label_parted", table, tags, entity, file, "tags")


def _told(
    code: str, table: pl.DataFrame, cells: pl.Series, entity: str, file: str, column: str
) -> pl.DataFrame:
    """An issue for each of some cells that is not blank."""
    source_id = column_or_blank(table.columns, "id")
    where = table.select("_row", source_id.alias("_id"), cells.alias("value"), pl.lit(file).alias("_file"))
    some = where.lazy().filter(pl.col("value").is_not_null())
    return issues.found(
        some, code, entity=entity, field=column, value=pl.col("value"), detail=column
    ).collect()


def _without_nothing(cells: pl.Series) -> pl.Series:
    """The cells without outer spaces, some of which JSON does not know; null where they say nothing."""
    cells = cells.str.strip_chars()
    return cells.set(cells.str.contains(_NOTHING).fill_null(value=False), None)


def _read(cells: pl.Series, kind: _Kind) -> _Found:
    """What is in the cells, slice by slice, two at a time: polars takes one core for one column."""
    slices = [cells.slice(start, _SLICE) for start in range(0, max(cells.len(), 1), _SLICE)]
    parts = two_at_once(lambda some: _read_slice(some, kind), slices)
    names = dict.fromkeys(name for part in parts for name in part.columns)
    columns = {
        name: pl.concat(part.columns.get(name, _blank(part.wrong.len())) for part in parts) for name in names
    }
    return _Found(columns, pl.concat(part.wrong for part in parts))


def _blank(length: int) -> pl.Series:
    return pl.repeat(None, length, dtype=pl.String, eager=True)


def _read_slice(cells: pl.Series, kind: _Kind) -> _Found:
    """What is in the cells; of those that are alike, one is read."""
    different = cells.drop_nulls().unique(maintain_order=True)
    if 2 * different.len() > cells.len():
        return _each(cells, kind)
    places = cells.replace_strict(different, pl.int_range(different.len(), eager=True), default=None)
    return _each(different, kind).at(places)


def _each(cells: pl.Series, kind: _Kind) -> _Found:
    """What is in each of the cells; the columns in the order in which they appear."""
    whole, keyed = flat(cells) if kind.named else (pl.repeat(False, cells.len(), eager=True), {})
    # Of no name: polars takes some keys for patterns (`*`).
    columns = {kind.named(key): values.alias("") for key, values in keyed.items()} if kind.named else {}
    if len(columns) < len(keyed):  # two keys mean one column: the later one in a cell counts
        whole, columns = pl.repeat(False, cells.len(), eager=True), {}
    rest = (~whole & cells.is_not_null()).arg_true()
    found, wrong = _by_python(dict(zip(rest, cells.gather(rest), strict=True)), kind)
    for name, values in found.items():
        so_far = columns.get(name, _blank(cells.len()))
        columns[name] = so_far.clone().scatter(list(values), list(values.values()))
    ordered = sorted(columns, key=lambda name: _appears(name, columns[name], cells, kind))
    damaged = _blank(cells.len())
    return _Found(
        {name: columns[name] for name in ordered}, damaged.scatter(list(wrong), list(wrong.values()))
    )


def _appears(name: str, values: pl.Series, cells: pl.Series, kind: _Kind) -> tuple[int, int]:
    """Where a column first has a value: the cell, and the place in it."""
    first = values.is_not_null().arg_max() or 0
    names = [name for name, _ in _read_cell(cells[first], kind)]
    return first, names.index(name)


def _by_python(cells: dict[int, str], kind: _Kind) -> tuple[dict[str, dict[int, str]], dict[int, str]]:
    """Column → place → value, for what is in the cells; and the cells that are no JSON."""
    found: dict[str, dict[int, str]] = {}
    wrong: dict[int, str] = {}
    for n, cell in cells.items():
        try:
            pairs = _read_cell(cell, kind)  # all of it or nothing: what is wrong is kept as a whole
        except (ValueError, SyntaxError, TypeError, AttributeError):
            wrong[n] = cell
            continue
        for name, value in pairs:
            if value:
                found.setdefault(name, {})[n] = value
    return found, wrong


def _read_cell(cell: str, kind: _Kind) -> list[tuple[str, str]]:
    """What one cell holds; half a character, where a text was cut, is the sign for one that is not known."""
    return [(HALF.sub("\ufffd", name), HALF.sub("\ufffd", value)) for name, value in kind.read(_parsed(cell))]


def _parsed(cell: str) -> Any:
    """JSON with its numbers as they are written; else Python's own print of a dict or list.

    Raises:
        ValueError, SyntaxError: it is neither, or nested too deeply.
    """
    try:
        value = _by_json_or_python(cell)
    except (RecursionError, MemoryError) as error:  # so Python's two parsers say that it is nested too deeply
        raise ValueError("nested too deeply") from error
    if sum(map(cell.count, "[{(")) > _DEEPEST and _is_deep(value):
        raise ValueError("nested too deeply")
    return value


def _by_json_or_python(cell: str) -> Any:
    try:
        return _DECODER.decode(cell)
    except ValueError:
        return ast.literal_eval(cell)


def _is_deep(value: Any) -> bool:
    """Whether lists and objects stand within each other more often than Sell's ever do."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [inner for one in level for inner in _inside(one)]
    return bool(level)


def _inside(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()


def _address(entity: str) -> _Kind:
    columns = {**address_parts(), "line1": street_column(entity)}

    def named(part: str) -> str:
        return columns.get(part, f"address {part}")

    def read(value: Any) -> Iterator[tuple[str, str]]:
        if not isinstance(value, dict):
            raise TypeError
        return ((named(part), _text(content)) for part, content in value.items())

    return _Kind(read, named)


def _one_line(column: str) -> Callable[[Any], Iterator[tuple[str, str]]]:
    def read(value: Any) -> Iterator[tuple[str, str]]:
        yield column, _text(value)

    return read


def _tags(value: Any) -> Iterator[tuple[str, str]]:
    tags = [_text(each) for each in value] if isinstance(value, list) else []
    yield "tags", ",".join(tags) or _text(value)
    yield _WITH_COMMA, "; ".join(tag for tag in tags if "," in tag)


def _custom_fields(value: Any) -> Iterator[tuple[str, str]]:
    return ((name, _text(content)) for name, content in _pairs(value))


def _pairs(value: Any) -> Iterator[tuple[str, Any]]:
    """Custom fields as an object, or as an array of `{name, value}`."""
    if isinstance(value, list):
        for each in value:
            if not isinstance(each, dict) or "name" not in each:
                raise TypeError
            yield str(each["name"]), each.get("value")
    else:
        yield from ((str(name), content) for name, content in value.items())


def _text(value: Any) -> str:
    """A JSON value as the full export would write it: choices by name with commas, an address in one line.

    Commas without a blank part choices, as they part tags; with one, where a choice has a comma of its own,
    or all are numbers: `40,42` would be one.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        choices = [text for text in map(_text, value) if text]
        is_plain = not any("," in choice for choice in choices) and not all(map(_NUMBER.match, choices))
        return ("," if is_plain else ", ").join(choices)
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


_KINDS: Final[dict[str, Callable[[str], _Kind]]] = {
    "address": _address,
    "billing_address": lambda _: _Kind(_one_line("billing_address")),
    "shipping_address": lambda _: _Kind(_one_line("shipping_address")),
    "tags": lambda _: _Kind(_tags),
    "custom_fields": lambda _: _Kind(_custom_fields, named=str),
}
