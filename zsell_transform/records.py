"""Every Sell record, kept once: the first pass over the input, into `records/<entity>.parquet`.

Later passes read these columns instead of the text, and the next laps find in them the whole Sell state of
this one (contract, section 3: `source_id, file, row` and the record's own columns).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from collections.abc import Mapping as MappingOf
from hashlib import sha256
from pathlib import Path
from typing import Final

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.cleaning.cells import filled
from zsell_transform.folding import fold, folded
from zsell_transform.frames.sparse import column_or_blank
from zsell_transform.ids import is_by_name
from zsell_transform.mapping import Mapping
from zsell_transform.progress import Stage, Tell, silent
from zsell_transform.sell.columns import NO_FILES, Headers
from zsell_transform.sell.states import UPDATED, updated
from zsell_transform.survey import study
from zsell_transform.survey.facts import Survey
from zsell_transform.survey.undecided import contradictions
from zsell_transform.writing.rolling import ROWS

#: How a record is called in the kept files → inside the library.
INSIDE: Final = {"source_id": "_id", "file": "_file", "row": "_row"}

#: Where a record stands.
_PLACE: Final = ("file", "row")

#: Records that are drafted and written at once: as many as a file of Pipedrive's wizard may have. The kept
#: files have groups of this size, so that a chunk is read without the others.
CHUNK: Final = ROWS

#: What stands in for the id of a record that has none: the first of these in which anything is filled.
_STAND_INS: Final[MappingOf[str, tuple[tuple[str, tuple[str, ...]], ...]]] = {
    "contacts": (("email:", ("email",)), ("name:", ("name",)), ("name:", ("first_name", "last_name"))),
    "companies": (("email:", ("email",)), ("name:", ("name",))),
    "leads": (("email:", ("email",)), ("name:", ("first_name", "last_name")), ("name:", ("company_name",))),
    "deals": (("name:", ("name",)),),
}
#: What tells one task or note from another where neither has an id: content, date and link.
_TELLING: Final = re.compile(
    r"^(content|summary|date|created_at|made_at|sent_at|visited_at)$|able_|^resource_|(first|last|company)_name$"
)


@attrs.frozen(eq=False)
class Records:
    """The kept records.

    Attributes:
        frames: entity → frame with `_n, _id, _file, _row` and Sell's columns, all text.
        seen: the survey.
        folder: where they lie.
        doubled: entity → records that stood twice in one file and went into another one of their id.
        found: the values by which such records differ.
    """

    frames: MappingOf[str, pl.LazyFrame]
    seen: Survey
    folder: Path
    doubled: MappingOf[str, int] = attrs.field(factory=dict)
    found: pl.DataFrame = attrs.field(factory=issues.empty)


def keep(
    tables: MappingOf[str, pl.LazyFrame],
    folder: Path,
    ask: Mapping,
    rows: int = 0,
    tell: Tell = silent,
    headers: MappingOf[str, Headers] = NO_FILES,
) -> Records:
    """Reads every table once and stores its records; the survey asks its questions of the stored ones.

    Args:
        tables: entity → its records as read: Sell's columns with `_file` and `_row`.
        folder: where `<entity>.parquet` is written.
        rows: how many records there are at most: the total of what is told.
        headers: entity → the headers of its files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = {entity: folder / f"{entity}.parquet" for entity in tables}
    with Stage(tell, "storing", rows) as storing:
        sinks = {
            entity: _identified(entity, frame, storing.add)
            .rename({inside: kept for kept, inside in INSIDE.items()})
            .sink_parquet(paths[entity], compression="lz4", statistics=False, row_group_size=CHUNK, lazy=True)
            for entity, frame in tables.items()
        }
        for entities in _read_together(tables):
            pl.collect_all([sinks[entity] for entity in entities], engine="streaming")
    frames = {entity: stored_records(path) for entity, path in paths.items()}
    with Stage(tell, "surveying", rows) as surveying:
        return Records(frames, study(frames, ask, surveying.add, headers), folder)


def _read_together(entities: Iterable[str]) -> list[list[str]]:
    """People and companies come from the same files, which are read once; the others one after the other."""
    given = list(entities)
    parties = [entity for entity in given if entity in ("contacts", "companies")]
    return [parties, *([entity] for entity in given if entity not in parties)]


def stored_records(path: Path) -> pl.LazyFrame:
    """The kept records of one entity, numbered in input order."""
    return pl.scan_parquet(path, row_index_name="_n", glob=False).rename(INSIDE)


def without_doubles(records: Records, entities: Iterable[str]) -> Records:
    """Records of one id become one: the latest state, else the first, with what only the others hold; a
    differing value is told.
    """
    frames, doubled, found, rows = (
        dict(records.frames),
        dict(records.doubled),
        [records.found],
        dict(records.seen.rows),
    )
    for entity in entities:
        every = records.frames[entity].collect()
        columns = [column for column in every.columns if not column.startswith("_")]
        once = _once(every, columns)
        found.append(_differing(entity, every, once, columns))
        doubled[entity], rows[entity] = every.height - once.height, once.height
        once.rename({inside: kept for kept, inside in INSIDE.items()}).write_parquet(
            records.folder / f"{entity}.parquet", compression="lz4", statistics=False
        )
        frames[entity] = stored_records(records.folder / f"{entity}.parquet")
    seen = attrs.evolve(records.seen, rows=rows)
    return attrs.evolve(records, frames=frames, seen=seen, doubled=doubled, found=issues.gather(found))


def _once(every: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """One record an id, each where its first row stands.

    Blanks are filled also from states of known date, other than across files: a row that stands twice in one
    file is most often one record whose values are spread over both.
    """
    hidden = [column for column in every.columns if column.startswith("_")]
    others = [column for column in hidden if column not in ("_n", *INSIDE.values())]
    return (
        every.with_columns(_day=updated(every.columns, "_id"))
        .sort("_day", "_n", descending=[True, False], nulls_last=True)
        .group_by("_id", maintain_order=True)
        .agg(
            pl.col("_n").min(),
            pl.col("_file", "_row").first(),
            pl.col(*columns, *others).drop_nulls().first(),
        )
        .sort("_n")
        .drop("_n")
    )


def _differing(entity: str, every: pl.DataFrame, once: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """An issue for each value that is not used. One file spells all alike: another text is another value."""
    twice = every.filter(pl.col("_id").is_duplicated())
    columns = [column for column in columns if column != UPDATED]
    kept = once.select("_id", *(pl.col(column).alias(f"kept {column}") for column in columns))
    beside = twice.join(kept, on="_id", how="left", maintain_order="left").lazy()
    told = [
        issues.found(
            beside.filter(pl.col(column) != pl.col(f"kept {column}")),
            "records_differ",
            entity=entity,
            field=column,
            value=pl.col(column),
            detail=pl.col(f"kept {column}"),
        )
        for column in columns
    ]
    unnamed = _without_id(entity, twice, once, columns)
    named = every.height - once.height - unnamed.height
    count = issues.issue("records_doubled", entity=entity, value=named) if named else issues.empty()
    return issues.gather([count, unnamed, *pl.collect_all(told)])


def _without_id(entity: str, twice: pl.DataFrame, once: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """An issue for each record that goes into another one, and has no id by which it could be found there.

    One that shares but its name, and says something else, is most likely somebody else.
    """
    without = filled(column_or_blank(twice.columns, "id").str.strip_chars()).is_null()
    held = (pl.col(column).alias(f"kept {column}") for column in columns)
    kept = once.select("_id", *held, kept_file="_file", kept_row="_row")
    beside = twice.filter(without).join(kept, on="_id", how="left", maintain_order="left")
    is_kept = pl.all_horizontal(pl.col(f"_{place}").eq_missing(pl.col(f"kept_{place}")) for place in _PLACE)
    where = pl.concat_str("kept_file", pl.format("row {}", "kept_row"), separator=" ", ignore_nulls=True)
    differs = is_by_name("_id") & pl.any_horizontal(
        (folded(pl.col(column)) != folded(pl.col(f"kept {column}"))).fill_null(value=False)
        for column in columns
    )
    told = (
        issues.found(issues.few(beside, ~is_kept & which), code, entity=entity, field="id", detail=where)
        for code, which in (("record_repeated", ~differs), ("record_taken_for_another", differs))
    )
    return issues.gather(pl.collect_all(list(told)))


def contradicting(records: Records) -> list[pl.DataFrame]:
    """The cells by which columns of dates contradict themselves."""
    asked = [
        lazy
        for entity, frame in records.frames.items()
        for lazy in contradictions(records.seen, entity, frame)
    ]
    return pl.collect_all(asked)


def _identified(entity: str, frame: pl.LazyFrame, seen: Callable[[int], object]) -> pl.LazyFrame:
    """Records with `_id`: Sell's id, or what stands in for it; tells of so many more whenever some pass."""
    names = [name for name in frame.collect_schema().names() if not name.startswith("_")]
    telling = [name for name in names if _TELLING.search(name)] if entity not in _STAND_INS else []

    def named(rows: pl.Series) -> pl.Series:
        seen(rows.len())
        ids = rows.struct.field("_given")
        without = ids.is_null().arg_true()
        if without.is_empty():
            return ids
        stood = [_stand_in(entity, record, telling or names) for record in rows.gather(without).to_list()]
        return ids.scatter(without, stood).rename(rows.name)

    ident = column_or_blank(names, "id")
    given = filled(ident.str.strip_chars()).alias("_given")
    identity = pl.struct(given, *names).map_batches(named, return_dtype=pl.String, is_elementwise=True)
    return frame.select(identity.alias("_id"), "_file", "_row", *names, *_hidden(frame))


def _hidden(frame: pl.LazyFrame) -> list[str]:
    return [c for c in frame.collect_schema().names() if c.startswith("_") and c not in INSIDE.values()]


def _stand_in(entity: str, record: MappingOf[str, str | None], telling: Iterable[str]) -> str:
    for prefix, columns in _STAND_INS.get(entity, ()):
        if folded := fold(" ".join(record.get(column) or "" for column in columns)):
            return prefix + folded
    content = "\x1f".join(record[column] or "" for column in telling)
    return "x" + sha256(content.encode()).hexdigest()[:12]
