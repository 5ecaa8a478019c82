"""Cells of frames as the text that a file would hold, whatever polars holds in them.

What Sell's API gives as an object, polars holds as a struct, and a file as JSON (`json_cells.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from polars._typing import PolarsDataType

#: Only structs can be made JSON: a list is put into one, and its text taken out.
_KEY: Final = "_"
_SEVERAL: Final = (pl.List, pl.Array)


def as_text(cell: pl.Expr, dtype: PolarsDataType, separator: str = ", ") -> pl.Expr:
    """Cells as text. Whole numbers without `.0`: pandas makes decimals of a column where a cell is blank.

    Args:
        separator: between labels or choices, which the full export writes into one cell.
    """
    if isinstance(dtype, pl.Struct):
        return pl.when(cell.is_not_null()).then(_for_json(cell, dtype).struct.json_encode())
    if isinstance(dtype, _SEVERAL) and isinstance(dtype.inner, (pl.Struct, *_SEVERAL)):
        wrapped = pl.struct(_for_json(cell, dtype).alias(_KEY)).struct.json_encode()
        plain = wrapped.str.strip_prefix(f'{{"{_KEY}":').str.strip_suffix("}")
        return pl.when(cell.is_not_null()).then(plain)
    if isinstance(dtype, _SEVERAL):
        several = cell.arr.to_list() if isinstance(dtype, pl.Array) else cell
        if isinstance(dtype.inner, pl.Duration):
            several = several.list.eval(as_text(pl.element(), dtype.inner))
        return several.cast(pl.List(pl.String)).list.join(separator, ignore_nulls=True)
    if isinstance(dtype, pl.Duration):
        return cell.dt.to_string()
    if not dtype.is_float():
        return cell.cast(pl.String)
    return pl.when(cell.is_finite()).then(cell).cast(pl.String).str.strip_suffix(".0")


def _for_json(cell: pl.Expr, dtype: PolarsDataType) -> pl.Expr:
    """The same, with text for what polars cannot write as JSON, or not in the words of a cell."""
    if not _has_own_words(dtype):
        return cell
    if isinstance(dtype, pl.Struct):
        inner = {field.name: field.dtype for field in dtype.fields}
        told = [_for_json(pl.field(name), of).alias(name) for name, of in inner.items() if _has_own_words(of)]
        return cell.struct.with_fields(told)
    if isinstance(dtype, _SEVERAL):
        several = cell.arr.to_list() if isinstance(dtype, pl.Array) else cell
        return several.list.eval(_for_json(pl.element(), dtype.inner))
    return as_text(cell, dtype)


def _has_own_words(dtype: PolarsDataType) -> bool:
    """Whether there is something in it that `as_text` does not write as JSON does."""
    if isinstance(dtype, pl.Struct):
        return any(_has_own_words(field.dtype) for field in dtype.fields)
    if isinstance(dtype, _SEVERAL):
        return _has_own_words(dtype.inner)
    return dtype.is_float() or isinstance(dtype, pl.Binary | pl.Duration)
