"""Numbers, percentages and durations."""

from __future__ import annotations

import re
from typing import Final

import polars as pl

from zsell_transform.cleaning.cells import Cell, cell
from zsell_transform.frames.sparing import unless_found

#: How a column's numbers may be written: the decimal mark; the other one may part thousands.
MARKS: Final = (".", ",")
#: More digits are beyond what spreadsheets, databases and polars hold (1.8e308).
_LONGEST: Final = 300
#: Thousands separators that may stand in a number, by its decimal mark.
_GROUPS: Final = {".": r",'’  \x{00a0}\x{202f}", ",": r".'’  \x{00a0}\x{202f}"}


def number(column: Cell, mark: str | None = None) -> pl.Expr:
    """A bare number with a dot.

    Thousands separators are read only where the decimal mark is known; nothing is rounded. Under
    a mark that is "undecided" or "contradicts", only numbers are read that say the same with either mark, or
    anything with one only. What is too long for any program to reckon with is no number.
    """
    whole = r"^-?[0-9]+(?:\.[0-9]*)?$" if mark in (".", None) else r"^-?[0-9]+$"
    read = unless_found(cell(column), whole, lambda raw: _bare(raw, mark))
    return pl.when(read.str.len_bytes() <= _LONGEST).then(read)


def _bare(raw: pl.Expr, mark: str | None) -> pl.Expr:
    if mark in ("undecided", "contradicts"):
        one, other = (_bare(raw, known) for known in MARKS)
        return pl.when(one.is_null() | other.is_null() | (one == other)).then(pl.coalesce(one, other))
    if mark not in _GROUPS:
        return pl.when(raw.str.contains(r"^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)$")).then(
            raw.str.strip_prefix("+")
        )
    gap, point = _GROUPS[mark], re.escape(mark)
    form = rf"^[+-]?(?:[0-9]+|[1-9][0-9]{{0,2}}(?:[{gap}][0-9]{{3}})+)?(?:{point}[0-9]*)?$"
    bare = raw.str.replace_all(rf"[{gap}+]", "").str.replace(mark, ".", literal=True)
    return pl.when(raw.str.contains(form) & raw.str.contains(r"[0-9]")).then(bare)


def percent(column: Cell) -> pl.Expr:
    """A bare number of hundredths, as `number` has it: `90`, `90%`, `90 %`."""
    return number(cell(column).str.strip_suffix("%").str.strip_chars_end())


def duration(seconds: Cell) -> pl.Expr:
    """Seconds → `HH:MM`, begun minutes counted as whole ones, as Pipedrive knows no seconds."""
    span = cell(seconds).cast(pl.Float64, strict=False)
    minutes = (span / 60).ceil().cast(pl.Int64, strict=False)
    clock = [part.cast(pl.String).str.zfill(2) for part in (minutes // 60, minutes % 60)]
    return pl.when(span >= 0).then(pl.concat_str(clock, separator=":"))
