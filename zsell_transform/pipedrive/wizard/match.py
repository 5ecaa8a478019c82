"""Which record each row hits: by System ID; organizations by name and address (K5), people in `people.py`.

Records and rows are numbers here: records of the table are 0 … n-1, the record that row r creates is n + r.
Equal keys are found by joins; only where a name or address changes on the way does a loop follow the order of
the rows.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import polars as pl

from zsell_transform.pipedrive.assumptions import Readings
from zsell_transform.pipedrive.wizard.oldest import Oldest
from zsell_transform.pipedrive.wizard.rows import SYSTEM_ID, Rows
from zsell_transform.pipedrive.wizard.store import Store, column


def compared(text: pl.Expr, readings: Readings) -> pl.Expr:
    """What two texts must share to be the same for the wizard."""
    reading = readings["compare"]
    if reading == "exact":
        return text
    if reading == "forms":
        text = text.str.normalize("NFKC").str.to_uppercase()
    return text.str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars(" ")


def compared_phone(text: pl.Expr, readings: Readings) -> pl.Expr:
    """A phone as it is compared: by its digits; without any, as it stands."""
    if readings["phones"] == "text":
        return text
    digits = text.str.replace_all(r"\D", "")
    return pl.when(digits != "").then(digits).otherwise(compared(text, readings))


def no_hits() -> pl.DataFrame:
    """`_row, code, how` of an item that a file does not name."""
    return pl.DataFrame(schema={"_row": pl.Int64, "code": pl.Int64, "how": pl.String})


def by_id(item: str, rows: Rows, store: Store) -> pl.DataFrame:
    """The rows that name a System ID, with the number of that record."""
    numbers = store[item].select(pl.col("_id").alias("_number")).with_row_index("code")
    named = rows.of(item).select("_row", _number=rows.cell(item, SYSTEM_ID[item])).drop_nulls()
    found = named.join(numbers, on="_number", how="inner", maintain_order="left")
    return found.select("_row", pl.col("code").cast(pl.Int64), how=pl.lit("id"))


def always_new(item: str, rows: Rows, store: Store) -> pl.DataFrame:
    """Deals, leads, activities and notes: found by System ID, or new."""
    found = by_id(item, rows, store)
    fresh = rows.of(item).join(found, on="_row", how="anti", maintain_order="left")
    return pl.concat([found, _new(fresh, store[item].height)]).sort("_row")


def _new(rows: pl.DataFrame, records: int) -> pl.DataFrame:
    return rows.select("_row", (pl.col("_row") + records).alias("code"), how=pl.lit("new"))


def made_or_met(rows: pl.DataFrame, code: pl.Expr, records: int) -> pl.DataFrame:
    """Rows with the code they hit; the row that makes the record is `new`."""
    frame = rows.select("_row", code.alias("code"))
    made = pl.col("code") == pl.col("_row") + records
    return frame.with_columns(how=pl.when(made).then(pl.lit("new")).otherwise(pl.lit("key")))


# --- organizations ------------------------------------------------------------------------------------


def organizations(rows: Rows, store: Store, readings: Readings, *, loop: bool = False) -> pl.DataFrame:
    """`_row, code, how` (id, key, new) of every row with an organization. `loop`: everything by the loop."""
    item, records = "organizations", store["organizations"].height
    table = (
        store[item]
        .with_row_index("code")
        .select(
            pl.col("code").cast(pl.Int64),
            n=compared(column(store[item], "Name"), readings),
            a=compared(column(store[item], "Address"), readings),
        )
    )
    own = rows.of(item).select(
        "_row",
        n=compared(rows.cell(item, "Name"), readings),
        a=compared(rows.cell(item, "Address"), readings),
    )
    numbered = by_id(item, rows, store)
    named = own.join(numbered, on="_row", how="anti", maintain_order="left")
    given = own.join(numbered.select("_row", "code"), on="_row", how="inner", maintain_order="left")
    erases = readings["blank_on_id"] == "erases" and "Address" in rows.fields.get(item, ())

    changing = given.join(table, on="code", how="left", suffix="_was", maintain_order="left").filter(
        (pl.col("n") != pl.col("n_was"))
        | pl.col("a").ne_missing(pl.col("a_was")) & (pl.col("a").is_not_null() | pl.lit(erases))
    )
    moving = [*changing["n"].to_list(), *changing["n_was"].to_list()]
    if readings["blank_address"] == "matches":
        mixed = pl.concat([table.select("n", "a"), named.select("n", "a")]).group_by("n", maintain_order=True)
        moving += (
            mixed.agg(pl.col("a").is_null().n_unique().alias("k")).filter(pl.col("k") > 1)["n"].to_list()
        )
    unsure = pl.col("n").is_in(list(set(moving))) | pl.lit(loop)

    plain = _plain_organizations(named.filter(~unsure), table.filter(~unsure), readings, records)
    story = pl.concat([named.filter(unsure).with_columns(code=pl.lit(None, dtype=pl.Int64)), given]).sort(
        "_row"
    )
    followed = _Organizations(readings, "Address" in rows.fields.get(item, ()), records).follow(
        table.filter(unsure), story
    )
    looped = named.filter(unsure).join(followed, on="_row", how="left", maintain_order="left")
    return pl.concat([numbered, plain, made_or_met(looped, pl.col("code"), records)]).sort("_row")


def _plain_organizations(
    named: pl.DataFrame, table: pl.DataFrame, readings: Readings, records: int
) -> pl.DataFrame:
    """Equal name and address is the same organization; the first of its kind makes it."""
    if readings["bare_organizations"] == "separate":
        bare = named.filter(pl.col("a").is_null())
        named, apart = named.filter(pl.col("a").is_not_null()), [_new(bare, records)]
        table = table.filter(pl.col("a").is_not_null())
    else:
        apart = []
    first = table.unique(["n", "a"], keep="first", maintain_order=True)
    hit = named.join(first, on=["n", "a"], how="left", nulls_equal=True, maintain_order="left")
    maker = pl.col("_row").min().over("n", "a") + records
    return pl.concat([made_or_met(hit, pl.coalesce("code", maker), records), *apart])


@attrs.define
class _Organizations:
    """The loop over organizations whose names are in conflict.

    Attributes:
        erasable: the file has a column for addresses.
        known: name and address of each record, as they are now.
        alike: records by name and address; `placed`: those that have an address, by name.
    """

    readings: Readings
    erasable: bool
    records: int
    known: dict[int, tuple[str | None, str | None]] = attrs.Factory(dict)
    alike: Oldest[tuple[str | None, str | None]] = attrs.field(init=False)
    placed: Oldest[str | None] = attrs.field(init=False)

    @alike.default
    def _alike(self) -> Oldest[tuple[str | None, str | None]]:
        return Oldest(lambda code, key: self.known[code] == key)

    @placed.default
    def _placed(self) -> Oldest[str | None]:
        return Oldest(lambda code, name: self.known[code][0] == name and self.known[code][1] is not None)

    def follow(self, table: pl.DataFrame, story: pl.DataFrame) -> pl.DataFrame:
        for code, name, address in table.select("code", "n", "a").iter_rows():
            self.put(code, name, address)
        hits: list[tuple[int, int]] = []
        for row, name, address, code in story.select("_row", "n", "a", "code").iter_rows():
            if code is not None:
                self.rename(code, name, address)
            else:
                hits.append((row, self.find(row, name, address)))
        return pl.DataFrame(hits, schema={"_row": pl.Int64, "code": pl.Int64}, orient="row")

    def put(self, code: int, name: str | None, address: str | None) -> None:
        """A record as it is from now on."""
        self.known[code] = (name, address)
        self.alike.add((name, address), code)
        if address is not None:
            self.placed.add(name, code)

    def rename(self, code: int, name: str | None, address: str | None) -> None:
        """A row that names the record's System ID writes over its name and address."""
        if code not in self.known:
            return  # neither its name nor its new one is in conflict
        was, there = self.known[code]
        keeps = address is None and not self.erases("blank_on_id")
        self.put(code, name or was, there if keeps else address)

    def erases(self, assumption: str) -> bool:
        return self.erasable and self.readings[assumption] == "erases"

    def find(self, row: int, name: str | None, address: str | None) -> int:
        found = [code for code in self.same(name, address) if code is not None]
        if not found:
            self.put(row + self.records, name, address)
            return row + self.records
        code = min(found)
        if address is not None or self.erases("blank_on_merge"):
            self.put(code, name, address)
        return code

    def same(self, name: str | None, address: str | None) -> Iterator[int | None]:
        """The oldest record that the row's organization is, by each rule."""
        if address is not None or self.readings["bare_organizations"] == "merge":
            yield self.alike.of((name, address))
        if self.readings["blank_address"] == "matches":
            yield self.placed.of(name) if address is None else self.alike.of((name, None))
