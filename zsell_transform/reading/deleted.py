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
from zsell_transform.frames.sparse import BLANK
from zsell_transform.ids import exact
from zsell_transform.reading.csv_file import Table
from zsell_transform.reading.recognise import Meaning
from zsell_transform.reading.vocabulary import API, PARTIES, beside_records, later, marks
from zsell_transform.sell.states import UPDATED, told_alike
from zsell_transform.ticks import flag

#: The mark of an earlier state; others are marks of what was deleted.
_EARLIER: Final = "false"

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
        group: whose ids its ids are; people and companies share one number range.
        headers: of its marks.
        seen: of each row `_row`, its own `id`, when it is from, and whether it is `deleted` or `earlier`.
        is_marked, id: of a row of the table, whether it is one of both, and its id.
    """

    group: str
    headers: tuple[str, ...]
    seen: pl.DataFrame
    is_marked: pl.Expr
    id: pl.Expr


@attrs.frozen(eq=False)
class _Judged:
    """The ids of those that were deleted after all, of those that live on, and of the latter those of which
    nothing says whether they do.
    """

    ended: pl.Series
    living: pl.Series
    doubtful: pl.Series


def current(tables: Tables, wishes: Wishes) -> Current:
    """The tables without rows that stand for no record; those without marks are not looked at.

    Args:
        tables: every table of the source with its meaning.
        wishes: what the mapping's `columns` say of an entity.
    """
    looked = [_looked(table, meaning, wishes) for table, meaning in tables]
    states: dict[str, list[pl.DataFrame]] = {}  # a dump may come in several files
    for one in filter(None, looked):
        states.setdefault(one.group, []).append(one.seen)
    unmarked = [each for each, one in zip(tables, looked, strict=True) if one is None]
    judged = {
        group: _judged(pl.concat(seen, how="diagonal"), group, unmarked) for group, seen in states.items()
    }
    done, files, notes = [], set[str](), []
    for (table, meaning), marked in zip(tables, looked, strict=True):
        of_them = judged[marked.group] if marked else None
        if not (marked and of_them) or not (gone := marked.seen.filter(_is_gone(of_them.ended))).height:
            done.append((table, meaning))
            continue
        is_none = marked.is_marked | _is_one_of(marked.id, of_them.ended)
        kept = attrs.evolve(table, frame=table.frame.filter(~is_none), rows=table.rows - gone.height)
        done.append((kept, meaning))
        files.add(table.file)
        about = partial(issues.issue, entity=meaning.entity, file=table.file, field=", ".join(marked.headers))
        notes.append(_told(gone, of_them, about))
    return Current(done, frozenset(files), issues.gather(notes))


def _looked(table: Table, meaning: Meaning, wishes: Wishes) -> _Marked | None:
    """A table's rows by its marks; None where it has none, or holds no records.

    Users and stages that were deleted still give their names to what was not.
    """
    if not (meaning.is_carried or meaning.entity in beside_records()):
        return None
    known = marks(meaning.family)
    found = {name: sign for name in table.names if (sign := known.get(name.lower()))}
    passed = wishes(meaning.entity) if found else {}
    found = {name: sign for name, sign in found.items() if passed.get(name) != "ignore"}
    if not found:
        return None
    low = {name.lower(): name for name in reversed(table.names)}
    # A row that belongs to a record may have the id of what it says: a label has one for all its records.
    has_own = "id" in low and meaning.is_carried
    source_id = exact(pl.col(low["id"])) if has_own else BLANK
    earlier = _any(_says(name, sign) for name, sign in found.items() if sign == _EARLIER)
    deleted = _any(_says(name, sign) for name, sign in found.items() if sign != _EARLIER)
    moments = (UPDATED, *later(meaning.family))
    when = [pl.col(low[name]).alias(name) for name in moments if name in low]
    asked = table.frame.select("_row", *when, id=source_id, earlier=earlier, deleted=deleted)
    return _Marked(
        _group(meaning), tuple(found), asked.collect(engine="streaming"), earlier | deleted, source_id
    )


def _group(meaning: Meaning) -> str:
    return PARTIES[0] if meaning.entity in PARTIES else meaning.entity


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


def _is_one_of(source_id: pl.Expr, ids: pl.Series) -> pl.Expr:
    return source_id.is_in(ids.implode()).fill_null(value=False) if ids.len() else pl.lit(value=False)


def _is_gone(ended: pl.Series) -> pl.Expr:
    return pl.col("deleted") | pl.col("earlier") | _is_one_of(pl.col("id"), ended)


def _judged(seen: pl.DataFrame, group: str, unmarked: Tables) -> _Judged:
    """What became of the records of a group.

    Args:
        seen: the rows of its tables with marks.
        group: see `_Marked`.
        unmarked: all tables without marks; who is in one of the group's lives.
    """
    is_deleted = _verdicts(seen)
    ended = is_deleted.filter("is_deleted")["id"]
    gone = seen.filter(_is_gone(ended))
    there = [_among(gone["id"], table, meaning) for table, meaning in unmarked if _group(meaning) == group]
    elsewhere = pl.concat([ended.clear(), *there])
    doubtful = is_deleted.filter(pl.col("is_deleted").is_null())["id"]
    only_elsewhere = gone.filter("deleted").filter(_is_one_of(pl.col("id"), elsewhere))["id"]
    left = seen.filter(~_is_gone(ended))["id"].drop_nulls()
    return _Judged(ended, pl.concat([left, elsewhere]), pl.concat([doubtful, only_elsewhere]))


def _verdicts(seen: pl.DataFrame) -> pl.DataFrame:
    """The ids that stand at deleted rows and at others, and whether the latest state is a deleted one; null
    where nothing says which is the latest.

    A log of what happened has a row for each state of a record, and marks the last one alone. A record that
    was kept by mistake is seen and can be deleted, one that was left out is lost.
    """
    states = seen.filter(~pl.col("earlier"))
    states = states.filter(_is_one_of(pl.col("id"), states.filter("deleted")["id"].drop_nulls()))
    states = states.filter((~pl.col("deleted")).any().over("id"))
    moments = (UPDATED, *later(API))
    states = states.with_columns(told_alike(name, states.columns, "id").alias(name) for name in moments)
    deleted = pl.col("deleted")
    says = (pl.col(name).filter(deleted).max() for name in moments)
    others = (pl.col(name).filter(~deleted).max() for name in moments)
    later_one = (pl.when(one != other).then(one > other) for one, other in zip(says, others, strict=True))
    return states.group_by("id", maintain_order=True).agg(pl.coalesce(*later_one).alias("is_deleted"))


def _among(ids: pl.Series, table: Table, meaning: Meaning) -> pl.Series:
    """Those of some ids that are a table's."""
    header = next((name for name, column in meaning.columns.items() if column == "id"), None)
    if header is None:
        return ids.clear()
    found = table.frame.select(id=exact(pl.col(header))).filter(_is_one_of(pl.col("id"), ids.drop_nulls()))
    return found.collect(engine="streaming")["id"]


def _told(gone: pl.DataFrame, judged: _Judged, about: partial[pl.DataFrame]) -> pl.DataFrame:
    """How many records were deleted, how many may be, and how many earlier states there are of others.

    A record of which there is no current state was deleted, too.
    """
    nameless = pl.when(pl.col("id").is_null()).then(~pl.col("deleted"))
    lives_on = nameless.otherwise(_is_one_of(pl.col("id"), judged.living))
    is_doubtful = pl.col("deleted") & _is_one_of(pl.col("id"), judged.doubtful)
    named = gone.select(
        lives_on.alias("lives_on"),
        is_doubtful.alias("is_doubtful"),
        pl.coalesce("id", pl.format("row {}", "_row")).alias("name"),
    )
    earlier = named.filter(pl.col("lives_on") & ~pl.col("is_doubtful"))["name"]
    doubtful = named.filter("is_doubtful")["name"].unique(maintain_order=True)
    deleted = named.filter(~pl.col("lives_on"))["name"].unique(maintain_order=True)
    return issues.gather(
        about(code, value=names.len(), detail=issues.listed(names.unique(maintain_order=True)))
        for code, names in (
            ("records_deleted", deleted),
            ("deletion_not_certain", doubtful),
            ("states_not_current", earlier),
        )
        if names.len()
    )
