"""What Pipedrive holds, as far as its exports show it: `Held`."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any, Final

import attrs
import polars as pl

from zsell_transform.frames.positions import crowded, firsts
from zsell_transform.frames.sparse import column_or_blank
from zsell_transform.ids import RUINED, exact
from zsell_transform.issues import empty, found, gather, issue
from zsell_transform.pipedrive.exports.headers import own_columns
from zsell_transform.pipedrive.own_ids import MARKED_TEXT, mark, marked_column, split_ids
from zsell_transform.sell.entities import ENTITY_OF, ITEMS, MAIN

SCHEMAS: Final[dict[str, dict[str, Any]]] = {
    "organizations": dict.fromkeys(("system_id", "name", "address", "sell_id"), pl.String),
    "persons": {
        "system_id": pl.String,
        "name": pl.String,
        "emails": pl.List(pl.String),
        "phones": pl.List(pl.String),
        "organization_id": pl.String,
        "organization": pl.String,
        "sell_id": pl.String,
    },
    "deals": dict.fromkeys(
        (
            "system_id",
            "title",
            "person_id",
            "person",
            "organization_id",
            "organization",
            "sell_id",
            "sell_lead_id",
        ),
        pl.String,
    ),
    "leads": dict.fromkeys(
        ("system_id", "title", "person_id", "person", "organization_id", "organization", "sell_id"), pl.String
    ),
    "activities": dict.fromkeys(("system_id", "subject", "mark"), pl.String),
    "notes": dict.fromkeys(("system_id", "mark"), pl.String),
}
_TWICE: Final = dict.fromkeys(("item", "sell_id", "system_ids"), pl.String)
#: Item → the column by which the other lists name its records.
NAMED_BY: Final = {
    "organizations": "Organization ID",
    "persons": "Contact person ID",
    "deals": "Deal ID",
    "leads": "Lead ID",
}
#: Column of `Held` → canonical column of the export.
SOURCES: Final = {
    "system_id": "ID",
    "name": "Name",
    "title": "Title",
    "subject": "Subject",
    "person_id": NAMED_BY["persons"],
    "person": "Contact person",
    "organization_id": NAMED_BY["organizations"],
    "organization": "Organization",
}
#: Column of `Held` with all values of a person's → how the columns of the export begin that have them.
SEVERAL: Final = {"emails": "Email", "phones": "Phone"}


@attrs.frozen
class Held:
    """What Pipedrive holds, as far as its exports show it.

    Attributes:
        organizations, persons, deals, leads: one row for each record and Sell id (`123, 456` gives two rows);
            `sell_id` is null for records that are not from Sell, and for those in `twice`.
        activities, notes: `mark` is `Sell task 7402212` and the like; null when there is none.
        given: the items that had a file, also one that could not be read.
        readable: the items whose files have System IDs and, of each record, the column of its Sell id or
            mark.
        raw: by item, Pipedrive's columns as text under their English names without prefix (`Title`, `Owner`,
            `Email - Work`); custom fields under their label. One row a record.
        twice: `item, sell_id, system_ids`: Sell ids that stand on several records. They are present, and
            nothing may link to them.
        issues: what was found on the way (schema `issues.RAW`).
        idless: the items of which records show no System ID. These are in none of the frames, and the item is
            not readable.
        has_ours: whether anything that Pipedrive holds came from Sell: it says so by its Sell id or its mark.
    """

    organizations: pl.DataFrame
    persons: pl.DataFrame
    deals: pl.DataFrame
    leads: pl.DataFrame
    activities: pl.DataFrame
    notes: pl.DataFrame
    given: frozenset[str]
    readable: frozenset[str]
    raw: dict[str, pl.DataFrame]
    twice: pl.DataFrame
    issues: pl.DataFrame
    idless: frozenset[str] = frozenset()
    has_ours: bool = False

    def __getitem__(self, item: str) -> pl.DataFrame:
        frame: pl.DataFrame = getattr(self, item)
        return frame

    @property
    def unmarked(self) -> frozenset[str]:
        """The items whose records are shown, in columns of which none is known to say which are from Sell."""
        shown = {item: table for item, table in self.raw.items() if table.height}
        return frozenset(item for item, table in shown.items() if own_column(item, table) is None)

    def twice_of(self, item: str) -> pl.DataFrame:
        """sell_id, system_ids (parted by `, `) of an item, as in `twice`."""
        return self.twice.filter(pl.col("item") == item).drop("item")

    def claimed_twice(self, item: str) -> pl.Series:
        """Sell ids that several records carry."""
        return self.twice_of(item)["sell_id"]

    def standing_twice(self, item: str) -> pl.Series:
        """System IDs of the records that share a Sell id with another one."""
        return self.twice_of(item)["system_ids"].str.split(", ").explode()

    def typed(self, item: str) -> pl.DataFrame:
        """The records that nothing says to be from Sell, a row each."""
        every = self[item]
        signs = [pl.col(sign).is_not_null() for sign in ("sell_id", "sell_lead_id") if sign in every.columns]
        is_twice = pl.col("system_id").is_in(self.standing_twice(item).implode())
        return firsts(every.filter(~pl.any_horizontal(signs) & ~is_twice), "system_id")

    def shows(self, item: str, *columns: str) -> bool:
        """Whether the export of an item has some columns: a blank cell in them says that there is nothing."""
        table = self.raw.get(item)
        return table is not None and all(SOURCES[column] in table.columns for column in columns)


def empty_held() -> Held:
    """A Pipedrive of which nothing is known: no file was given."""
    frames: dict[str, Any] = {item: pl.DataFrame(schema=SCHEMAS[item]) for item in ITEMS}
    nothing = frozenset[str]()
    twice = pl.DataFrame(schema=_TWICE)
    return Held(**frames, given=nothing, readable=nothing, raw={}, twice=twice, issues=empty())


def held_of(
    tables: Mapping[str, pl.DataFrame],
    problems: list[pl.DataFrame],
    given: frozenset[str] = frozenset(),
    lost: Set[str] = frozenset(),
    idless: Mapping[str, pl.DataFrame] | None = None,
) -> Held:
    """What the tables show.

    Args:
        given: items that have a file.
        lost: items of which a file could not be read, so that nobody knows what else there is, or does not
            show which of its records are from Sell.
        idless: item → records without a System ID, as of `without_id`.
    """
    blank = {item: table for item, table in (idless or {}).items() if table.height}
    problems += [
        issue("system_ids_blank", entity=ENTITY_OF[item], value=table.height, detail=item)
        for item, table in blank.items()
    ]
    rounded = {item: count for item, table in tables.items() if (count := _rounded(item, table))}
    problems += [
        issue("sell_ids_rounded", entity=ENTITY_OF[item], value=count, detail=item)
        for item, count in rounded.items()
    ]
    readable = {
        item
        for item, table in tables.items()
        if item not in {*rounded, *lost, *blank} and (own_column(item, table) or not table.height)
    }
    frames = {item: _frame(item, tables.get(item, pl.DataFrame())) for item in ITEMS}
    twice = pl.concat([_twice(item, frames[item]) for item in ITEMS])
    for item in MAIN:
        doubled = twice.filter(pl.col("item") == item)["sell_id"]
        own = pl.col("sell_id")
        frames[item] = frames[item].with_columns(pl.when(~own.is_in(doubled.implode())).then(own))
    known = [*frames.items(), *((item, _frame(item, table)) for item, table in blank.items())]
    of_entity = pl.col("item").replace_strict(ENTITY_OF)
    for code, items in (("sell_id_twice", MAIN), ("mark_twice", tuple(MARKED_TEXT))):
        some = twice.filter(pl.col("item").is_in(items)).with_columns(
            of_entity.alias("_entity"), _id="sell_id"
        )
        told = found(some.lazy(), code, entity=None, value=pl.col("sell_id"), detail=pl.col("system_ids"))
        problems.append(told.collect().with_columns(entity=some["_entity"]))
    return Held(
        **frames,
        given=given,
        readable=frozenset(readable),
        raw=dict(tables),
        twice=twice,
        issues=gather(problems) if problems else empty(),
        idless=frozenset(blank),
        has_ours=twice.height > 0 or any(_of_sell(item, frame) for item, frame in known),
    )


def _of_sell(item: str, frame: pl.DataFrame) -> bool:
    """Whether a record says by its Sell id or its mark that it came from Sell."""
    return frame["mark" if item in MARKED_TEXT else "sell_id"].count() > 0


def own_column(item: str, table: pl.DataFrame) -> str | None:
    """The column that says which records are from Sell."""
    if item in MARKED_TEXT:
        return marked_column(item, table)
    own = own_columns(item)["sell_id"]
    return own if own in table.columns else None


def own_header(item: str) -> str:
    """What that column is called in English."""
    return MARKED_TEXT[item] if item in MARKED_TEXT else own_columns(item)["sell_id"]


def _frame(item: str, table: pl.DataFrame) -> pl.DataFrame:
    """One item's table → its frame of `Held`."""

    def column(name: str) -> pl.Expr:
        return column_or_blank(table.columns, name).cast(pl.String)

    if not table.width:
        return pl.DataFrame(schema=SCHEMAS[item])
    made: dict[str, pl.Expr] = {name: column(source) for name, source in SOURCES.items()}
    for name, begins in SEVERAL.items():
        made[name] = _several(table, begins, r"[,;]")
    made["address"] = pl.coalesce(column("Address"), column("Full/combined address of Address"))
    for name, canonical in own_columns(item).items():
        made[name] = split_ids(column(canonical))
    if item in MARKED_TEXT:
        made["mark"] = mark(item, column(marked_column(item, table) or MARKED_TEXT[item]))
    frame = table.select(made[name].alias(name) for name in SCHEMAS[item])
    own = [name for name in own_columns(item) if name in frame.columns]
    for name in own:
        frame = frame.explode(name)
    if frame.height > table.height:  # cells of several ids, and an id may stand in one twice
        frame = frame.unique(["system_id", *own], keep="first", maintain_order=True)
    return frame.cast(pl.Schema(SCHEMAS[item]))


def columns_of_several(table: pl.DataFrame, begins: str) -> list[str]:
    """The columns of a value of which Pipedrive shows several: `Email - Work`, `Email - Home` …"""
    return [name for name in table.columns if name == begins or name.startswith(f"{begins} - ")]


def _several(table: pl.DataFrame, begins: str, separators: str) -> pl.Expr:
    """All values of the columns whose name begins so, as one list."""
    columns = columns_of_several(table, begins)
    if not columns:
        return pl.lit([], dtype=pl.List(pl.String))
    joined = pl.concat_str(columns, separator="\x1f", ignore_nulls=True).str.replace_all(separators, "\x1f")
    pieces = joined.str.split("\x1f").list.eval(pl.element().str.strip_chars())
    return pieces.list.eval(pl.element().filter(pl.element() != "")).list.unique(maintain_order=True)


def _rounded(item: str, table: pl.DataFrame) -> int:
    """How many of our ids a spreadsheet has rounded (`4.1E+07`): they may be anyone's."""
    columns = [name for name in own_columns(item).values() if name in table.columns]
    hit = table.select(exact(pl.col(name)).str.contains(RUINED).sum().alias(name) for name in columns)
    return sum(hit.row(0)) if columns else 0


def _twice(item: str, frame: pl.DataFrame) -> pl.DataFrame:
    """What stands on several records; equal ids that were rounded are different ones."""
    key = "mark" if item in MARKED_TEXT else "sell_id"
    keyed = frame.filter(pl.col(key).is_not_null())
    keyed = keyed.filter(~pl.col(key).str.contains(RUINED))
    pairs = keyed.filter(crowded(keyed[key])).unique(["system_id", key], maintain_order=True)
    groups = pairs.group_by(key, maintain_order=True).agg(
        pl.len().alias("n"), pl.col("system_id").str.join(", ")
    )
    return groups.filter(pl.col("n") > 1).select(
        pl.lit(item).alias("item"), pl.col(key).alias("sell_id"), pl.col("system_id").alias("system_ids")
    )
