"""Which person each row hits: the same name and any of organization, e-mail and phone (K5).

Joins tell apart what shares no such key, and what all meets the same record. Only where rows and records hang
together otherwise does a loop follow the order of the rows. Numbers of records are as in `match.py`.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable

import attrs
import polars as pl

from zsell_transform.pipedrive.assumptions import Readings
from zsell_transform.pipedrive.wizard.match import by_id, compared, compared_phone, made_or_met
from zsell_transform.pipedrive.wizard.rows import Rows
from zsell_transform.pipedrive.wizard.store import Store, column, is_contact


@attrs.frozen
class _People:
    """Everything that decides about people, as frames.

    Attributes:
        table: code, n (name), o (organization) of the records.
        own: _row, n, o, code (null save for rows with a System ID), history (the row has a deal, lead …).
        table_values, own_values: code or _row, v (an e-mail `e:…`, a phone `p:…`) and the field f it stands
            in.
        fields: the file's columns for e-mails and phones.
    """

    table: pl.DataFrame
    own: pl.DataFrame
    table_values: pl.DataFrame
    own_values: pl.DataFrame
    fields: tuple[str, ...]


def persons(
    rows: Rows, store: Store, readings: Readings, of_row: pl.DataFrame, *, loop: bool = False
) -> pl.DataFrame:
    """`_row, code, how` of every row with a person.

    Args:
        of_row: `_row, code` of the row's organization.
        loop: everything by the loop, nothing by joins.
    """
    item, records = "persons", store["persons"].height
    numbered = by_id(item, rows, store)
    if numbered.height == rows.of(item).height:
        return numbered
    people = _people(rows, store, readings, of_row, numbered)
    named = people.own.filter(pl.col("code").is_null())
    told = _told_apart(people, _moving(people, readings), loop=loop)
    plain = named.join(told.unsure, on="_row", how="anti", maintain_order="left").join(
        told.certain, on="_row", how="left", maintain_order="left", suffix="_hit"
    )
    followed = _PersonLoop(readings, records).follow(people, told)
    made = pl.col("_row") + records
    return pl.concat(
        [
            numbered,
            made_or_met(plain, pl.coalesce("code_hit", made), records),
            made_or_met(followed, pl.col("code"), records),
        ]
    ).sort("_row")


def _moving(people: _People, readings: Readings) -> pl.Series:
    """The names in which a row with a System ID may take away what its record is found by."""
    changing = (
        people.own.filter(pl.col("code").is_not_null())
        .join(people.table, on="code", how="left", suffix="_was", maintain_order="left")
        .filter(
            (pl.col("n") != pl.col("n_was"))
            | pl.col("o").is_not_null() & pl.col("o").ne_missing(pl.col("o_was"))
            | pl.lit(readings["blank_on_id"] == "erases")
        )
    )
    return pl.concat([changing["n"], changing["n_was"]]).drop_nulls().unique()


@attrs.frozen
class _Told:
    """What joins can tell.

    Attributes:
        certain: _row, code: rows that hit that record, whatever the order; rows that are nowhere make a new
            one.
        unsure: _row: rows whose fate depends on the order; `records`: code of the records they may meet.
    """

    certain: pl.DataFrame
    unsure: pl.DataFrame
    records: pl.DataFrame


def _told_apart(people: _People, moving: pl.Series, *, loop: bool) -> _Told:
    """Rows and records that share a key (a name with a value) belong together, also through third ones.

    A row that shares no key is new. Where one record and the rows that all meet it are together, they are
    one. Everything that hangs together otherwise is left to the loop.
    """
    own = people.own.join(
        people.table.select("code", n_was="n"), on="code", how="left", maintain_order="left"
    ).with_columns(pl.coalesce("n", "n_was").alias("n"))
    of_rows = _keys(own, people.own_values, "_row")
    of_records = _keys(
        people.table.join(own.select("n").unique(), on="n", how="semi"), people.table_values, "code"
    )
    shared = pl.concat([of_rows.select("n", "v"), of_records.select("n", "v")]).group_by("n", "v").len()
    shared = shared.filter(pl.col("len") > 1).select("n", "v").with_row_index("k")
    row_keys = of_rows.join(shared, on=["n", "v"], how="inner").select("_row", "k")
    record_keys = of_records.join(shared, on=["n", "v"], how="inner").select("code", "k")

    known = own.select("_row", "code").drop_nulls()
    meets = pl.concat(
        [row_keys.join(record_keys, on="k", how="inner").select("_row", "code"), known]
    ).unique()
    chosen = meets.join(known, on="_row", how="anti").group_by("_row").agg(pl.col("code").first(), n=pl.len())
    chosen = pl.concat([chosen.filter(pl.col("n") == 1).select("_row", "code"), known])

    places = own.select("_row", "o").join(chosen, on="_row", how="inner").select("code", "o")
    all_places = pl.concat([places, people.table.select("code", "o")]).drop_nulls().group_by("code")
    movable = all_places.agg(n=pl.col("o").n_unique()).filter(pl.col("n") > 1)
    torn = row_keys.join(chosen, on="_row", how="inner").group_by("k").agg(n=pl.col("code").n_unique())
    start = pl.concat(
        [
            row_keys.join(chosen, on="_row", how="anti").select("_row"),
            row_keys.join(torn.filter(pl.col("n") > 1), on="k", how="semi").select("_row"),
            chosen.join(movable, on="code", how="semi").select("_row"),
            own.filter(pl.col("n").is_in(moving.implode()) | pl.lit(loop)).select("_row"),
        ]
    ).unique()
    unsure = _spread(start, row_keys, meets)
    records = pl.concat(
        [
            meets.join(unsure, on="_row", how="semi").select("code"),
            people.table.filter(pl.col("n").is_in(moving.implode()) | pl.lit(loop)).select("code"),
        ]
    ).unique()
    return _Told(chosen, unsure, records)


def _keys(frame: pl.DataFrame, values: pl.DataFrame, key: str) -> pl.DataFrame:
    """`key, n, v`: the name with each e-mail, phone and the organization."""
    placed = frame.filter(pl.col("o").is_not_null()).select(
        key, "n", v=pl.lit("o:") + pl.col("o").cast(pl.String)
    )
    valued = values.join(frame.select(key, "n"), on=key, how="inner").select(key, "n", "v")
    return pl.concat([valued, placed]).unique()


def _spread(start: pl.DataFrame, row_keys: pl.DataFrame, meets: pl.DataFrame) -> pl.DataFrame:
    """The rows of `start`, and all that hang together with them through keys or records."""
    unsure, front = start, start
    while front.height:
        keys = row_keys.join(front, on="_row", how="semi").select("k").unique()
        codes = meets.join(front, on="_row", how="semi").select("code").unique()
        near = pl.concat(
            [
                row_keys.join(keys, on="k", how="semi").select("_row"),
                meets.join(codes, on="code", how="semi").select("_row"),
            ]
        ).unique()
        front = near.join(unsure, on="_row", how="anti")
        unsure = pl.concat([unsure, front])
    return unsure


def _people(
    rows: Rows, store: Store, readings: Readings, of_row: pl.DataFrame, numbered: pl.DataFrame
) -> _People:
    item = "persons"
    organization = _employers(rows, store, readings, of_row)
    places = store["organizations"].select(_organization="_id").with_row_index("o")
    table = (
        store[item]
        .with_row_index("code")
        .with_columns(column(store[item], "_organization").alias("_organization"))
    )
    placed = table.join(places, on="_organization", how="left", maintain_order="left").select(
        pl.col("code").cast(pl.Int64),
        n=compared(column(table, "Name"), readings),
        o=pl.col("o").cast(pl.Int64),
    )
    placed = _as_compared(placed, organization)
    history = pl.any_horizontal("deals", "leads", "activities", "notes")
    own = rows.of(item).select("_row", n=compared(rows.cell(item, "Name"), readings), history=history)
    own = own.join(of_row.select("_row", o="code"), on="_row", how="left", maintain_order="left")
    own = _as_compared(own, organization).join(
        numbered.select("_row", "code"), on="_row", how="left", maintain_order="left"
    )
    return _People(
        placed,
        own,
        _values(table, pl.col("code").cast(pl.Int64).alias("code"), store[item].columns, "", readings),
        _values(rows.of(item), pl.col("_row"), rows.fields.get(item, ()), "persons.", readings),
        tuple(field for field in rows.fields.get(item, ()) if is_contact(field)),
    )


def _employers(rows: Rows, store: Store, readings: Readings, of_row: pl.DataFrame) -> pl.DataFrame | None:
    """Organization → the number that stands for its name, where only the name counts."""
    if readings["organization_of_person"] == "record":
        return None
    there = (
        store["organizations"]
        .select(n=compared(column(store["organizations"], "Name"), readings))
        .with_row_index("o")
    )
    made = (
        rows.of("organizations")
        .select("_row", n=compared(rows.cell("organizations", "Name"), readings))
        .join(of_row, on="_row", how="inner", maintain_order="left")
    )
    both = pl.concat(
        [
            there.select(pl.col("o").cast(pl.Int64), "n"),
            made.filter(pl.col("how") == "new").select(o="code", n="n"),
        ]
    )
    return both.with_columns(same=pl.col("o").min().over("n")).select("o", "same")


def _as_compared(frame: pl.DataFrame, organization: pl.DataFrame | None) -> pl.DataFrame:
    if organization is None:
        return frame
    return frame.join(organization, on="o", how="left", maintain_order="left").drop("o").rename({"same": "o"})


def _values(
    frame: pl.DataFrame, key: pl.Expr, fields: Iterable[str], prefix: str, readings: Readings
) -> pl.DataFrame:
    """The e-mails and phones of rows or records, one a row."""
    name = key.meta.output_name()
    parts = [pl.DataFrame(schema={name: pl.Int64, "v": pl.String, "f": pl.String})]
    for field in fields:
        if not is_contact(field):
            continue
        cell = pl.col(f"{prefix}{field}").str.split(", ")
        kind, fold = ("e:", compared) if field.startswith("Email") else ("p:", compared_phone)
        pieces = frame.select(key, cell.alias("v")).explode("v")
        parts.append(
            pieces.select(name, v=pl.lit(kind) + fold(pl.col("v"), readings), f=pl.lit(field)).drop_nulls()
        )
    return pl.concat(parts).unique(maintain_order=True)


Values = dict[str, set[str]]  # field → what is compared of it


@attrs.define
class _Person:
    name: str | None
    place: int | None
    values: Values

    def found(self) -> set[tuple[str | None, object]]:
        """What the person can be found by: the name with any e-mail, phone or organization."""
        values: set[object] = set().union(*self.values.values())
        if self.place is not None:
            values.add(self.place)
        return {(self.name, value) for value in values}


@attrs.define
class _PersonLoop:
    """The loop over people whose names are in conflict."""

    readings: Readings
    records: int
    known: dict[int, _Person] = attrs.Factory(dict)
    found_by: dict[tuple[str | None, object], list[int]] = attrs.Factory(dict)

    def follow(self, people: _People, told: _Told) -> pl.DataFrame:
        table = people.table.join(told.records, on="code", how="semi", maintain_order="left")
        of_record = _gathered(people.table_values, "code", table)
        for code, name, place in table.select("code", "n", "o").iter_rows():
            self.put(code, _Person(name, place, of_record.get(code, {})))
        story = pl.concat(
            [
                people.own.filter(pl.col("code").is_null()).join(told.unsure, on="_row", how="semi"),
                people.own.join(told.records, on="code", how="semi"),
            ]
        ).sort("_row")
        of_row = _gathered(people.own_values, "_row", story)
        hits: list[tuple[int, int]] = []
        for row, name, place, code, history in story.select("_row", "n", "o", "code", "history").iter_rows():
            person = _Person(name, place, of_row.get(row, {}))
            if code is None:
                hits.append((row, self.find(row, person)))
            else:
                self.update(code, person, history, people.fields)
        return pl.DataFrame(hits, schema={"_row": pl.Int64, "code": pl.Int64}, orient="row")

    def put(self, code: int, person: _Person) -> None:
        self.known[code] = person
        for key in person.found():
            insort(self.found_by.setdefault(key, []), code)

    def change(self, code: int, now: _Person) -> None:
        was = self.known[code].found()
        for key in was - now.found():
            self.found_by[key].remove(code)
        for key in now.found() - was:
            insort(self.found_by.setdefault(key, []), code)
        self.known[code] = now

    def update(self, code: int, row: _Person, history: bool, fields: tuple[str, ...]) -> None:
        """A row that names the record's System ID writes over its name and adds e-mail and phone."""
        person = self.known[code]
        erases = self.readings["blank_on_id"] == "erases"
        kept = {
            f: v for f, v in person.values.items() if not (erases and f in fields and f not in row.values)
        }
        stays = history and self.readings["history_row_moves"] == "stays"
        place = person.place if row.place is None or (stays and person.place is not None) else row.place
        name = person.name if row.name is None else row.name
        self.change(code, _Person(name, place, _joined(kept, row.values)))

    def find(self, row: int, person: _Person) -> int:
        """The oldest record that the row's person is, or the one that the row makes."""
        found = [codes[0] for key in person.found() if (codes := self.found_by.get(key))]
        if not found:
            self.put(row + self.records, person)
            return row + self.records
        code = min(found)
        old = self.known[code]
        overwrites = old.place is None or self.readings["differing_on_merge"] == "overwrites"
        place = person.place if person.place is not None and overwrites else old.place
        self.grow(code, place, person.values)
        return code

    def grow(self, code: int, place: int | None, values: Values) -> None:
        """A record with another row's values beside its own; only what is new is looked at."""
        person = self.known[code]
        new = {each for of_field in values.values() for each in of_field}
        new = {each for each in new if not any(each in known for known in person.values.values())}
        for field, of_field in values.items():
            person.values.setdefault(field, set()).update(of_field)
        for each in new:
            insort(self.found_by.setdefault((person.name, each), []), code)
        if place != person.place:
            self.change(code, _Person(person.name, place, person.values))


def _joined(one: Values, other: Values) -> Values:
    return {field: one.get(field, set()) | other.get(field, set()) for field in (one | other)}


def _gathered(values: pl.DataFrame, key: str, wanted: pl.DataFrame) -> dict[int, Values]:
    """By row or record, the values of each field."""
    found: dict[int, Values] = {}
    near = values.join(wanted.select(key), on=key, how="semi", maintain_order="left")
    for code, value, field in near.select(key, "v", "f").iter_rows():
        found.setdefault(code, {}).setdefault(field, set()).add(value)
    return found
