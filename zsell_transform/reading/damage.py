"""Cells that a spreadsheet or a wrong encoding has damaged for good: found and told, never touched."""

from __future__ import annotations

from typing import Final

import polars as pl

from zsell_transform import issues
from zsell_transform.evidence import SERIAL_DAY
from zsell_transform.frames.sparse import column_or_blank
from zsell_transform.frames.tall import name_of, tall
from zsell_transform.ids import RUINED

#: What a spreadsheet leaves of long numbers, formulas and narrow columns.
_SPREADSHEET: Final = (
    r"^'?[+-]?\d+(?:[.,]\d+)?E\+\d{2,3}$|^#(?:REF!|NAME\?|VALUE!|DIV/0!|NUM!|N/A|NULL!)$|^#{4,}$"
)
#: UTF-8 that was read as Windows-1252 or Latin-1, once.
_MOJIBAKE: Final = r"Ã[\x{80}-\x{BF}‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|Â[\x{80}-\x{BF}]|â€[\x{80}-\x{BF}™œ“”˜¦]"
#: Records that are looked at for such days; a spreadsheet turns whole columns.
_RECORDS_ASKED: Final = 2_000
#: Columns that are searched at once: a plan of thousands of expressions takes long to make.
_AT_ONCE: Final = 200


def cells(frame: pl.LazyFrame, file: str) -> pl.DataFrame:
    """Every damaged cell of a table (`_row` and text columns) as an issue."""
    names = [name for name in frame.collect_schema().names() if not name.startswith("_")]
    return issues.gather(
        [
            _matching(frame, names, _SPREADSHEET, "spreadsheet_damage", file),
            _matching(frame, names, _MOJIBAKE, "mojibake_suspected", file),
        ]
    )


def without_ruined_ids(frame: pl.LazyFrame, ids: list[str], file: str) -> tuple[pl.LazyFrame, pl.DataFrame]:
    """The table without ids that a spreadsheet has rounded, as several may have become one; and issues."""
    ruined = _matching(frame, ids, RUINED, "id_ruined", file)
    if not ruined.height:
        return frame, ruined
    sound = (pl.when(~pl.col(name).str.contains(RUINED)).then(name).alias(name) for name in ids)
    return frame.with_columns(sound), ruined


def serial_days(frame: pl.LazyFrame, days: list[str], file: str) -> pl.DataFrame:
    """Days that stand as a spreadsheet's numbers, as issues by cell, if the first records have any."""
    if not days:
        return issues.empty()
    some = (
        frame.head(_RECORDS_ASKED)
        .select(pl.any_horizontal(pl.col(days).str.contains(SERIAL_DAY)).any())
        .collect()
    )
    if not some.item():
        return issues.empty()
    return _matching(frame, days, SERIAL_DAY, "serial_day", file)


def _matching(frame: pl.LazyFrame, names: list[str], pattern: str, code: str, file: str) -> pl.DataFrame:
    starts = range(0, len(names), _AT_ONCE)
    hit = [name for at in starts for name in _hit(frame, names[at : at + _AT_ONCE], pattern)]
    if not hit:
        return issues.empty()
    source_id = column_or_blank(names, "id")
    damaged = pl.col(hit).str.contains(pattern)
    some = frame.filter(pl.any_horizontal(damaged)).select(
        "_row", source_id.alias("_id"), pl.when(damaged).then(pl.col(hit))
    )
    found = (
        tall(some, hit, ("_row", "_id"), "field", "value")
        .filter(pl.col("value").is_not_null())
        .sort("_row", maintain_order=True)
        .with_columns(name_of("field"), pl.lit(file).alias("_file"))
    )
    rows = issues.found(found, code, entity=None, field=pl.col("field"), value=pl.col("value"))
    return rows.collect(engine="streaming")


def _hit(frame: pl.LazyFrame, names: list[str], pattern: str) -> list[str]:
    """The columns in which anything matches."""
    seen = frame.select(pl.col(names).str.contains(pattern).any()).collect(engine="streaming").row(0)
    return [name for name, yes in zip(names, seen, strict=True) if yes]
