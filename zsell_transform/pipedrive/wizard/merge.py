"""What the rows of a file leave in the records they hit: new ones made, others added to or written over."""

from __future__ import annotations

from typing import Final

import attrs
import polars as pl

from zsell_transform.pipedrive.assumptions import Readings
from zsell_transform.pipedrive.wizard.rows import Rows, targeted
from zsell_transform.pipedrive.wizard.store import (
    EVENTS,
    FIRST_ID,
    LEAD_ID,
    LINK,
    Store,
    column,
    is_contact,
    label_of,
    title_field,
)

Hits = dict[str, pl.DataFrame]  # item → _row, code, how

#: The links that a record of an item can hold.
_TARGETS: Final = {
    "organizations": (),
    "persons": ("organizations",),
    "deals": ("persons", "organizations"),
    "leads": ("persons", "organizations"),
    "activities": ("deals", "leads", "persons", "organizations"),
    "notes": ("deals", "leads", "persons", "organizations"),
}
#: What rows change in a field.
_CHANGES: Final = {"code": pl.Int64, "_row": pl.Int64, "old": pl.String, "new": pl.String}
_Change = tuple[int, int, str | None, str | None]


@attrs.frozen
class Field:
    """How a field takes over a value. `kind`: single, contact (e-mails, phones), label, title, link."""

    item: str
    name: str
    kind: str

    @classmethod
    def of(cls, item: str, name: str) -> Field:
        if name == title_field(item) and item not in ("activities", "notes"):
            return cls(item, name, "title")
        if item == "persons" and is_contact(name):
            return cls(item, name, "contact")
        if name in LINK.values():
            return cls(item, name, "link")
        return cls(item, name, "label" if name in ("Label", "Labels") else "single")

    def erases(self, how: str, readings: Readings) -> bool:
        """Whether a blank cell takes the value away."""
        if self.kind in ("title", "link") or how == "new":
            return False
        if how == "key":
            return self.kind == "single" and readings["blank_on_merge"] == "erases"
        return readings["blank_on_id"] == "erases"

    def adds(self, readings: Readings) -> bool:
        """Whether a further value stands beside the first one."""
        return self.kind == "contact" or (self.kind == "label" and readings["labels_on_merge"] == "added")

    def after(
        self, old: str | None, new: str | None, how: str, history: bool, readings: Readings
    ) -> str | None:
        """The value of a field that adds none, after a row with `new` (null only if it erases)."""
        if old is None or new is None or old == new:
            return new
        if how == "key" and readings["differing_on_merge"] == "keeps":
            return old
        if self.kind == "link" and self.item == "persons" and how == "id" and history:
            return old if readings["history_row_moves"] == "stays" else new
        return new


def new_ids(item: str, table: pl.DataFrame, hits: pl.DataFrame) -> pl.DataFrame:
    """`code, _id` of the records of the table and of those that rows make, in their order."""
    known = table.select("_id").with_row_index("code").select(pl.col("code").cast(pl.Int64), "_id")
    numbers = table["_id"].str.extract(r"(\d+)$").cast(pl.Int64, strict=False).max()
    first = FIRST_ID[item] if numbers is None else int(str(numbers)) + 1
    made = hits.filter(pl.col("how") == "new").select("code").sort("code").with_row_index("_number")
    number = (pl.col("_number").cast(pl.Int64) + first).cast(pl.String)
    if item == "leads":
        number = pl.format(LEAD_ID, number.str.zfill(12))
    return pl.concat([known, made.select("code", _id=number)])


@attrs.frozen
class Merged:
    """One item after a file: its table, and the events `overwritten` and `links`."""

    table: pl.DataFrame
    overwritten: pl.DataFrame
    links: pl.DataFrame


def merged(
    item: str, rows: Rows, store: Store, hits: Hits, ids: dict[str, pl.DataFrame], readings: Readings
) -> Merged:
    """Takes over the rows' cells and links, field by field."""
    own = hits[item]
    before = store[item].drop("_id").with_row_index("code").with_columns(pl.col("code").cast(pl.Int64))
    after = ids[item].join(before, on="code", how="left", maintain_order="left")
    cells = own.join(rows.frame, on="_row", how="left", maintain_order="left").with_columns(
        history=pl.any_horizontal("deals", "leads", "activities", "notes")
    )
    said = {name: f"{item}.{name}" for name in rows.fields.get(item, ())}
    linked: dict[str, pl.DataFrame] = {}
    for target in filter(hits.__contains__, _TARGETS[item]):
        link = _linked(item, target, rows, hits, ids, readings)
        if link.height:
            name = LINK[target]
            linked[name], said[name] = link, name
            to = link.select("_row", pl.col("target_id").alias(name))
            cells = cells.join(to, on="_row", how="left", maintain_order="left")
    alone = cells.filter((pl.col("how") == "new") & (pl.len().over("code") == 1))
    several = cells.join(alone, on="_row", how="anti", maintain_order="left")
    after = _with_cells(after, alone, said)

    place = {"file": pl.lit(rows.file), "row": pl.col("_row"), "item": pl.lit(item), "id": pl.col("_id")}
    lost, links = [pl.DataFrame(schema=EVENTS["overwritten"])], [pl.DataFrame(schema=EVENTS["links"])]
    for name, cell in said.items():
        settled = _settled(Field.of(item, name), several, cell, after, readings)
        after = after.with_columns(settled.column.alias(name))
        if settled.changes.height:
            changes = settled.changes.join(ids[item], on="code", how="left", maintain_order="left")
            lost.append(changes.select(**place, field=pl.lit(label_of(name)), old="old", new="new"))
        if name in linked:
            kept = linked[name].filter(~pl.col("_row").is_in(settled.refused))
            made = own.select("_row", "code").join(kept, on="_row", how="inner", maintain_order="left")
            made = made.join(ids[item], on="code", how="left", maintain_order="left")
            links.append(made.select(**place, target="target", target_id="target_id", how="how"))
    if item in ("deals", "leads"):
        after = after.with_columns(_titled(item, after, rows, store, hits, ids).alias("Title"))
    return Merged(after.drop("code"), pl.concat(lost), pl.concat(links))


def _with_cells(after: pl.DataFrame, alone: pl.DataFrame, said: dict[str, str]) -> pl.DataFrame:
    """The table with the cells of rows that make a record all `alone`: they are its values, as they stand."""
    new = alone.select("code", *(pl.col(cell).alias(f"new {name}") for name, cell in said.items()))
    beside = after.join(new, on="code", how="left", maintain_order="left")
    taken = (pl.coalesce(f"new {name}", column(after, name)).alias(name) for name in said)
    return beside.with_columns(*taken).drop(f"new {name}" for name in said)


def _linked(
    item: str, target: str, rows: Rows, hits: Hits, ids: dict[str, pl.DataFrame], readings: Readings
) -> pl.DataFrame:
    """`_row, target, target_id, how`: the row's record to link to, and how the row found it."""
    there = hits[target].join(ids[target], on="code", how="left", maintain_order="left")
    if item in ("activities", "notes"):
        meant = rows.frame.filter(targeted(target, rows, readings)).select("_row")
        there = there.join(meant, on="_row", how="semi", maintain_order="left")
    there = there.join(hits[item], on="_row", how="semi", maintain_order="left")
    return there.select("_row", target=pl.lit(target), target_id="_id", how="how")


@attrs.frozen
class _Settled:
    """A field after all rows: its column, its changes (`code, _row, old, new`), rows that were refused."""

    column: pl.Series
    changes: pl.DataFrame
    refused: list[int]


def _settled(
    field: Field, cells: pl.DataFrame, cell: str, after: pl.DataFrame, readings: Readings
) -> _Settled:
    """Where a record and all its rows agree, that is the value; a loop settles the others in row order."""
    untouched = _Settled(after[field.name], pl.DataFrame(schema=_CHANGES), [])
    if cells.is_empty():
        return untouched
    erasing = [how for how in ("id", "key") if field.erases(how, readings)]
    said = cells.filter(pl.col(cell).is_not_null() | pl.col("how").is_in(erasing)).select(
        "code", "_row", "how", "history", value=cell
    )
    if said.is_empty():
        return untouched
    held = after.select("code", old=column(after, field.name))
    touched = held.join(said.select("code").unique(), on="code", how="semi", maintain_order="left")
    clear = (
        pl.concat(
            [
                said.select("code", "value"),
                touched.filter(pl.col("old").is_not_null()).select("code", value="old"),
            ]
        )
        .group_by("code", maintain_order=True)
        .agg(pl.col("value").first(), agree=pl.col("value").n_unique() == 1)
        .filter(pl.col("agree") & pl.col("value").is_not_null())
        .select("code", "value")
    )
    unclear = said.join(clear, on="code", how="anti").sort("code", "_row")
    old: dict[int, str | None] = dict(
        touched.join(unclear.select("code"), on="code", how="semi").select("code", "old").iter_rows()
    )
    changes: list[_Change] = []
    refused: list[int] = []
    if field.adds(readings):
        old, changes = _added(unclear, old)
    else:
        for code, row, how, history, value in unclear.iter_rows():
            now = field.after(old[code], value, how, history, readings)
            if old[code] is not None and now != old[code]:
                changes.append((code, row, old[code], now))
            if now != value:
                refused.append(row)
            old[code] = now
    settled = pl.DataFrame(list(old.items()), schema={"code": pl.Int64, "value": pl.String}, orient="row")
    both = pl.concat([clear, settled]).with_columns(_set=pl.lit(True))
    joined = held.join(both, on="code", how="left", maintain_order="left")
    return _Settled(
        joined.select(pl.when("_set").then("value").otherwise("old")).to_series(),
        pl.DataFrame(changes, schema=_CHANGES, orient="row"),
        refused,
    )


@attrs.define
class _Several:
    """Values in one text, as `a, b`: taken apart when another one comes, put together once all are there."""

    text: str
    values: dict[str, None] | None = None

    def add(self, text: str) -> None:
        """The values of another text, behind those that are there; none stands twice then."""
        if self.values is None:
            if text == self.text:
                return
            self.values = dict.fromkeys(self.text.split(", "))
        self.values.update(dict.fromkeys(text.split(", ")))

    def __str__(self) -> str:
        return self.text if self.values is None else ", ".join(self.values)


def _added(unclear: pl.DataFrame, old: dict[int, str | None]) -> tuple[dict[int, str | None], list[_Change]]:
    """What records have, after all rows, in a field that adds values; and what blank cells took away."""
    several = {code: None if text is None else _Several(text) for code, text in old.items()}
    changes: list[_Change] = []
    for code, row, value in unclear.select("code", "_row", "value").iter_rows():
        there = several[code]
        if there is not None and value is not None:
            there.add(value)
            continue
        if there is not None:
            changes.append((code, row, str(there), None))
        several[code] = None if value is None else _Several(value)
    return {code: None if there is None else str(there) for code, there in several.items()}, changes


def _titled(
    item: str, after: pl.DataFrame, rows: Rows, store: Store, hits: Hits, ids: dict[str, pl.DataFrame]
) -> pl.Series:
    """Titles; a new deal or lead without one is called after its row's organization or person."""
    names = hits[item].filter(pl.col("how") == "new").select("code", "_row")
    for target in filter(hits.__contains__, ("organizations", "persons")):
        known = store[target].select("_id", known=column(store[target], "Name"))
        written = rows.frame.select("_row", written=rows.cell(target, "Name"))
        called = (
            hits[target]
            .join(ids[target], on="code", how="left", maintain_order="left")
            .join(known, on="_id", how="left", maintain_order="left")
            .join(written, on="_row", how="left", maintain_order="left")
            .select("_row", pl.coalesce("written", "known").alias(target))
        )
        names = names.join(called, on="_row", how="left", maintain_order="left")
    named = after.join(names, on="code", how="left", maintain_order="left")
    parties = (column(names, target) for target in ("organizations", "persons"))
    stands_in = pl.coalesce(*parties) + pl.lit(" deal" if item == "deals" else " lead")
    return named.select(pl.coalesce(column(after, "Title"), stands_in)).to_series()
