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
from zsell_transform.reading.vocabulary import PARTIES, beside_records, marks
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
    ended = {group: _ended(pl.concat(seen, how="diagonal")) for group, seen in states.items()}
    living = {group: _living(pl.concat(seen, how="diagonal"), ended[group]) for group, seen in states.items()}
    done, files, notes = [], set[str](), []
    for (table, meaning), marked in zip(tables, looked, strict=True):
        if marked is None or not (gone := marked.seen.filter(_is_gone(ended[marked.group]))).height:
            done.append((table, meaning))
            continue
        is_none = marked.is_marked | _is_one_of(marked.id, ended[marked.group])
        kept = attrs.evolve(table, frame=table.frame.filter(~is_none), rows=table.rows - gone.height)
        done.append((kept, meaning))
        files.add(table.file)
        about = partial(issues.issue, entity=meaning.entity, file=table.file, field=", ".join(marked.headers))
        notes.append(_told(gone, living[marked.group], about))
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
    when = [pl.col(low[UPDATED]).alias(UPDATED)] if UPDATED in low else []
    asked = table.frame.select("_row", *when, id=source_id, earlier=earlier, deleted=deleted)
    group = PARTIES[0] if meaning.entity in PARTIES else meaning.entity
    return _Marked(group, tuple(found), asked.collect(engine="streaming"), earlier | deleted, source_id)


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


def _ended(seen: pl.DataFrame) -> pl.Series:
    """The ids that stand at deleted rows and at others, and whose latest state is a deleted one, or may be.

    A log of what happened has a row for each state of a record, and marks the last one alone.
    """
    states = seen.filter(~pl.col("earlier"))
    states = states.filter(_is_one_of(pl.col("id"), states.filter("deleted")["id"].drop_nulls()))
    if states["deleted"].all():
        return states["id"].clear()
    latest = states.with_columns(_day=updated(states.columns, "id")).sort(
        "_day", "deleted", descending=True, nulls_last=True, maintain_order=True
    )
    return latest.unique("id", keep="first", maintain_order=True).filter("deleted")["id"]


def _living(seen: pl.DataFrame, ended: pl.Series) -> pl.Series:
    """The ids of the rows that are left."""
    return seen.filter(~_is_gone(ended))["id"].drop_nulls()


def _told(gone: pl.DataFrame, living: pl.Series, about: partial[pl.DataFrame]) -> pl.DataFrame:
    """How many records were deleted, and how many earlier states there are of those that were not.

    A record of which there is no current state was deleted, too.
    """
    nameless = pl.when(pl.col("id").is_null()).then(~pl.col("deleted"))
    lives_on = nameless.otherwise(_is_one_of(pl.col("id"), living))
    named = gone.select(
        lives_on.alias("lives_on"), pl.coalesce("id", pl.format("row {}", "_row")).alias("name")
    )
    earlier = named.filter("lives_on")["name"]
    deleted = named.filter(~pl.col("lives_on"))["name"].unique(maintain_order=True)
    return issues.gather(
        about(code, value=names.len(), detail=_listed(names.unique(maintain_order=True)))
        for code, names in (("records_deleted", deleted), ("states_not_current", earlier))
        if names.len()
    )


def _listed(names: pl.Series) -> str:
    return ", ".join(names.head(_LISTED)) + (" …" if names.len() > _LISTED else "")
