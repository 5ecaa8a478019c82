"""Rows of a dump that stand for no record: its connector marks them as deleted, or as an earlier state.

Such a row is a record no more than a repeated header is. What a connector writes as a mark stands in
`sell/api.yaml`; `columns: {contacts: {_fivetran_deleted: ignore}}` of a mapping passes over one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Mapping as MappingOf
from functools import partial
from typing import Final

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.frames.sparse import column_or_blank
from zsell_transform.ids import exact
from zsell_transform.reading.csv_file import Table
from zsell_transform.reading.recognise import Meaning
from zsell_transform.reading.vocabulary import beside_records, marks
from zsell_transform.sell.states import UPDATED, updated
from zsell_transform.ticks import flag

#: The mark of an earlier state; others are marks of what was deleted.
_EARLIER: Final = "false"
#: Ids that an issue lists.
_LISTED: Final = 5

Tables = Sequence[tuple[Table, Meaning]]
#: Entity → its headers → what the mapping wants of each.
Wishes = Callable[[str], MappingOf[str, str]]


@attrs.frozen
class Current:
    """The tables without such rows, the files that had some, and what is told of them."""

    tables: list[tuple[Table, Meaning]]
    files: frozenset[str]
    issues: pl.DataFrame


@attrs.frozen(eq=False)
class _Marked:
    """A table with marks.

    Attributes:
        seen: of each row `_row`, `id`, and whether it is `deleted` or `earlier`.
        is_none: of a row, whether it stands for no record.
        of: `deleted` and `earlier` → their headers.
    """

    seen: pl.DataFrame
    is_none: pl.Expr
    of: dict[str, list[str]]


def current(tables: Tables, wishes: Wishes) -> Current:
    """The tables without rows that stand for no record; those without marks are not looked at.

    Args:
        tables: every table of the source with its meaning.
        wishes: what the mapping's `columns` say of an entity.
    """
    looked = [_looked(table, meaning, wishes) for table, meaning in tables]
    living = _living(looked)
    done, files, notes = [], set[str](), []
    for (table, meaning), marked in zip(tables, looked, strict=True):
        gone = marked.seen.filter(pl.col("deleted") | pl.col("earlier")) if marked else None
        if marked is None or gone is None or not gone.height:
            done.append((table, meaning))
            continue
        kept = table.frame.filter(~marked.is_none)
        done.append((attrs.evolve(table, frame=kept, rows=table.rows - gone.height), meaning))
        files.add(table.file)
        notes.append(
            _told(gone, marked.of, living, partial(issues.issue, entity=meaning.entity, file=table.file))
        )
    return Current(done, frozenset(files), issues.gather(notes))


def _looked(table: Table, meaning: Meaning, wishes: Wishes) -> _Marked | None:
    """A table's rows by its marks; None where it has none, or holds no records.

    Users and stages that were deleted still give their names to what was not.
    """
    if not (meaning.is_carried or meaning.entity in beside_records()):
        return None
    known = marks()
    found = {name: sign for name in table.names if (sign := known.get(name.lower()))}
    passed = wishes(meaning.entity) if found else {}
    found = {name: sign for name, sign in found.items() if passed.get(name) != "ignore"}
    if not found:
        return None
    of = {
        "deleted": [name for name, sign in found.items() if sign != _EARLIER],
        "earlier": [name for name, sign in found.items() if sign == _EARLIER],
    }
    says = {what: _any(_says(name, found[name]) for name in names) for what, names in of.items()}
    low = {name.lower(): name for name in reversed(table.names)}
    place = [
        exact(pl.col(low[name])).alias(name) if name == "id" else pl.col(low[name]).alias(name)
        for name in ("id", UPDATED)
        if name in low
    ]
    seen = table.frame.select("_row", *place, **says).collect(engine="streaming")
    is_none = says["deleted"] | says["earlier"]
    if "id" in low and (ids := _ended(seen)).len():
        seen = seen.with_columns(pl.col("deleted") | pl.col("id").is_in(ids.implode()).fill_null(value=False))
        is_none |= exact(pl.col(low["id"])).is_in(ids.implode()).fill_null(value=False)
    return _Marked(seen, is_none, of)


def _any(said: Iterable[pl.Expr]) -> pl.Expr:
    return pl.any_horizontal(pl.lit(value=False), *said)


def _says(header: str, sign: str) -> pl.Expr:
    """Whether the cell under a mark's header says so: a tick, a moment, or a word."""
    cell = pl.col(header)
    if sign in ("true", "false"):
        said = flag(cell) == (sign == "true")
    elif sign == "moment":
        said = cell.str.contains(r"^\s*['\"]?\d")
    else:
        said = cell.str.strip_chars().str.to_lowercase() == sign
    return said.fill_null(value=False)


def _ended(seen: pl.DataFrame) -> pl.Series:
    """The ids that stand at marked rows and at others, and whose latest state is the deleted one, or may be.

    A log of what happened has a row for each state of a record, and marks the last one alone.
    """
    ids = seen.filter("deleted")["id"].drop_nulls()
    states = seen.filter(pl.col("id").is_in(ids.implode()) & ~pl.col("earlier"))
    if states["deleted"].all():
        return ids.clear()
    latest = states.with_columns(_day=updated(states.columns, "id")).sort(
        "_day", "deleted", descending=True, nulls_last=True, maintain_order=True
    )
    return latest.unique("id", keep="first", maintain_order=True).filter("deleted")["id"]


def _living(looked: Sequence[_Marked | None]) -> pl.Series:
    """The ids of rows that are left, in all tables with earlier states: a dump may come in several files."""
    rows = [one.seen for one in looked if one and one.of["earlier"] and "id" in one.seen.columns]
    left = [seen.filter(~(pl.col("deleted") | pl.col("earlier")))["id"] for seen in rows]
    return pl.concat([pl.Series("id", [], dtype=pl.String), *left])


def _told(
    gone: pl.DataFrame, of: MappingOf[str, list[str]], living: pl.Series, told: partial[pl.DataFrame]
) -> pl.DataFrame:
    """How many records were deleted, and how many earlier states there are of those that were not.

    A record of which there is no current state was deleted, too.
    """
    source_id = column_or_blank(gone.columns, "id")
    is_over = source_id.is_not_null() & ~source_id.is_in(living.implode())
    named = gone.with_columns(
        name=pl.coalesce(source_id, pl.format("row {}", "_row")), is_over=~pl.col("deleted") & is_over
    )
    earlier = pl.col("earlier") & ~pl.col("deleted")
    notes = []
    for code, what, which in (
        ("records_deleted", "deleted", pl.col("deleted")),
        ("records_deleted", "earlier", pl.col("is_over")),
        ("states_not_current", "earlier", earlier & ~pl.col("is_over")),
    ):
        rows = named.filter(which)["name"]
        names = rows.unique(maintain_order=True)
        if rows.len():
            count = rows.len() if code == "states_not_current" else names.len()
            listed = ", ".join(names.head(_LISTED)) + (" …" if names.len() > _LISTED else "")
            notes.append(told(code, field=", ".join(of[what]), value=count, detail=listed))
    return issues.gather(notes)
