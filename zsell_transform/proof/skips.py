"""Pipedrive's skip files → which Sell records their rows hold, why they were skipped, and what to do.

A skip file holds the skipped rows as they were uploaded, with a column `Skip reason` (facts: K6). Known
reasons: `pipedrive/skip_reasons.yaml`; what is not known there is kept as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import polars as pl

from zsell_transform.errors import ExportError
from zsell_transform.facts import facts
from zsell_transform.frames.sparse import BLANK
from zsell_transform.machine.litter import is_hidden
from zsell_transform.machine.paths import as_text, path_of
from zsell_transform.pipedrive.fields import ACTIVITY_NOTE, NAMES, NOTE, SELL_IDS
from zsell_transform.pipedrive.own_ids import mark, split_ids
from zsell_transform.sell.entities import ENTITY_OF, HISTORY, mark_of

SKIPPED: Final[dict[str, Any]] = {
    "file": pl.String, "row": pl.Int64, "entity": pl.String, "source_id": pl.String, "name": pl.String,
    "reason": pl.String, "to_do": pl.String,
}  # fmt: skip
#: Columns by which a row's record is known, the most telling first: header → entity.
_IDS: Final = {SELL_IDS[item]: ENTITY_OF[item] for item in ("leads", "deals", "persons", "organizations")}
_TEXTS: Final = {ACTIVITY_NOTE: "activities", NOTE: "notes"}
#: What a row is called, the most telling first; a note's text is no name.
_NAMES: Final = tuple(NAMES[item] for item in ("deals", "leads", "activities", "persons", "organizations"))
OTHERWISE: Final = "Not a reason that is known here: correct the row as it says, and import it again."


def read_skip_files(given: str | Path | Sequence[str | Path] | None) -> pl.DataFrame:
    """file, row, entity, source_id, name, reason, to_do of every skipped row.

    Args:
        given: a skip file, a folder of them, or several.

    Raises:
        ExportError: there is no such file, or it has no column with a reason.
    """
    parts = [_read(path) for path in _paths(given)]
    return pl.concat([pl.DataFrame(schema=SKIPPED), *parts])


def _paths(given: str | Path | Sequence[str | Path] | None) -> list[Path]:
    if given is None:
        return []
    several: Iterable[Any] = given if isinstance(given, Iterable) and not isinstance(given, str) else [given]
    paths = [path_of(one, "a skip file", ExportError) for one in several]
    files = [file for path in paths for file in (_within(path) if path.is_dir() else [path])]
    if missing := [path for path in paths if not path.exists()]:
        raise ExportError(f"{missing[0]}: no such skip file")
    return files


def _within(folder: Path) -> list[Path]:
    """Its CSV files, in whatever case, without what programs leave beside the files that they show."""
    files = (path for path in folder.iterdir() if path.suffix.lower() == ".csv")
    return sorted(path for path in files if not is_hidden([path.name]))


def _read(path: Path) -> pl.DataFrame:
    from zsell_transform.reading import read_csv  # needed for skip files only

    frame = read_csv(path)[0]
    reason = next(
        (c for c in reversed(frame.columns) if "skip reason" in c.lower() or c.lower() == "reason"), None
    )
    if reason is None:
        raise ExportError(f"{path}: no column 'Skip reason', so this is not one of Pipedrive's skip files")
    entity, source_id = _record(frame)
    names = [pl.col(c) for c in _NAMES if c in frame.columns]
    return frame.select(
        pl.lit(as_text(path.name)).alias("file"),
        (pl.col("_row") if "_row" in frame.columns else pl.lit(None)).cast(pl.Int64).alias("row"),
        entity.alias("entity"), source_id.alias("source_id"),
        (pl.coalesce(names) if names else BLANK).alias("name"),
        pl.col(reason).str.strip_chars().alias("reason"), advice(pl.col(reason)).alias("to_do"),
    ).filter(pl.col("reason").is_not_null())  # fmt: skip


def _record(frame: pl.DataFrame) -> tuple[pl.Expr, pl.Expr]:
    """Entity and Sell id of each row; of activities and notes by the mark in their text."""
    there = {header: entity for header, entity in _IDS.items() if header in frame.columns}
    ids = [(split_ids(pl.col(header)).list.join(", "), pl.lit(entity)) for header, entity in there.items()]
    words = {mark_of(entity): entity for entity in HISTORY}
    for header, item in _TEXTS.items():
        if header in frame.columns:
            found = mark(item, pl.col(header))
            of = found.str.extract(r"^(Sell [a-z]+ )").replace_strict(
                list(words), list(words.values()), default=None, return_dtype=pl.String
            )
            ids.append((found.str.extract(r"(?s)^Sell [a-z]+ (.+)$"), of))
    entities: list[pl.Expr] = [pl.when(ident.is_not_null()).then(of) for ident, of in ids]
    entity = pl.coalesce(entities or [BLANK])
    return entity, pl.coalesce([ident for ident, _ in ids] or [BLANK])


@cache
def _reasons() -> tuple[tuple[tuple[str, ...], str], ...]:
    """What a reason says → what to do, in the order of the file."""
    reasons = facts("pipedrive/skip_reasons")["reasons"]
    return tuple((tuple(known["says"]), str(known["do"])) for known in reasons)


def advice(reason: pl.Expr) -> pl.Expr:
    """What to do about a skip reason."""
    said = reason.str.to_lowercase()
    known: list[pl.Expr] = [
        pl.when(said.str.contains_any(list(texts))).then(pl.lit(todo)) for texts, todo in _reasons()
    ]
    return pl.when(reason.is_not_null()).then(pl.coalesce(*known, pl.lit(OTHERWISE)))
