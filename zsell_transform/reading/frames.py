"""Frames given by entity → tables, as if they had been read from files of these names."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from typing import Any, Final

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.errors import ExportError
from zsell_transform.machine.given import FROM_PANDAS, is_path, kind_of, library_of, nearest
from zsell_transform.reading.csv_file import Table
from zsell_transform.reading.frame_cells import as_text
from zsell_transform.reading.recognise import Meaning, of_entity
from zsell_transform.reading.vocabulary import API, dictionaries
from zsell_transform.sell.entities import ENTITIES

#: What a column of a frame may hold, in words.
_READABLE: Final = "text, numbers, dates, lists of these, or structs as polars makes them of JSON"
#: More columns than this are not listed in an error.
_NAMES_LISTED: Final = 5


def tables(given: MappingOf[Any, Any], wishes: dict[str, dict[str, str]]) -> list[tuple[Table, Meaning]]:
    """A table and its meaning for each frame.

    Args:
        given: entity → DataFrame or LazyFrame, in canonical names or in those of any family; `_file` and
            `_row` are kept where they are. `contacts` may hold people and companies, told apart as in a file;
            in an export's own tables, which have `_file`, whom `is_organisation` does not tell is what the
            key says. Also dump that names ids (`users`, `stages` …) → its frame.
        wishes: the mapping's `columns`.

    Raises:
        ExportError: a key is neither a Sell entity nor such a dump, or a value is no frame.
    """
    found = []
    for entity, frame in given.items():
        _expect_known(entity)
        if not isinstance(frame, pl.DataFrame | pl.LazyFrame):
            advice = f"; give `{FROM_PANDAS}`" if library_of(frame) == "pandas" else ""
            advice = "; files come as a list of paths, without a dict" if is_path(frame) else advice
            raise ExportError(
                f"{entity!r} must be a polars DataFrame or LazyFrame, not {kind_of(frame)}{advice}"
            )
        table = _table(str(entity), frame.lazy())
        if entity in dictionaries():
            found.append((table, _dump(table)))
            continue
        meaning = of_entity(table.names, str(entity), wishes)
        is_parted = "_file" in table.frame.collect_schema()  # `export.tables` again, or what was made of them
        found.append((table, attrs.evolve(meaning, is_parted=is_parted)))
    return found


def _expect_known(entity: object) -> None:
    """Refuses a key that says of no frame what it holds.

    Raises:
        ExportError: naming the nearest key, and all that there are.
    """
    dumps = sorted(dictionaries())
    if entity not in (*ENTITIES, *dumps):
        hint = nearest(str(entity), (*ENTITIES, *dumps))
        raise ExportError(
            f"{entity!r} is not a Sell entity{hint or ';'} give frames under {', '.join(ENTITIES)}; dumps"
            f" that name ids under {', '.join(dumps)}"
        )


def _dump(table: Table) -> Meaning:
    """The meaning of a dump that names ids; one of an account that has none of them may be without columns.

    Raises:
        ExportError: it has columns, and none for the ids or for their names.
    """
    there = {name.strip().lower() for name in table.names}
    if there and (lacking := [name for name in ("id", "name") if name not in there]):
        raise ExportError(
            f"{table.file!r} has no column {lacking[0]!r}, only {', '.join(table.names[:_NAMES_LISTED])}: a"
            " dump that names ids has `id` and `name`"
        )
    return Meaning(table.file, API)


def _table(entity: str, frame: pl.LazyFrame) -> Table:
    schema = _schema(entity, frame)
    own = [name for name in schema if name not in ("_row", "_file", "_smart_list")]
    row = pl.int_range(2, pl.len() + 2, dtype=pl.UInt32)
    if "_row" in schema:
        row = pl.col("_row").cast(pl.UInt32)
    kept = {name: pl.col(name).cast(pl.String) for name in ("_file", "_smart_list") if name in schema}
    cells = kept | {name: _as_text(entity, name, schema[name]) for name in own}
    clean = frame.select(row.alias("_row"), *cells.values())
    clean = clean.with_columns(pl.when(pl.col(own) != "").then(pl.col(own))) if own else clean
    clean = clean.filter(pl.any_horizontal(pl.col(own).is_not_null())) if own else clean.filter(pl.lit(False))
    return Table(
        file=entity,
        frame=clean,
        names=tuple(own),
        encoding="",
        delimiter="",
        rows=_rows(entity, frame, {"_row": row, **cells}, clean),
        sha256="",
        issues=issues.empty(),
        odd_ids=True,
    )


def _as_text(entity: str, name: str, dtype: pl.DataType) -> pl.Expr:
    """Cells as text.

    Raises:
        ExportError: they hold Python objects, of which polars knows nothing.
    """
    if isinstance(dtype, pl.Object):
        raise ExportError(f"{entity!r}: column {name!r} holds Python objects; give {_READABLE}")
    return as_text(pl.col(name), dtype, "," if name == "tags" else ", ").alias(name)


def _rows(entity: str, frame: pl.LazyFrame, cells: MappingOf[str, pl.Expr], clean: pl.LazyFrame) -> int:
    """How many records there are: each cell is read for it.

    Raises:
        ExportError: cells of a column cannot be read, or the frame itself cannot be made.
    """
    try:
        # A count alone would not read the numbers of the rows, which may be none.
        counted = clean.select(pl.col("_row").max(), rows=pl.len()).collect(engine="streaming")
        return int(counted["rows"].item())
    except pl.exceptions.PolarsError as error:
        _expect_made(entity, frame)
        for name, cell in cells.items():
            try:
                frame.select(cell).collect(engine="streaming")
            except pl.exceptions.PolarsError as wrong:
                raise ExportError(
                    f"{entity!r}: column {name!r} is {frame.collect_schema()[name]}, not all of which can be"
                    f" read ({_first_line(wrong)}); give {_READABLE}"
                ) from error
        raise


def _schema(entity: str, frame: pl.LazyFrame) -> pl.Schema:
    """The columns of a frame.

    Raises:
        ExportError: the steps of a LazyFrame do not fit its columns.
    """
    try:
        return frame.collect_schema()
    except pl.exceptions.PolarsError as error:
        raise ExportError(f"{entity!r}: the LazyFrame cannot be made: {_first_line(error)}") from error


def _expect_made(entity: str, frame: pl.LazyFrame) -> None:
    """Refuses a LazyFrame whose own steps fail.

    Raises:
        ExportError: naming the frame, with the words of polars.
    """
    try:
        frame.select(pl.all().is_null().sum()).collect(engine="streaming")
    except pl.exceptions.PolarsError as error:
        raise ExportError(f"{entity!r}: the LazyFrame cannot be made: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
