"""What the rows of a file leave in the records they hit: new ones made, others added to or written over."""

from __future__ import annotations

from typing import Final

import attrs
import polars as pl

from zsell_transform.pipedrive.assumptions import Readings
from zsell_transform.pipedrive.wizard.rows import Rows, targeted
from zsell_transform.pipedrive.wizard.store import EVENTS, FIRST_ID, LEAD_ID, LINK, Store, column, title_field

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
        if item == "persons" and name.startswith(("Email", "Phone")):
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

    def after(self, old: str | None, new: str | None, how: str, history: bool, readings: Readings) -> str | None:
        """The value that stands after a row with `new` (null only if it erases)."""
        if old is None or new is None or old == new:
            return new
        if self.kind == "contact" or (self.kind == "label" and readings["labels_on_merge"] == "added"):
            return ", ".join(dict.fromkeys([*old.split(", "), *new.split(", ")]))
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


def merged(
    item: str, rows: Rows, store: Store, hits: Hits, ids: dict[str, pl.DataFrame], readings: Readings
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The item's table after the file, and what was overwritten."""
    own = hits[item]
    table = store[item].drop("_id")
    before = table.with_row_index("code").with_columns(pl.col("code").cast(pl.Int64))
    after = ids[item].join(before, on="code", how="left", maintain_order="left")
    lost = [pl.DataFrame(schema=EVENTS["overwritten"])]
    cells = own.join(rows.frame, on="_row", how="left", maintain_order="left").with_columns(
        history=pl.any_horizontal("deals", "leads", "activities", "notes")
    )
    columns = {name: (cells, f"{item}.{name}") for name in rows.fields.get(item, ())}
    for target in _TARGETS[item]:
        linked = _linked(item, target, rows, hits, ids, readings)
        if linked.height:
            columns[LINK[target]] = (cells.join(linked, on="_row", how="left", maintain_order="left"), "_target")
    for name, (frame, cell) in columns.items():
        field = Field.of(item, name)
        now, changes = _settled(field, frame, cell, after, readings)
        after = after.with_columns(now.alias(name))
        lost.append(changes.select(
            file=pl.lit(rows.file), row="row", item=pl.lit(item), id="_id", field=pl.lit(name), old="old", new="new",
        ))  # fmt: skip
    if item in ("deals", "leads"):
        after = after.with_columns(_titled(item, after, own, hits, ids, store, rows).alias("Title"))
    return after.drop("code"), pl.concat(lost)


def _linked(
    item: str, target: str, rows: Rows, hits: Hits, ids: dict[str, pl.DataFrame], readings: Readings
) -> pl.DataFrame:
    """`_row, _target`: the id of the record on the row that the item is linked to."""
    there = hits[target].join(ids[target], on="code", how="left", maintain_order="left")
    if item in ("activities", "notes"):
        meant = rows.frame.filter(targeted(target, rows, readings)).select("_row")
        there = there.join(meant, on="_row", how="semi", maintain_order="left")
    there = there.join(hits[item], on="_row", how="semi", maintain_order="left")
    return there.select("_row", _target="_id")


def _settled(
    field: Field, cells: pl.DataFrame, cell: str, after: pl.DataFrame, readings: Readings
) -> tuple[pl.Series, pl.DataFrame]:
    """The field's column after all rows, and its changes (`row, _id, old, new`).

    Where all rows of a record, and the record, agree, the value is that; a loop settles the others in row order.
    """
    erasing = [how for how in ("id", "key") if field.erases(how, readings)]
    said = cells.filter(pl.col(cell).is_not_null() | pl.col("how").is_in(erasing)).select(
        "code", "_row", "how", "history", value=cell
    )
    held = after.select("code", "_id", old=column(after, field.name))
    touched = held.join(said.select("code").unique(), on="code", how="semi", maintain_order="left")
    values = pl.concat([said.select("code", "value"), touched.select("code", value="old")])
    blank = said.group_by("code").agg(pl.col("value").is_null().any().alias("blank"))
    agreed = (
        values.drop_nulls().group_by("code").agg(pl.col("value").first(), pl.col("value").n_unique().alias("n"))
        .join(blank, on="code", how="left")
    )  # fmt: skip
    clear = agreed.filter((pl.col("n") == 1) & ~pl.col("blank")).select("code", "value")
    unclear = said.join(clear, on="code", how="anti").sort("code", "_row")
    old = dict(touched.join(unclear.select("code"), on="code", how="semi").select("code", "old").iter_rows())
    changes: list[tuple[int, int, str | None, str | None]] = []
    single = field.kind not in ("contact",) and not (field.kind == "label" and readings["labels_on_merge"] == "added")
    for code, row, how, history, value in unclear.iter_rows():
        now = field.after(old[code], value, how, history, readings)
        if old[code] is not None and now != old[code] and (single or now is None):
            changes.append((code, row, old[code], now))
        old[code] = now
    settled = pl.DataFrame(list(old.items()), schema={"code": pl.Int64, "value": pl.String}, orient="row")
    both = pl.concat([clear, settled]).with_columns(_set=pl.lit(True))
    joined = held.join(both, on="code", how="left", maintain_order="left")
    now_all = joined.select(pl.when("_set").then("value").otherwise("old"))
    lost = pl.DataFrame(
        changes, schema={"code": pl.Int64, "row": pl.Int64, "old": pl.String, "new": pl.String}, orient="row"
    ).join(held.select("code", "_id"), on="code", how="left", maintain_order="left")
    return now_all.to_series(), lost


def _titled(
    item: str, after: pl.DataFrame, own: pl.DataFrame, hits: Hits, ids: dict[str, pl.DataFrame], store: Store, rows: Rows
) -> pl.Series:
    """Titles; a new deal or lead without one is called after its organization, else after its person."""
    made = own.filter(pl.col("how") == "new").select("code", "_row")
    names = made
    for target in ("organizations", "persons"):
        called = hits[target].join(ids[target], on="code", how="left", maintain_order="left").join(
            store[target].select("_id", column(store[target], "Name").alias(target)), on="_id", how="left"
        )
        names = names.join(called.select("_row", target), on="_row", how="left", maintain_order="left")
    word = "deal" if item == "deals" else "lead"
    named = after.join(names, on="code", how="left", maintain_order="left")
    stands_in = pl.coalesce("organizations", "persons") + pl.lit(f" {word}")
    return named.select(pl.coalesce(column(after, "Title"), stands_in)).to_series()
