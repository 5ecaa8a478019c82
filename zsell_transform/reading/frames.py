"""Frames given by entity → tables, as if they had been read from files of these names."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from typing import Any

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.errors import ExportError
from zsell_transform.machine.given import is_path, kind_of, library_of
from zsell_transform.reading.csv_file import Table
from zsell_transform.reading.recognise import Meaning, of_entity
from zsell_transform.sell.entities import ENTITIES


def tables(given: MappingOf[Any, Any], wishes: dict[str, dict[str, str]]) -> list[tuple[Table, Meaning]]:
    """A table and its meaning for each frame.

    Args:
        given: entity → DataFrame or LazyFrame, in canonical names or in those of any family; `_file` and
            `_row` are kept where they are. `contacts` may hold people and companies, told apart as in a file;
            in an export's own tables, which have `_file`, whom `is_organisation` does not tell is what the
            key says.
        wishes: the mapping's `columns`.

    Raises:
        ExportError: a key is no Sell entity, or a value is no frame.
    """
    found = []
    for entity, frame in given.items():
        if entity not in ENTITIES:
            raise ExportError(f"{entity!r} is not a Sell entity: give frames under {', '.join(ENTITIES)}")
        if not isinstance(frame, pl.DataFrame | pl.LazyFrame):
            advice = "; give `pl.from_pandas(frame)`" if library_of(frame) == "pandas" else ""
            advice = "; files come as a list of paths, without a dict" if is_path(frame) else advice
            raise ExportError(
                f"{entity!r} must be a polars DataFrame or LazyFrame, not {kind_of(frame)}{advice}"
            )
        table = _table(str(entity), frame.lazy())
        meaning = of_entity(table.names, str(entity), wishes)
        is_parted = "_file" in table.frame.collect_schema()  # `export.tables` again, or what was made of them
        found.append((table, attrs.evolve(meaning, is_parted=is_parted)))
    return found


def _table(entity: str, frame: pl.LazyFrame) -> Table:
    schema = frame.collect_schema()
    names = schema.names()
    own = [name for name in names if name not in ("_row", "_file", "_smart_list")]
    text = [_as_text(entity, name, schema[name]) for name in own]
    row = (
        pl.col("_row").cast(pl.UInt32) if "_row" in names else pl.int_range(2, pl.len() + 2, dtype=pl.UInt32)
    )
    kept = [pl.col(name).cast(pl.String) for name in ("_file", "_smart_list") if name in names]
    clean = frame.select(row.alias("_row"), *kept, *text)
    clean = clean.with_columns(pl.when(pl.col(own) != "").then(pl.col(own))) if own else clean
    clean = clean.filter(pl.any_horizontal(pl.col(own).is_not_null())) if own else clean.filter(pl.lit(False))
    rows = int(clean.select(pl.len()).collect(engine="streaming").item())
    return Table(
        file=entity,
        frame=clean,
        names=tuple(own),
        encoding="",
        delimiter="",
        rows=rows,
        sha256="",
        issues=issues.empty(),
        odd_ids=True,
    )


def _as_text(entity: str, name: str, dtype: pl.DataType) -> pl.Expr:
    """Cells as text. Whole numbers without `.0`: pandas makes decimals of a column where a cell is blank.

    Raises:
        ExportError: they hold Python objects, of which polars knows nothing.
    """
    cell = pl.col(name)
    if isinstance(dtype, pl.Object):
        raise ExportError(
            f"{entity!r}: column {name!r} holds Python objects; give text, numbers, dates, or lists of these"
        )
    if isinstance(dtype, pl.List | pl.Array):  # labels and choices, as the full export writes several
        several = cell.arr.to_list() if isinstance(dtype, pl.Array) else cell
        separator = "," if name == "tags" else ", "
        return several.cast(pl.List(pl.String)).list.join(separator, ignore_nulls=True).alias(name)
    if isinstance(dtype, pl.Duration):
        return cell.dt.to_string().alias(name)
    if not dtype.is_float():
        return cell.cast(pl.String)
    number = pl.when(cell.is_finite()).then(cell).cast(pl.String).str.strip_suffix(".0")
    return number.alias(name)
