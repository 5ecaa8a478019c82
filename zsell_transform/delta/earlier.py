"""The earlier run: its records, what they prove, and what that says of the columns of today.

A field of Pipedrive's is created once, with the name that its column had among those of then, and with the
type that the values of then proved. So whatever is written into it since, new records and changed ones, is
written under that name and in that type, also where the columns and values of today would ask for others.
How the values are read is another matter, and each export's own: `notation.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as MappingOf
from pathlib import Path
from typing import Final

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.cleaning.moments import UNDECIDED
from zsell_transform.delta.notation import Notations, as_fields, doubts
from zsell_transform.errors import ExportError
from zsell_transform.machine.disk import readable
from zsell_transform.machine.paths import expect_utf8, path_of
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.account import type_name
from zsell_transform.records import Records, stored_records
from zsell_transform.sell.columns import NO_FILES, Headers
from zsell_transform.sell.entities import ENTITIES
from zsell_transform.survey import study
from zsell_transform.survey.facts import Column, Survey
from zsell_transform.survey.readings import one_field
from zsell_transform.transformers import draft
from zsell_transform.transformers.custom import DAYS, NUMBERS
from zsell_transform.writing.manifest import FIELDS, NAME, is_damaged, read_manifest

#: Types that take any text, long ones only the second.
_TEXTS: Final = ("text", "large_text")


def earlier(previous: str | Path, ask: Mapping, headers: MappingOf[str, Headers] = NO_FILES) -> Records:
    """The records of an earlier run, with their own survey.

    Args:
        headers: entity → the headers of today's files, by which the mapping may name columns.

    Raises:
        ExportError: the folder holds no `records/`, or not all that it wrote, as it wrote them.
    """
    folder = path_of(previous, "the folder of the earlier run", ExportError)
    frames = _kept(folder)
    seen = _named(
        frames, study(frames, ask, headers=headers), ask, (read_manifest(folder) or {}).get(FIELDS, {})
    )
    return Records(frames, seen, folder / "records")


def _named(
    frames: MappingOf[str, pl.LazyFrame], seen: Survey, ask: Mapping, given: MappingOf[str, dict[str, str]]
) -> Survey:
    """The survey of then, with the names of its custom fields: as the run says that it gave them (`given`),
    else by the order of its columns.
    """
    told = attrs.evolve(seen, names=given)
    drafts = {entity: draft(entity, frame, ask, told) for entity, frame in frames.items()}
    return attrs.evolve(
        seen, names={e: made.names if e in given else made.ordered for e, made in drafts.items()}
    )


def _kept(folder: Path) -> dict[str, pl.LazyFrame]:
    expect_utf8(folder.absolute(), ExportError)
    paths = {entity: folder / "records" / f"{entity}.parquet" for entity in ENTITIES}
    with readable(folder):
        found = {entity: _stored(path) for entity, path in paths.items() if path.exists()}
    if not found:
        raise ExportError(f"{folder} is not the folder of an earlier run: it has no records/")
    with readable(folder):
        damaged = is_damaged(folder)
    if damaged:
        raise ExportError(f"{folder}: its {NAME} is damaged; give the earlier run's folder as it was written")
    wrote = [one.file for one in (read_manifest(folder) or {"outputs": []})["outputs"]]
    gone = [file for file in wrote if file.endswith(".parquet") and not (folder / file).exists()]
    if gone:
        raise ExportError(f"{folder}: {gone[0]} is missing; give the earlier run's folder as it was written")
    return found


def _stored(path: Path) -> pl.LazyFrame:
    try:
        with readable(path):
            frame = stored_records(path)
            frame.collect_schema()
    except pl.exceptions.PolarsError as error:
        raise ExportError(f"{path}: damaged; give the folder of the earlier run as it was written") from error
    return frame


# --- the columns of today, in the fields of then -------------------------------------------------------


def since(then: Survey, now: Records, ask: Mapping) -> Survey:
    """The survey of today, with the names and types of then where Pipedrive has a field since, and the
    notation of `notation.py`.

    Its issues tell of each column whose type would be another one by now. The stages of then are known beside
    those of today: two pipelines may share a name that no deal of today has.
    """
    known = now.seen.columns
    before = {
        entity: {
            name: old
            for name, column in columns.items()
            if (old := _of_then(entity, name, column, then, now.seen)) is not None
        }
        for entity, columns in known.items()
    }
    seen = as_fields(known, before, now.frames, ask, now.seen.headers)
    notations = Notations.of(seen.columns, before)
    columns, told = {entity: dict(each) for entity, each in known.items()}, []
    for entity, olds in before.items():
        for name, old in olds.items():
            read = _in_its_field(old, notations.read(entity, old, seen.columns[entity][name]))
            columns[entity][name] = read
            if _is_another(old, known[entity][name], read):
                told.append((entity, name, old.type, known[entity][name].type))
    return attrs.evolve(
        now.seen,
        columns=columns,
        names=then.names,
        other_stages=pl.concat([now.seen.other_stages, then.stages]),
        issues=issues.gather([doubts(now.seen.issues, known, seen, columns, before), *_changed_types(told)]),
    )


def _of_then(entity: str, name: str, column: Column, then: Survey, now: Survey) -> Column | None:
    """The column as it was, where it held anything; leads and deals share the fields of one name."""
    before = then.columns.get(entity, {}).get(name)
    if before is not None and before.filled:
        return before
    if not column.custom or entity not in ("leads", "deals"):
        return None
    deals, leads = (
        tuple({**then.columns.get(each, {}), **now.columns.get(each, {})}) for each in ("deals", "leads")
    )
    of_leads, of_deals = one_field(deals, leads)
    other, twins = ("deals", of_leads) if entity == "leads" else ("leads", of_deals)
    twin = then.columns.get(other, {}).get(twins.get(name, ""))
    return twin if twin is not None and twin.filled else None


def _in_its_field(before: Column, now: Column) -> Column:
    """The column of today as the field of then takes it."""
    if not now.custom or before.type == now.type or _has_become_long(before, now):
        return now
    if {before.type, now.type} <= {*DAYS}:  # the times go into a field of their own
        return attrs.evolve(now, type="datetime")
    return attrs.evolve(
        now,
        type=before.type,
        options=now.options or before.options,
        evidence=f"{before.evidence} in the earlier run",
    )


def _is_another(before: Column, now: Column, read: Column) -> bool:
    """Whether the values of today ask for another type than the field has, in a way that matters."""
    if not (now.custom and now.filled) or type_name(before.type) == type_name(now.type):
        return False
    if {before.type, now.type} <= {*DAYS} or _reads_what_is_open(before, now, read):
        return False
    types = (*DAYS, *NUMBERS)
    into_text = before.type in _TEXTS and not _has_become_long(before, now)
    return not into_text or now.type in types


def _reads_what_is_open(before: Column, now: Column, read: Column) -> bool:
    """Whether the earlier run has proven what nothing decides by now."""
    days = before.type in DAYS and now.dates == UNDECIDED != read.dates
    return days or (before.type in NUMBERS and now.decimal == UNDECIDED != read.decimal)


def _has_become_long(before: Column, now: Column) -> bool:
    """A field for short texts does not take the text that there is now: nothing else can be written."""
    return now.type == "large_text" and before.type == "text"


def _changed_types(told: list[tuple[str, str, str, str]]) -> Iterator[pl.DataFrame]:
    for entity, name, before, now in told:
        yield issues.issue(
            "field_type_changed", entity=entity, field=name, value=type_name(before), detail=type_name(now)
        )
